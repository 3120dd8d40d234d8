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
 * Decides when a search that scores documents in the order of their estimates can stop. It stops
 * when the hits expected among the rest are no more than may be missed, or when the next document
 * is unlikely to be a hit. The rule assumes that errors of estimates are normally distributed.
 */
public final class StopRule {

  /** The deviations that choose between segments if the recall decides when to stop. */
  private static final float USUAL = 3;

  private static final float MOST = 100;

  /** The share of missed hits at which estimates decide alone. */
  private static final double MUCH = 0.25;

  /** The deviations that nearly all errors stay below. */
  private static final double FAR = 5;

  private final boolean goesByNext;
  private final boolean neverStops;
  private final double deviations;
  private final double allowed;
  private final double worth;

  /**
   * Makes the rule of a search.
   *
   * @param hits how many hits are wanted, or the part of them that counts
   */
  public StopRule(SearchSettings options, double hits) {
    this.goesByNext = options.stopsByDeviations();
    this.neverStops = goesByNext ? options.deviations() > Float.MAX_VALUE : options.recall() == 1;
    this.deviations = goesByNext ? Math.min(options.deviations(), MOST) : USUAL;
    double missed = 1 - (double) options.recall();
    this.allowed = missed * hits;
    this.worth = goesByNext ? deviations : worth(missed);
  }

  /**
   * Half as many missed hits take one deviation more. From a quarter on, the next document has to
   * be a hit by its estimate alone. At .5 % it counts up to 5.6 deviations.
   *
   * @param missed the share of hits that may be missed
   */
  private static double worth(double missed) {
    return Math.max(0, Math.log(MUCH / missed) / Math.log(2));
  }

  /** Whether all documents are scored. */
  public boolean neverStops() {
    return neverStops;
  }

  /** Whether the next document decides, and not the hits expected among all the rest. */
  public boolean goesByNext() {
    return goesByNext;
  }

  /**
   * How many deviations above its estimate the next document may have to be to be a hit. Beyond
   * that it is not worth its time, whatever is expected among all the rest.
   */
  public double worth() {
    return worth;
  }

  /** How many deviations above its estimate a document may be. */
  public double deviations() {
    return deviations;
  }

  /** Hits that may be missed. */
  public double allowed() {
    return allowed;
  }

  /**
   * Returns how many hits are expected among the documents that are left.
   *
   * @param docs with their estimates, best first, in the form of {@link BestDocs}
   * @param from the first one that counts
   * @param worst the score of the lowest hit, less the mean error of estimates
   * @param deviation the deviation of errors
   * @return the number; once it is more than may be missed, some number above that limit
   */
  public double missed(long[] docs, int from, double worst, double deviation) {
    double least = Math.max(deviation, Double.MIN_NORMAL);
    double sum = 0;
    for (int i = from; i < docs.length && sum <= allowed; i++) {
      double distance = (worst - BestDocs.score(docs[i])) / least;
      if (distance > FAR) {
        break;
      }
      sum += above(distance);
    }
    return sum;
  }

  /**
   * The chance of a normally distributed number to be above a value, with an error of up to 1e-5
   * (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.16).
   */
  static double above(double value) {
    if (value < 0) {
      return 1 - above(-value);
    }
    double t = 1 / (1 + 0.33267 * value);
    double density = Math.exp(-value * value / 2) / Math.sqrt(2 * Math.PI);
    return density * t * (0.4361836 + t * (-0.1201676 + t * 0.937298));
  }
}
