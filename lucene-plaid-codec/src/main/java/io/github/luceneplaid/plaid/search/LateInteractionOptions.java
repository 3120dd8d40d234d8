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

import java.util.Objects;

/**
 * How much work a {@link LateInteractionQuery} may do. What is not set is chosen from the number of
 * hits asked for and from the segment. Immutable.
 *
 * <p>None of this matters for segments that are searched exactly, as flat segments and those of
 * other formats are.
 *
 * @lucene.experimental
 */
public final class LateInteractionOptions {

  /** Everything chosen automatically. */
  public static final LateInteractionOptions DEFAULT = builder().build();

  private static final int AUTOMATIC = 0;
  private static final float DEFAULT_RECALL = 0.995f;

  /** More than twice as much is never looked at for the sake of recall. */
  private static final double LEAST_MISSED = 0.001;

  private static final double FEW_DOCUMENTS = 2048;

  private final int regions;
  private final int cells;
  private final int candidates;
  private final int rescore;
  private final float recall;
  private final float deviations;
  private final boolean exact;

  private LateInteractionOptions(Builder builder) {
    this.regions = builder.regions;
    this.cells = builder.cells;
    this.candidates = builder.candidates;
    this.rescore = builder.rescore;
    this.recall = builder.recall;
    this.deviations = builder.deviations;
    this.exact = builder.exact;
  }

  /** Returns a builder with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns the regions probed per query token: the given number, or what suits the recall that is
   * wanted instead, if that is not set.
   */
  int regions(int automatic) {
    return regions == AUTOMATIC ? forRecall(automatic) : regions;
  }

  /**
   * Returns the cells probed per query token: the given number, or what suits the recall that is
   * wanted instead, if that is not set.
   */
  int cells(int automatic) {
    return cells == AUTOMATIC ? forRecall(automatic) : cells;
  }

  /** Automatic numbers suit the default; to miss an eighth as many takes twice as much. */
  private int forRecall(int automatic) {
    double missed = Math.max(1 - (double) recall, LEAST_MISSED);
    return (int) Math.ceil(automatic * Math.cbrt((1 - (double) DEFAULT_RECALL) / missed));
  }

  /**
   * Returns how many candidates are scored at most, for {@code k} hits; at least {@code k}.
   *
   * @param documents how many there are to choose from
   */
  int candidates(int k, long documents) {
    return candidates(k, 1024 + 8.0 * k, documents);
  }

  /**
   * Returns how many documents, for {@code k} hits, are scored exactly rather than searched.
   *
   * @param documents how many there are
   */
  int few(int k, long documents) {
    return candidates(k, 216 + 4.0 * k, documents);
  }

  private int candidates(int k, double automatic, long documents) {
    return candidates == AUTOMATIC
        ? saturated(Math.round(automatic * growth(documents, 0.2)))
        : Math.max(k, candidates);
  }

  /**
   * How much more to look at among many documents: the more there are, the more of them are about
   * as good as the best ones. 1 for a few thousand, and so much more each time they double.
   */
  static double growth(long documents, double step) {
    return 1 + step * Math.max(0, Math.log(documents / FEW_DOCUMENTS) / Math.log(2));
  }

  /**
   * Returns how many documents get an exact score, for {@code k} hits; at least {@code k}.
   *
   * @param raw whether exact scores come from raw tokens, and so tell more than quick ones
   */
  int rescore(int k, boolean raw) {
    if (rescore != AUTOMATIC) {
      return Math.max(k, rescore);
    }
    // Without raw tokens, quick scores differ from exact ones by the rounding of the query only
    return saturated(raw ? k + k / 4L + 8 : k + k / 8L + 2);
  }

  /**
   * Share of the hits to find. Automatic numbers follow from it, and so does when to stop unless
   * {@link #stopsByDeviations}.
   */
  float recall() {
    return recall;
  }

  /** Whether {@link #deviations} says when to stop. */
  boolean stopsByDeviations() {
    return Float.isNaN(deviations) == false;
  }

  /** Standard deviations between the last candidate scored and the k-th hit. */
  float deviations() {
    return deviations;
  }

  /** Whether every document is scored. */
  boolean exact() {
    return exact;
  }

