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
package io.github.luceneplaid.fsvi;

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.fsvi.slab.SlabEncoding;

/**
 * Encodes and decodes a vector, to get the vector that a reader will return. The encoding must fit
 * the vector. For one thread.
 */
final class RoundTrip {

  private final SlabEncoding encoding;
  private final short[] float16s;

  RoundTrip(SlabEncoding encoding, int dim) {
    this.encoding = encoding;
    this.float16s = new short[encoding == SlabEncoding.FLOAT16 ? dim : 0];
  }

  void apply(float[] vector, float[] into) {
    switch (encoding) {
      case FLOAT32 -> System.arraycopy(vector, 0, into, 0, vector.length);
      case FLOAT16 -> {
        VectorKernels.get().floatToFloat16(vector, 0, float16s, 0, vector.length);
        VectorKernels.get().float16ToFloat(float16s, 0, into, 0, vector.length);
      }
      case INT8 -> {
        float scale = Rounding.scale(vector);
        Rounding.toLevels(vector, scale, into);
        for (int i = 0; i < into.length; i++) {
          into[i] *= scale;
        }
      }
    }
  }
}
