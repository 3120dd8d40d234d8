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

package io.github.luceneplaid.plaid.search;

import io.github.luceneplaid.plaid.search.request.QueryTables;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import io.github.luceneplaid.plaid.search.score.TokenPairs;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import io.github.luceneplaid.plaid.segment.ShownValues;
import java.io.IOException;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;

/**
 * What one segment offers to a late-interaction search. An instance belongs to one query and one
 * thread; another thread takes a {@link #copy}. Documents are those of the segment, in any order,
 * although ascending order is cheapest.
 */
public interface SegmentSearch {

  /**
   * Opens the best search that a segment has for the field.
   *
   * @return null if the segment has no values of the field
   * @throws IllegalArgumentException if the field has doc values of another type
   */
  static SegmentSearch of(LeafReaderContext context, SearchRequest request) throws IOException {
    LeafReader reader = context.reader();
    if (SearchedField.mayHaveValues(reader, request.field()) == false) {
      return null;
    }
    ShownValues shown = ShownValues.open(reader, request.field());
    if (shown == null) {
      return null;
    }
    PlaidSegment segment = shown.base();
    if (segment != null
        && segment.dimension() != request.query().dimension()
        && showsNothingElse(reader, request.field(), shown)) {
      return new EscapedSegmentSearch(reader, request, segment);
    }
    QueryTables tables = request.tables();
    if (segment == null
        || segment.dimension() != request.query().dimension()
        || tables.areUsable() == false
        || (shown.isDirect() == false && segment.hasCodes() == false)) {
      return new ExactSegmentSearch(reader, request);
    }
    if (shown.isDirect() == false) {
      CodedSegmentSearch base = new CodedSegmentSearch(reader, request, segment);
      return new ShownSegmentSearch(reader, request, shown, base);
    }
    return segment.hasCodes()
        ? new CodedSegmentSearch(reader, request, segment)
        : new PlaidSegmentSearch(reader, request, segment);
  }

  /** Whether the reader shows exactly the values that the segment stores. */
  private static boolean showsNothingElse(LeafReader reader, String field, ShownValues shown)
      throws IOException {
    return shown.isDirect()
        || (ShownValues.arePassedOn(reader, field) && shown.updated(reader.maxDoc()) == null);
  }

  /**
   * Returns the dimension of most tokens that this segment stores. Looks at a few documents at
   * most, and returns 0 if they do not show it.
   */
  int dimension() throws IOException;

  /**
   * Whether some document has tokens of the query's dimension, although {@link #dimension} is
   * another. Looks at all documents that may have, until the request times out.
   */
  default boolean findsDimension() throws IOException {
    return false;
  }

  /** Returns about how many dot products it takes to score one document, at least 1. */
  long costPerDocument() throws IOException;

  /**
   * Computes MaxSim of the vectors that the segment stores: raw ones, or else decoded ones.
   *
   * @param doc a document; one without values is fine
   * @param pairs receives all similarities, which may be rounded differently from those in the
   *     score; null if they are not wanted
   * @param similarity receives the best similarity of each query token, negative infinity where
   *     none matches; null if not wanted
   * @return the score, finite and not negative; NaN if the document has no tokens of the query's
   *     dimension, or if the request times out before all of them are looked at
   */
  float exactScore(int doc, TokenPairs pairs, float[] similarity) throws IOException;

  /**
   * Returns a new iterator over the documents that may have tokens of the query's dimension,
   * deleted ones included.
   */
  DocIdSetIterator iterator() throws IOException;

  /**
   * Returns how many documents {@link #iterator} has at most. The iterator's cost is not a bound,
   * because it may be inaccurate.
   */
  default int atMostDocuments() {
    return Integer.MAX_VALUE;
  }

  /** Returns about how many documents {@link #iterator} has. The number may be inaccurate. */
  default long aboutDocuments() {
    return atMostDocuments();
  }

  /** Returns a search of the same segment for the calling thread, which may be another one. */
  SegmentSearch copy() throws IOException;
}
