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

package io.github.luceneplaid.plaid.search.probe;

import io.github.luceneplaid.plaid.search.request.SearchRequest;
import io.github.luceneplaid.plaid.search.request.SearchSettings;
import io.github.luceneplaid.plaid.search.request.TimeLimit;
import java.util.Arrays;
import java.util.List;

/**
 * Chooses the cells to walk: about the same number of best cells for each query token, in all
 * segments together. So few cells of a small segment are walked. All segments share one floor,
 * which stands for the cells that are not walked, so their estimates can be compared.
 *
 * <p>The scores of a query token are divided into {@value #STEPS} steps, the highest first, and
 * cells are walked up to a whole step.
 */
public final class CellCut {

  public static final int STEPS = 256;

  /** A filter that keeps few documents multiplies the cells to walk by this at most. */
  public static final double MAX_WIDENING = 8;

  private static final int PROBES = 86;
  private static final int MAX_EXTRA_PROBES = 512;

  private final float[] highest;
  private final float[] stepsPerUnit;
  private final int[] walked;

  /**
   * Makes the cut.
   *
   * @param probes of all segments
   * @param count number of query tokens
   * @param wanted cells to walk for each query token
   * @param time when it runs out, the rest of the query tokens have no cells to walk
   */
  public CellCut(List<CellProbe> probes, int count, int wanted, TimeLimit time) {
    this.highest = new float[count];
    this.stepsPerUnit = new float[count];
    this.walked = new int[count];
    int[] histogram = new int[STEPS];
    long work = 0;
    for (int q = 0; q < count; q++) {
      if (work > TimeLimit.ELEMENTS) {
        work = 0;
        if (time.isOver()) {
          return;
        }
      }
      float max = Float.NEGATIVE_INFINITY;
      float min = Float.POSITIVE_INFINITY;
      for (CellProbe probe : probes) {
        max = Math.max(max, probe.highest(q));
        min = Math.min(min, probe.lowest(q));
        work += probe.size(q);
      }
      highest[q] = max;
      float steps = max > min ? (STEPS - 1) / (max - min) : 0;
      // If scores are too close for a finite number of steps, they count as equal
      stepsPerUnit[q] = steps <= Float.MAX_VALUE ? steps : 0;
      Arrays.fill(histogram, 0);
      for (CellProbe probe : probes) {
        probe.count(q, this, histogram);
      }
      int cells = 0;
      while (walked[q] < STEPS && cells < wanted) {
        cells += histogram[walked[q]++];
      }
    }
  }

  /**
   * How many cells to walk for each query token.
   *
   * @param documents of all segments
   * @param accepted about how many of them may be found: if they are few, more cells must be walked
   *     to find as many
   */
  public static int wanted(SearchRequest request, long documents, long accepted) {
    double growth = SearchSettings.growth(documents, 1 / 3.0);
    double automatic = (PROBES + Math.min(request.depth(), MAX_EXTRA_PROBES)) * growth;
    int probes = request.options().cells((int) Math.ceil(automatic));
    return (int) Math.min(Integer.MAX_VALUE, probes * widening(documents, accepted));
  }

  /** The factor by which a search walks more cells because only some documents may be found. */
  public static double widening(long documents, long accepted) {
    return Math.clamp(Math.cbrt((double) documents / Math.max(1, accepted)), 1, MAX_WIDENING);
  }

  /** The step of a score, 0 to {@value #STEPS} − 1. */
  int step(int token, float score) {
    return (int) ((highest[token] - score) * stepsPerUnit[token]);
  }

  /** The number of steps whose cells are walked. */
  int walked(int token) {
    return walked[token];
  }

  /** The score that stands for all cells that are not walked. No walked cell has a lower score. */
  public float floor(int token) {
    float steps = stepsPerUnit[token];
    return steps == 0 ? highest[token] : highest[token] - walked[token] / steps;
  }
}
