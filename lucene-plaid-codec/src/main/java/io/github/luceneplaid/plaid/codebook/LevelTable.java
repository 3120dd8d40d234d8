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
package io.github.luceneplaid.plaid.codebook;

import io.github.luceneplaid.fsvi.simd.ResidualTables;

/**
 * Finds the level of a component by one look into a table. The cutoffs between levels are
 * mid-points of integer weights, so they lie on a grid of half weights. Each step of this grid
 * belongs to one level. A component on a cutoff gets the upper level. For 8 bits a level number is
 * the weight itself. A step then holds the components that round to one weight.
 */
final class LevelTable {

  /** Steps of the grid. Components beyond it belong to the outermost levels. */
  static final int STEPS = 256;

  /** Steps in a difference of 1 in weight. */
  final float stepsPerWeight;

  /** Place of weight 0, in steps from the lower end of the grid. */
  final float origin;

  /** Level number by step. */
  final byte[] levels = new byte[STEPS];

  /** Weight by step. */
  final byte[] weights = new byte[STEPS];

  /** Weight by level number, or null if level numbers are weights. */
  private final byte[] weightOfLevel;

  LevelTable(int bits) {
    stepsPerWeight = bits == 8 ? 1 : 2;
    origin = bits == 8 ? STEPS / 2f + 0.5f : STEPS / 2f;
    weightOfLevel = bits == 8 ? null : ResidualTables.weights(bits);
    for (int step = 0; step < STEPS; step++) {
      int level = bits == 8 ? Math.max(step - STEPS / 2, -127) : level(step - STEPS / 2);
      levels[step] = (byte) level;
      weights[step] = (byte) weight(level);
    }
  }

  /** Returns the number of cutoffs at or below a number of half weights. */
  private int level(int halfWeights) {
    int level = 0;
    while (level < weightOfLevel.length - 1
        && weightOfLevel[level] + weightOfLevel[level + 1] <= halfWeights) {
      level++;
    }
    return level;
  }

  /** Returns the step of a place on the grid. */
  static int step(float place) {
    return Math.max(0, Math.min(STEPS - 1, (int) place));
  }

  int weight(int level) {
    return weightOfLevel == null ? level : weightOfLevel[level];
  }
}
