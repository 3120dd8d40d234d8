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

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/**
 * Makes queries from an index: consecutive stored tokens of some documents. The same index gives
 * the same queries.
 */
final class PseudoQueries {
  private static final long SEED = 42;

  private final int length;
  private final Random random = new Random(SEED);
  private final List<float[][]> queries = new ArrayList<>();

  private PseudoQueries(int length) {
    this.length = length;
  }

  /** A document of a segment. */
  private record Place(LeafReaderContext leaf, int doc) {}

  /**
   * Takes queries.
   *
   * @param count how many at most; there are fewer in an index of fewer documents
   * @param length tokens of a query; fewer where a document has fewer
   */
  static List<float[][]> of(IndexReader reader, int count, int length) throws IOException {
    PseudoQueries queries = new PseudoQueries(length);
    queries.take(queries.sample(reader, Math.min(count, reader.numDocs())));
    return queries.queries;
  }

  /** Documents with tokens, each with the same chance, in the order of the index. */
  private List<Place> sample(IndexReader reader, int count) throws IOException {
    Place[] sample = new Place[count];
    long seen = 0;
    for (LeafReaderContext leaf : reader.leaves()) {
      BinaryDocValues values = DocValues.getBinary(leaf.reader(), IndexBuilder.TOKENS);
      Bits live = leaf.reader().getLiveDocs();
      for (int doc = values.nextDoc();
          doc != BinaryDocValues.NO_MORE_DOCS;
          doc = values.nextDoc()) {
        if (live == null || live.get(doc)) {
          long at = seen < count ? seen : random.nextLong(seen + 1);
          seen++;
          if (at < count) {
            sample[(int) at] = new Place(leaf, doc);
          }
        }
      }
    }
    return Arrays.stream(sample, 0, (int) Math.min(seen, count))
        .sorted(
            Comparator.comparingInt((Place place) -> place.leaf.ord)
                .thenComparingInt(place -> place.doc))
        .toList();
  }

  private void take(List<Place> places) throws IOException {
    LeafReaderContext leaf = null;
    BinaryDocValues values = null;
    for (Place place : places) {
      if (place.leaf != leaf) {
        leaf = place.leaf;
        values = DocValues.getBinary(leaf.reader(), IndexBuilder.TOKENS);
      }
      if (values.advanceExact(place.doc)) {
        take(values.binaryValue());
      }
    }
  }

  /**
   * Takes a part of a document. Leaves out documents whose tokens cannot be compared with those of
   * others.
   */
  private void take(BytesRef value) {
    float[][] tokens;
    try {
      tokens = LateInteractionField.decode(value);
    } catch (
        @SuppressWarnings("unused")
        IllegalArgumentException e) {
      return;
    }
    int start = tokens.length <= length ? 0 : random.nextInt(tokens.length - length + 1);
    float[][] query = Arrays.copyOfRange(tokens, start, Math.min(tokens.length, start + length));
    boolean same = queries.isEmpty() || queries.getFirst()[0].length == query[0].length;
    if (same && Arrays.stream(query).allMatch(PseudoQueries::isFinite)) {
      queries.add(query);
    }
  }

  private static boolean isFinite(float[] token) {
    for (float component : token) {
      if (Float.isFinite(component) == false) {
        return false;
      }
    }
    return true;
  }
}
