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
package io.github.luceneplaid.tools;

import io.github.luceneplaid.encoder.Pieces;
import io.github.luceneplaid.encoder.TextEncoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.lucene.index.IndexReader;

/**
 * The places of a document's tokens in its text.
 *
 * @param pieces of the text
 * @param members per token, the positions of the pieces that it stands for, ascending: one, or
 *     those that it was pooled from
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TokenPieces(Pieces pieces, int[][] members) {

  /** Those of tokens that are not pooled. */
  static TokenPieces of(Pieces pieces) {
    return new TokenPieces(
        pieces,
        IntStream.range(0, pieces.tokens()).mapToObj(i -> new int[] {i}).toArray(int[][]::new));
  }

  /**
   * Those of a document.
   *
   * @param n how many tokens it has
   * @param text null if none is stored
   * @return null if the tokens do not belong to the text, or if it is unknown how they were pooled
   */
  static TokenPieces of(IndexReader reader, int doc, int n, TextEncoder encoder, String text)
      throws IOException {
    if (text == null) {
      return null;
    }
    Pieces pieces = encoder.locate(text);
    int[] clusters = PoolClusters.read(reader, doc);
    if (clusters == null) {
      return pieces.tokens() == n ? of(pieces) : null;
    }
    int[][] members = PoolClusters.members(clusters, n);
    return members == null || pieces.tokens() != clusters.length
        ? null
        : new TokenPieces(pieces, members);
  }

  int tokens() {
    return members.length;
  }

  /**
   * Where a token lies in the text, in its order.
   *
   * @return none if it is no part of it, such as [CLS]
   */
  List<Span> spans(int token) {
    List<Span> spans = new ArrayList<>();
    for (int piece : members[token]) {
      if (pieces.starts()[piece] >= 0) {
        spans.add(new Span(pieces.starts()[piece], pieces.ends()[piece]));
      }
    }
    return spans;
  }
}
