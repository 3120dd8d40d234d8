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

package io.github.luceneplaid.plaid.search.request;

/**
 * How much work a search does. A number of 0 means that it follows from the wanted recall.
 *
 * @param regions regions probed for each query token
 * @param cells cells probed for each query token
 * @param candidates documents that are scored at most
 * @param rescore documents that get an exact score at most
 * @param recall share of the hits to find, above 0 and up to 1
 * @param deviations standard deviations between the last candidate scored and the k-th hit; NaN if
 *     the recall decides when to stop
 * @param exact whether every document is scored
 * @lucene.internal
 */
public record SearchSettings(
    int regions,
    int cells,
    int candidates,
    int rescore,
    float recall,
    float deviations,
    boolean exact) {

  /** The value of numbers that follow from the recall. */
  public static final int AUTOMATIC = 0;

  /** The wanted recall unless another one is set. */
  public static final float DEFAULT_RECALL = 0.995f;

  /**
   * The smallest share of missed hits that numbers adapt to. It keeps them below twice the default.
   */
  private static final double LEAST_MISSED = 0.001;

  private static final double FEW_DOCUMENTS = 2048;

  /**
   * Returns the regions probed per query token: the number that was set, or one that suits the
   * wanted recall.
   */
  public int regions(int automatic) {
    return regions == AUTOMATIC ? forRecall(automatic) : regions;
  }

  /**
   * Returns the cells probed per query token: the number that was set, or one that suits the wanted
   * recall.
   */
  public int cells(int automatic) {
    return cells == AUTOMATIC ? forRecall(automatic) : cells;
  }

  /**
   * Adapts a number that suits the default recall. To miss a 16th of the hits takes twice the
   * number: a search for fewer hits saves more by scoring fewer candidates, for which it needs good
   * estimates.
   */
  private int forRecall(int automatic) {
    double missed = Math.max(1 - (double) recall, LEAST_MISSED);
    return (int) Math.ceil(automatic * Math.pow((1 - (double) DEFAULT_RECALL) / missed, 0.25));
  }

  /**
   * Returns how many candidates are scored at most, for {@code k} hits; at least {@code k}.
   *
   * @param depth how many documents to look for: k, or more if hits are of different parents
   * @param documents how many there are to choose from
   */
  public int candidates(int k, int depth, long documents) {
    return candidates(k, 1024 + 8.0 * depth, documents);
  }

  /**
   * Returns how many documents, for {@code k} hits, are scored exactly rather than searched.
   *
   * @param documents how many there are
   */
  public int few(int k, long documents) {
    return candidates(k, 216 + 4.0 * k, documents);
  }

  private int candidates(int k, double automatic, long documents) {
    return candidates == AUTOMATIC
        ? saturated(Math.round(automatic * growth(documents, 0.2)))
        : Math.max(k, candidates);
  }

  /**
   * The factor by which more is looked at in a large index: the more documents there are, the more
   * of them are about as good as the best ones. The factor is 1 for a few thousand documents, and
   * rises by {@code step} each time their number doubles.
   */
  public static double growth(long documents, double step) {
    return 1 + step * Math.max(0, Math.log(documents / FEW_DOCUMENTS) / Math.log(2));
  }

  /**
   * Returns how many documents get an exact score, for {@code k} hits; at least {@code k}.
   *
   * @param raw whether exact scores come from raw tokens, and so are more precise than quick ones
   */
  public int rescore(int k, boolean raw) {
    if (rescore != AUTOMATIC) {
      return Math.max(k, rescore);
    }
    // Without raw tokens, quick scores differ from exact ones by the rounding of the query only
    return saturated(raw ? k + k / 4L + 8 : k + k / 8L + 2);
  }

  /** Whether {@link #deviations} decides when to stop. */
  public boolean stopsByDeviations() {
    return Float.isNaN(deviations) == false;
  }

  private static int saturated(long value) {
    return (int) Math.min(Integer.MAX_VALUE, value);
  }

  @Override
  public String toString() {
    if (exact) {
      return "exact";
    }
    return "regions="
        + automatic(regions)
        + ",cells="
        + automatic(cells)
        + ",candidates="
        + automatic(candidates)
        + ",rescore="
        + automatic(rescore)
        + ",recall="
        + recall
        + ",deviations="
        + (stopsByDeviations() ? Float.toString(deviations) : "auto");
  }

  private static String automatic(int value) {
    return value == AUTOMATIC ? "auto" : Integer.toString(value);
  }
}
