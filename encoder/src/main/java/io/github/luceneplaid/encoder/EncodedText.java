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
package io.github.luceneplaid.encoder;

/**
 * The tokens of a text.
 *
 * @param vectors one row of unit length per token
 * @param pieces per token, the number of its piece in the vocabulary
 * @param starts per token, where its piece starts in the text (in chars); −1 if it is not in it
 * @param ends per token, where its piece ends in the text (in chars, exclusive); −1 likewise
 * @lucene.experimental
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record EncodedText(float[][] vectors, int[] pieces, int[] starts, int[] ends) {}