  private static int saturated(long value) {
    return (int) Math.min(Integer.MAX_VALUE, value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LateInteractionOptions that
        && regions == that.regions
        && cells == that.cells
        && candidates == that.candidates
        && rescore == that.rescore
        && Float.compare(recall, that.recall) == 0
        && Float.compare(deviations, that.deviations) == 0
        && exact == that.exact;
  }

  @Override
  public int hashCode() {
    return Objects.hash(regions, cells, candidates, rescore, recall, deviations, exact);
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

  /** Collects options; each setter checks its argument. */
  public static final class Builder {
    private int regions = AUTOMATIC;
    private int cells = AUTOMATIC;
    private int candidates = AUTOMATIC;
    private int rescore = AUTOMATIC;
    private float recall = DEFAULT_RECALL;
    private float deviations = Float.NaN;
    private boolean exact;

    private Builder() {}

    /**
     * Sets how many regions are probed per query token.
     *
     * @param regions at least 1
     * @return this
     * @throws IllegalArgumentException if it is less
     */
    public Builder regions(int regions) {
      this.regions = atLeastOne("regions", regions);
      return this;
    }

    /**
     * Sets how many cells are probed per query token.
     *
     * @param cells at least 1
     * @return this
     * @throws IllegalArgumentException if it is less
     */
    public Builder cells(int cells) {
      this.cells = atLeastOne("cells", cells);
      return this;
    }

    /**
     * Sets how many documents of trained segments are scored at most. As many as the index has give
     * the ranking of the stored vectors, without any approximation.
     *
     * @param candidates at least 1; fewer than the hits asked for count as that many
     * @return this
     * @throws IllegalArgumentException if it is less
     */
    public Builder candidates(int candidates) {
      this.candidates = atLeastOne("candidates", candidates);
      return this;
    }

    /**
     * Sets how many documents are scored again exactly: from their raw tokens, or from their codes
     * where a segment keeps no raw tokens. Scores before differ from those of codes only by the
     * rounding of the query, so that few documents more than there are hits do by default.
     *
     * @param documents at least 1; fewer than the hits asked for count as that many
     * @return this
     * @throws IllegalArgumentException if it is less
     */
    public Builder rescore(int documents) {
      this.rescore = atLeastOne("rescore", documents);
      return this;
    }

    /**
     * Sets the share of the hits that a search is to find, of those that a search of all documents
     * would; 0.995 by default. What is not set of the other options follows from it. Candidates are
     * scored in the order of an estimate, until no more hits are to be expected among the rest than
     * may be missed: the search learns how far estimates are off from the candidates it has scored.
     *
     * @param share above 0, up to 1; with 1 all candidates are scored
     * @return this
     * @throws IllegalArgumentException if it is not
     */
    public Builder recall(float share) {
      if (share > 0 == false || share > 1) {
        throw new IllegalArgumentException("recall must be above 0 and up to 1, got: " + share);
      }
      this.recall = share;
      return this;
    }

    /**
     * Sets when to stop in another way: candidates are scored until the next one's estimate, made
     * larger by this many standard deviations of its error so far, is below the last hit. Queries
     * are then answered less evenly than by {@link #recall}, but for a mean recall below about 0.95
     * fewer candidates are scored. Not set by default; positive infinity scores all candidates.
     *
     * @param deviations 0 or more
     * @return this
     * @throws IllegalArgumentException if it is negative or NaN
     */
    public Builder deviations(float deviations) {
      if (deviations >= 0 == false) {
        throw new IllegalArgumentException("deviations must be at least 0, got: " + deviations);
      }
      this.deviations = deviations;
      return this;
    }

    /**
     * Scores every document; the other options do not matter then.
     *
     * @return this
     */
    public Builder exact() {
      this.exact = true;
      return this;
    }

    /**
     * Returns the options as they are now.
     *
     * @return immutable options
     */
    public LateInteractionOptions build() {
      return new LateInteractionOptions(this);
    }

    private static int atLeastOne(String name, int value) {
      if (value < 1) {
        throw new IllegalArgumentException(name + " must be at least 1, got: " + value);
      }
      return value;
    }
  }
}
