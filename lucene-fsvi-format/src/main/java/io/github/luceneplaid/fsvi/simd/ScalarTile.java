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
package io.github.luceneplaid.fsvi.simd;

import static io.github.luceneplaid.fsvi.simd.CodedKernels.TILE_LANES;

/**
 * Products and maxima of tiles in plain Java, see {@link CodedKernels#dotTile} and {@link
 * CodedKernels#maxTile}.
 */
final class ScalarTile {

  private ScalarTile() {}

  static void dot(
      short[] tile, int dim, short[] queries, int queriesOffset, int nq, int lanes, short[] sums) {
    for (int q = 0; q < nq; q++) {
      int query = queriesOffset + q * dim;
      int out = q * TILE_LANES;
      for (int lane = 0; lane < lanes; lane++) {
        sums[out + lane] = 0;
      }
      for (int j = 0; j < dim; j++) {
        int value = queries[query + j];
        for (int lane = 0; lane < lanes; lane++) {
          sums[out + lane] += (short) (tile[j * TILE_LANES + lane] * value);
        }
      }
    }
  }

  static void dot(short[] tile, int dim, float[] queries, int[] which, int n, float[] sums) {
    for (int i = 0; i < n; i++) {
      int query = which[i] * dim;
      int out = i * TILE_LANES;
      for (int lane = 0; lane < TILE_LANES; lane++) {
        sums[out + lane] = 0;
      }
      for (int j = 0; j < dim; j++) {
        float value = queries[query + j];
        for (int lane = 0; lane < TILE_LANES; lane++) {
          sums[out + lane] += tile[j * TILE_LANES + lane] * value;
        }
      }
    }
  }

  static void max(
      short[] sums,
      int nq,
      int lanes,
      float[] table,
      int tableStride,
      int[] rows,
      float[] scale,
      float[] factor,
      float[] queryScale,
      float[] max) {
    for (int q = 0; q < nq; q++) {
      float best = max[q];
      for (int lane = 0; lane < lanes; lane++) {
        float residual = scale[lane] * queryScale[q] * sums[q * TILE_LANES + lane];
        float similarity = (table[rows[lane] * tableStride + q] + residual) * factor[lane];
        best = similarity > best ? similarity : best;
      }
      max[q] = best;
    }
  }

  static void max(
      float[] sums,
      int[] which,
      int n,
      int lanes,
      float[] table,
      int tableStride,
      int[] rows,
      float[] scale,
      float[] factor,
      float[] max) {
    for (int i = 0; i < n; i++) {
      int q = which[i];
      float best = max[q];
      for (int lane = 0; lane < lanes; lane++) {
        float residual = scale[lane] * sums[i * TILE_LANES + lane];
        float similarity = (table[rows[lane] * tableStride + q] + residual) * factor[lane];
        best = similarity > best ? similarity : best;
      }
      max[q] = best;
    }
  }
}
