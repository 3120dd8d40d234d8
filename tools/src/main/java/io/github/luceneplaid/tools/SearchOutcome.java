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

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.search.IndexSearcher;

/**
 * The JSON of a query and its hits.
 *
 * @param query its id
 * @param text null if only its tokens are known
 */
record SearchOutcome(String query, String text, List<Hit> hits) {

  /**
   * A hit.
   *
   * @param rank from 1
   * @param id of the record, or its number, see {@link RecordSearch#shownId}
   * @param title null if it has none
   * @param ranks left out if there is only one ranking
   */
  record Hit(
      int rank,
      String id,
      String title,
      float score,
      @JsonInclude(JsonInclude.Include.NON_NULL) Ranks ranks) {

    static Hit of(int rank, RankedHit hit, Document document) {
      return new Hit(
          rank,
          RecordSearch.shownId(document, hit.doc()),
          document.get(IndexBuilder.TITLE),
          hit.score(),
          hit.isFused() ? new Ranks(hit.maxSim(), hit.words()) : null);
    }
  }

  /** Where a hit is in two rankings; null if it is too far down to be known. */
  record Ranks(RankedHit.Place maxSim, RankedHit.Place words) {}

  /** The JSON of hits, in their order. */
  static List<Hit> hits(IndexSearcher searcher, List<RankedHit> found) throws IOException {
    WholeDocuments stored = new WholeDocuments(searcher.getIndexReader());
    List<Hit> hits = new ArrayList<>();
    for (RankedHit hit : found) {
      hits.add(Hit.of(hits.size() + 1, hit, stored.get(hit.doc())));
    }
    return hits;
  }
}
