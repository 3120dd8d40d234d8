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

import java.util.Arrays;

/**
 * PLAID's quantiser of residuals. It has a number of a bucket for each dimension, and one table of
 * weights for all dimensions. Immutable.
 *
 * <p>A token is stored as the id of a centroid c and 2<sup>bits</sup>-ary bucket numbers. With
 * w<sub>j</sub> the weight of the bucket of dimension j, it is decoded as (c + w) / max(|c + w|,
 * 10<sup>-12</sup>). Nothing is rotated. If only signs are kept ({@link #areSigns}), it is decoded
 * as w, with weights −1 and 1; the centroid is used only to find it.
 *
 * @see PlaidBlockCodec
 * @lucene.internal
 */
public final class PlaidQuantizer {

  /**
   * Weights are rounded to integers of at most this magnitude for quick scores. Products with the
   * query must fit 16 bits. With this magnitude the integers of the query have about as many bits
   * as the weights.
   */
  private static final int MAX_ROUNDED = 24;

  private final int bits;
  private final boolean signs;
  private final float[] cutoffs;
  private final float[] weights;
  private final float[] averageResidual;
  private final float clusterThreshold;

  /**
   * Makes a quantiser of residuals.
   *
   * @param cutoffs [2^bits − 1], rising; used only to encode
   * @param weights [2^bits], finite; bits is 1, 2, 4 or 8
   * @param averageResidual [dimension], mean magnitude of residuals; kept for programs that add
   *     documents to an exported index
   * @param clusterThreshold distance beyond which a token is an outlier; kept for the same programs
   * @throws IllegalArgumentException if a length differs, or a weight is not finite
   */
  public static PlaidQuantizer ofResiduals(
      float[] cutoffs, float[] weights, float[] averageResidual, float clusterThreshold) {
    int bits = Integer.numberOfTrailingZeros(weights.length);
    if (weights.length != 1 << bits || bits < 1 || 8 % bits != 0) {
      throw new IllegalArgumentException(
          "weights: found " + weights.length + ", expected 2, 4, 16 or 256");
    }
    if (cutoffs.length != weights.length - 1) {
      throw new IllegalArgumentException(
          "cutoffs: found " + cutoffs.length + ", expected " + (weights.length - 1));
    }
    for (float weight : weights) {
      if (Float.isFinite(weight) == false) {
        throw new IllegalArgumentException("weights: found " + weight + ", expected finite ones");
      }
    }
    return new PlaidQuantizer(bits, false, cutoffs, weights, averageResidual, clusterThreshold);
  }

  /**
   * Makes a quantiser that keeps only the signs of components.
   *
   * @param averageResidual [dimension], see {@link #ofResiduals}
   */
  public static PlaidQuantizer ofSigns(float[] averageResidual) {
    return new PlaidQuantizer(1, true, new float[1], new float[] {-1, 1}, averageResidual, 0);
  }

  private PlaidQuantizer(
      int bits,
      boolean signs,
      float[] cutoffs,
      float[] weights,
      float[] averageResidual,
      float clusterThreshold) {
    this.bits = bits;
    this.signs = signs;
    this.cutoffs = cutoffs.clone();
    this.weights = weights.clone();
    this.averageResidual = averageResidual.clone();
    this.clusterThreshold = clusterThreshold;
  }

  /** Returns the bits of a bucket number: 1, 2, 4 or 8. */
  public int bits() {
    return bits;
  }

  /** Whether tokens are the signs of their components. */
  public boolean areSigns() {
    return signs;
  }

  /** Returns the upper ends of buckets, [2^bits − 1]. */
  public float[] cutoffs() {
    return cutoffs.clone();
  }

  /** Returns the weight of a bucket. */
  float weight(int bucket) {
    return weights[bucket];
  }

  /** Returns the weights of buckets, [2^bits]. */
  public float[] weights() {
    return weights.clone();
  }

  /** Returns the mean magnitude of residuals, [dimension]; may be NaN. */
  public float[] averageResidual() {
    return averageResidual.clone();
  }

  /** Returns the distance from all centroids beyond which a token is an outlier. */
  public float clusterThreshold() {
    return clusterThreshold;
  }

  /** Returns the value of a unit of {@link #roundedWeights}. */
  public float roundedUnit() {
    float largest = largestWeight();
    return signs || largest == 0 ? 1 : largest / MAX_ROUNDED;
  }

  /** Returns the weights as integers, [2^bits]. */
  public byte[] roundedWeights() {
    byte[] rounded = new byte[weights.length];
    for (int i = 0; i < weights.length; i++) {
      rounded[i] = (byte) Math.rint(weights[i] / roundedUnit());
    }
    return rounded;
  }

  /** Returns the largest magnitude of {@link #roundedWeights}, at least 1. */
  public int largestRounded() {
    return signs || largestWeight() == 0 ? 1 : MAX_ROUNDED;
  }

  float largestWeight() {
    float largest = 0;
    for (float weight : weights) {
      largest = Math.max(largest, Math.abs(weight));
    }
    return largest;
  }

  /** Returns the bucket of a component, the number of cutoffs below it. */
  public int bucket(float component) {
    int low = 0;
    int high = cutoffs.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (cutoffs[middle] < component) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * Packs bucket numbers in the layout of PLAID's files.
   *
   * @param buckets one for each dimension
   * @param packed receives the bytes; unused bits become 0
   * @param to index of the first one
   */
  public void pack(int[] buckets, byte[] packed, int to) {
    int perByte = 8 / bits;
    Arrays.fill(packed, to, to + (buckets.length + perByte - 1) / perByte, (byte) 0);
    for (int j = 0; j < buckets.length; j++) {
      packed[to + j / perByte] |=
          PlaidBlockCodec.reverse((byte) (buckets[j] << (j % perByte * bits)));
    }
  }

  @Override
  public String toString() {
    return signs ? "PlaidQuantizer(signs)" : "PlaidQuantizer(" + bits + " bits)";
  }
}
