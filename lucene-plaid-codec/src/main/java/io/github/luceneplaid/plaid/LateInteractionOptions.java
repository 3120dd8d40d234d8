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

package io.github.luceneplaid.plaid;

import io.github.luceneplaid.plaid.search.request.SearchSettings;

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

  private final SearchSettings settings;

  private LateInteractionOptions(SearchSettings settings) {
    this.settings = settings;
  }

  /** Returns a builder with nothing set. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns these options as the search reads them.
   *
   * @lucene.internal
   */
  public SearchSettings settings() {
    return settings;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LateInteractionOptions that && settings.equals(that.settings);
  }

  @Override
  public int hashCode() {
    return settings.hashCode();
  }

  @Override
  public String toString() {
    return settings.toString();
  }

  /** Collects options; each setter checks its argument. */
  public static final class Builder {
    private int regions = SearchSettings.AUTOMATIC;
    private int cells = SearchSettings.AUTOMATIC;
    private int candidates = SearchSettings.AUTOMATIC;
    private int rescore = SearchSettings.AUTOMATIC;
    private float recall = SearchSettings.DEFAULT_RECALL;
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
     * Sets how many documents are scored again exactly at most: from their raw tokens, or from
     * their codes where a segment keeps no raw tokens. Scores before differ from those of codes
     * only by the rounding of the query, so that few documents more than there are hits do by
     * default. {@link #recall} or {@link #deviations} ends this earlier, once no more hits are to
     * be expected among the rest. All of them are scored with a recall of 1, or with infinite
     * deviations.
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
     * may be missed, or the next one is too unlikely to be a hit. The search learns how far
     * estimates are off from the candidates it has scored.
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
      return new LateInteractionOptions(
          new SearchSettings(regions, cells, candidates, rescore, recall, deviations, exact));
    }

    private static int atLeastOne(String name, int value) {
      if (value < 1) {
        throw new IllegalArgumentException(name + " must be at least 1, got: " + value);
      }
      return value;
    }
  }
}
