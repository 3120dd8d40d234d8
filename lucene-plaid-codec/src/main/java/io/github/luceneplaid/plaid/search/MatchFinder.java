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

import io.github.luceneplaid.plaid.search.request.SearchRequest;
import io.github.luceneplaid.plaid.search.score.TokenPairs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;

/**
 * Finds the best tokens of a segment's documents for each query token. Belongs to one thread.
 * Documents are those of the segment, in any order, although ascending order is cheapest.
 */
public final class MatchFinder {

  private final SearchRequest request;

  /** Null if the segment has no values of the field. */
  private final SegmentSearch search;

  /**
   * Opens a segment.
   *
   * @throws IllegalArgumentException if the field has doc values of another type
   */
  public MatchFinder(LeafReaderContext leaf, SearchRequest request) throws IOException {
    this.request = request;
    this.search = SegmentSearch.of(leaf, request);
  }

  /**
   * Looks at documents of an index. Each segment is opened once, and read in the order of its
   * documents.
   *
   * @param docs documents in any order, deleted ones included
   * @return the matches of each, in the order of the documents; null for those that have no tokens
   *     of the query's dimension
   * @throws IllegalArgumentException if there is no such document
   */
  public static DocumentMatches[] find(IndexSearcher searcher, SearchRequest request, int[] docs)
      throws IOException {
    long[] byDoc = new long[docs.length];
    for (int i = 0; i < docs.length; i++) {
      SegmentSearches.segmentOf(docs[i], searcher.getIndexReader());
      byDoc[i] = (long) docs[i] << Integer.SIZE | i;
    }
    Arrays.sort(byDoc);
    DocumentMatches[] found = new DocumentMatches[docs.length];
    LeafReaderContext leaf = null;
    MatchFinder finder = null;
    for (long next : byDoc) {
      int doc = (int) (next >>> Integer.SIZE);
      if (leaf == null || doc >= leaf.docBase + leaf.reader().maxDoc()) {
        leaf = leaf(searcher, doc);
        finder = new MatchFinder(leaf, request);
      }
      found[(int) next] = finder.find(doc - leaf.docBase);
    }
    return found;
  }

  /** Looks at a document of the segment; null if it has no tokens of the query's dimension. */
  public DocumentMatches find(int doc) throws IOException {
    if (search == null) {
      return null;
    }
    int count = request.query().count();
    int[] bestToken = new int[count];
    float[] highest = new float[count];
    Arrays.fill(bestToken, -1);
    Arrays.fill(highest, Float.NEGATIVE_INFINITY);
    TokenPairs pairs =
        (queryToken, documentToken, dot) -> {
          if (dot > highest[queryToken] && Float.isFinite(dot)) {
            highest[queryToken] = dot;
            bestToken[queryToken] = documentToken;
          }
        };
    float[] similarity = new float[count];
    float score = search.exactScore(doc, pairs, similarity);
    return Float.isNaN(score)
        ? null
        : new DocumentMatches(request.query(), score, bestToken, similarity);
  }

  /**
   * Collects all similarities, from which the matches of a document are chosen.
   *
   * @param doc a document of the index, deleted ones included
   * @return [query tokens][document tokens]; without columns if it has no tokens of the query's
   *     dimension
   * @throws IllegalArgumentException if there is no such document
   */
  public static float[][] similarities(IndexSearcher searcher, SearchRequest request, int doc)
      throws IOException {
    LeafReaderContext leaf = leaf(searcher, doc);
    SegmentSearch search = SegmentSearch.of(leaf, request);
    int count = request.query().count();
    List<float[]> columns = new ArrayList<>();
    if (search != null) {
      TokenPairs pairs =
          (queryToken, documentToken, dot) -> {
            if (documentToken == columns.size()) {
              columns.add(new float[count]);
            }
            columns.get(documentToken)[queryToken] = dot;
          };
      search.exactScore(doc - leaf.docBase, pairs, null);
    }
    float[][] matrix = new float[count][columns.size()];
    for (int q = 0; q < count; q++) {
      for (int token = 0; token < columns.size(); token++) {
        matrix[q][token] = columns.get(token)[q];
      }
    }
    return matrix;
  }

  private static LeafReaderContext leaf(IndexSearcher searcher, int doc) {
    List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
    return leaves.get(SegmentSearches.segmentOf(doc, searcher.getIndexReader()));
  }
}
