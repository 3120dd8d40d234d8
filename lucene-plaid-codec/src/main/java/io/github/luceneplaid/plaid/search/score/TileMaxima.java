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

package io.github.luceneplaid.plaid.search.score;

import java.util.Arrays;
import org.apache.lucene.util.ArrayUtil;

/**
 * The best similarity of each query token with the tokens of each tile, as integer scoring found
 * it. Float scoring then looks only at tiles that come close to the best one. Memory is bounded:
 * documents that do not fit are not kept.
 */
final class TileMaxima {

  /** The most floats that are kept. */
  private static final int MAX_LENGTH = 1 << 16;

  private final int count;
  private int[] ordinals = new int[32];
  private int[] starts = new int[32];
  private float[] spreads = new float[32];
  private float[] maxima = new float[1 << 12];
  private int size;
  private int length;

  /** Starts empty, for a number of query tokens. */
  TileMaxima(int count) {
    this.count = count;
  }

  /**
   * Adds a document.
   *
   * @return its number, -1 if there is no room
   */
  int add(int ordinal, int tiles) {
    long needed = length + (long) tiles * count;
    if (needed > MAX_LENGTH) {
      return -1;
    }
    ordinals = ArrayUtil.grow(ordinals, size + 1);
    starts = ArrayUtil.grow(starts, size + 1);
    spreads = ArrayUtil.grow(spreads, size + 1);
    if (needed > maxima.length) {
      maxima = Arrays.copyOf(maxima, (int) Math.max(needed, 2L * maxima.length));
    }
    ordinals[size] = ordinal;
    starts[size] = length;
    spreads[size] = 0;
    length = (int) needed;
    return size++;
  }

  /**
   * Stores the best similarities with the tokens of a tile, and the tile's largest scale · factor.
   */
  void set(int number, int tile, float[] best, float spread) {
    System.arraycopy(best, 0, maxima, starts[number] + tile * count, count);
    spreads[number] = Math.max(spreads[number], spread);
  }

  /** The number of a document, -1 if it is not known. */
  int find(int ordinal) {
    for (int i = 0; i < size; i++) {
      if (ordinals[i] == ordinal) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Finds the lowest similarity that integers may have for the best token of each query token.
   *
   * @param error by how much a similarity may be off for a scale · factor of 1
   * @param least receives the bounds, [query tokens]
   */
  void bounds(int number, int tiles, float[] error, float[] least) {
    Arrays.fill(least, Float.NEGATIVE_INFINITY);
    int at = starts[number];
    for (int tile = 0; tile < tiles; tile++) {
      for (int q = 0; q < count; q++) {
        least[q] = Math.max(least[q], maxima[at++]);
      }
    }
    for (int q = 0; q < count; q++) {
      // The best token may have been rounded down and another one up; floats are rounded, too
      least[q] -= 2 * spreads[number] * error[q] + 2e-6f * Math.abs(least[q]);
    }
  }

  /**
   * Finds the query tokens whose best token may be in a tile.
   *
   * @param least from {@link #bounds}
   * @param which receives the query tokens
   * @return how many
   */
  int select(int number, int tile, float[] least, int[] which) {
    int at = starts[number] + tile * count;
    int n = 0;
    for (int q = 0; q < count; q++) {
      which[n] = q;
      n += maxima[at + q] < least[q] ? 0 : 1;
    }
    return n;
  }
}
