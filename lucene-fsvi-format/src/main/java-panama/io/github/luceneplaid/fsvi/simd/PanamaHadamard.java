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

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Walsh-Hadamard transform by vectors, and operations on elements. Stages shorter than a vector
 * exchange lanes within it. The other stages are sums and differences of whole vectors.
 */
final class PanamaHadamard {

  private static final VectorSpecies<Float> SPECIES =
      VectorSpecies.of(float.class, VectorShape.forBitSize(PanamaKernels.BITS));
  private static final int LENGTH = SPECIES.length();

  private static final VectorShuffle<Float> SWAP_1 = swap(1);
  private static final VectorShuffle<Float> SWAP_2 = swap(2);
  private static final VectorShuffle<Float> SWAP_4 = swap(4);
  private static final VectorShuffle<Float> SWAP_8 = swap(8);
  private static final FloatVector SIGN_1 = sign(1);
  private static final FloatVector SIGN_2 = sign(2);
  private static final FloatVector SIGN_4 = sign(4);
  private static final FloatVector SIGN_8 = sign(8);

  private PanamaHadamard() {}

  private static VectorShuffle<Float> swap(int stride) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ stride) & (LENGTH - 1));
  }

  private static FloatVector sign(int stride) {
    float[] signs = new float[LENGTH];
    for (int lane = 0; lane < LENGTH; lane++) {
      signs[lane] = (lane & stride) == 0 ? 1 : -1;
    }
    return FloatVector.fromArray(SPECIES, signs, 0);
  }

  private static FloatVector load(float[] v, int index) {
    return FloatVector.fromArray(SPECIES, v, index);
  }

  // Written with vectors, because C2 does not know that the arrays are different
  static void multiply(float[] v, int offset, float[] factors, int n) {
    int i = 0;
    for (; i <= n - LENGTH; i += LENGTH) {
      load(v, offset + i).mul(load(factors, i)).intoArray(v, offset + i);
    }
    for (; i < n; i++) {
      v[offset + i] *= factors[i];
    }
  }

  // Written with vectors for the same reason
  static void add(float[] v, int offset, float[] summands, int from, int n) {
    int i = 0;
    for (; i <= n - LENGTH; i += LENGTH) {
      load(v, offset + i).add(load(summands, from + i)).intoArray(v, offset + i);
    }
    for (; i < n; i++) {
      v[offset + i] += summands[from + i];
    }
  }

  // Written with vectors for the same reason
  static void raise(float[] v, int offset, float[] others, int from, int n) {
    int i = 0;
    for (; i <= n - LENGTH; i += LENGTH) {
      load(v, offset + i).max(load(others, from + i)).intoArray(v, offset + i);
    }
    for (; i < n; i++) {
      v[offset + i] = Math.max(v[offset + i], others[from + i]);
    }
  }

  static void transform(float[] v, int offset, int n) {
    if (n < LENGTH) {
      ScalarHadamard.transform(v, offset, n);
      return;
    }
    for (int i = offset; i < offset + n; i += LENGTH) {
      within(load(v, i)).intoArray(v, i);
    }
    int stride = LENGTH;
    // Two stages at a time need half the memory accesses. If the number of stages is odd, one is
    // done alone
    for (; stride * 4 <= n; stride *= 4) {
      for (int block = offset; block < offset + n; block += 4 * stride) {
        for (int i = block; i < block + stride; i += LENGTH) {
          twoStages(v, i, stride);
        }
      }
    }
    if (stride < n) {
      for (int i = offset; i < offset + stride; i += LENGTH) {
        FloatVector a = load(v, i);
        FloatVector b = load(v, i + stride);
        a.add(b).intoArray(v, i);
        a.sub(b).intoArray(v, i + stride);
      }
    }
  }

  /** Does the stages within a vector. Factors are 1 and −1, so nothing is rounded twice. */
  private static FloatVector within(FloatVector v) {
    v = v.rearrange(SWAP_1).add(v.mul(SIGN_1));
    v = v.rearrange(SWAP_2).add(v.mul(SIGN_2));
    if (LENGTH > 4) {
      v = v.rearrange(SWAP_4).add(v.mul(SIGN_4));
    }
    if (LENGTH > 8) {
      v = v.rearrange(SWAP_8).add(v.mul(SIGN_8));
    }
    return v;
  }

  private static void twoStages(float[] v, int i, int stride) {
    FloatVector a = load(v, i);
    FloatVector b = load(v, i + stride);
    FloatVector c = load(v, i + 2 * stride);
    FloatVector d = load(v, i + 3 * stride);
    FloatVector sum1 = a.add(b);
    FloatVector difference1 = a.sub(b);
    FloatVector sum2 = c.add(d);
    FloatVector difference2 = c.sub(d);
    sum1.add(sum2).intoArray(v, i);
    difference1.add(difference2).intoArray(v, i + stride);
    sum1.sub(sum2).intoArray(v, i + 2 * stride);
    difference1.sub(difference2).intoArray(v, i + 3 * stride);
  }
}
