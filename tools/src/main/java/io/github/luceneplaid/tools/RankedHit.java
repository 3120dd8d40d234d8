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

import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.search.ScoreDoc;

/**
 * A hit that is shown.
 *
 * @param doc its number in the index
 * @param maxSim its place in the ranking by tokens; null if there is only that ranking, or if it is
 *     too far down
 * @param words its place in the ranking by words; null if there is none, or if it is too far down
 */
record RankedHit(int doc, float score, Place maxSim, Place words) {

  /**
   * A place in a ranking.
   *
   * @param rank from 1
   */
  record Place(int rank, float score) {}

  /** Whether it is a hit of two rankings. */
  boolean isFused() {
    return maxSim != null || words != null;
  }

  /** A rank, or what stands for one that is too far down to be known. */
  static String rank(Place place) {
    return place == null ? "-" : Integer.toString(place.rank());
  }

  /** Hits of one ranking. */
  static List<RankedHit> of(List<ScoreDoc> docs) {
    List<RankedHit> hits = new ArrayList<>();
    docs.forEach(hit -> hits.add(new RankedHit(hit.doc, hit.score, null, null)));
    return hits;
  }
}
