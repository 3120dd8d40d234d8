/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License at
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations under
 * the License.
 */

/**
 * Formats and queries for fields with one vector for each document.
 *
 * <ul>
 *   <li>{@link io.github.luceneplaid.fsvi.FsviVectorsFormat} stores the vectors and searches them
 *       by an exact scan. {@link io.github.luceneplaid.fsvi.FsviHnswVectorsFormat} adds Lucene's
 *       HNSW graph. {@link io.github.luceneplaid.fsvi.FsviEncoding} lists the ways to store a
 *       vector.
 *   <li>{@link io.github.luceneplaid.fsvi.ExactKnnQuery}, {@link
 *       io.github.luceneplaid.fsvi.PrefixKnnQuery} and {@link
 *       io.github.luceneplaid.fsvi.TwoFieldKnnQuery} search these formats and all others.
 *   <li>{@link io.github.luceneplaid.fsvi.FsviStatistics} describes the vectors of a segment.
 * </ul>
 */
package io.github.luceneplaid.fsvi;
