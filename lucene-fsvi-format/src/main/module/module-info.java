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

/** Formats and queries for single vectors: slabs of rows, scanned exactly or walked by a graph. */
module io.github.luceneplaid.fsvi {
  requires transitive org.apache.lucene.core;
  requires java.logging;
  // Lucene asks it whether the JVM is HotSpot, without which there are no fast kernels
  requires jdk.management;

  exports io.github.luceneplaid.fsvi;
  exports io.github.luceneplaid.fsvi.internal to
      io.github.luceneplaid.plaid;
  exports io.github.luceneplaid.fsvi.simd to
      io.github.luceneplaid.plaid;
  exports io.github.luceneplaid.fsvi.slab to
      io.github.luceneplaid.plaid;

  provides org.apache.lucene.codecs.KnnVectorsFormat with
      io.github.luceneplaid.fsvi.FsviHnswVectorsFormat,
      io.github.luceneplaid.fsvi.FsviVectorsFormat;
}
