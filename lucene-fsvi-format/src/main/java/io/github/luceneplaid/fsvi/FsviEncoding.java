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

import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import java.util.List;

/**
 * Ways to store the vectors of a field of floats: in one slab, or in a coarse slab for scans and a
 * fine slab. Readers return the vectors of the fine slab, or of the only one. Scores are computed
 * from the same vectors.
 *
 * @lucene.experimental
 */
public enum FsviEncoding {
  /** 32-bit floats. Vectors are stored without any loss. */
  FLOAT32,
  /**
   * 16-bit floats. The error of an element x is at most 2<sup>-11</sup>·|x|, or 2<sup>-25</sup> if
   * that is more.
   */
  FLOAT16,
  /**
   * Signed bytes, with a scale for each vector. The scale is m / 127, where m is the largest
   * magnitude of an element of the vector. The error of an element is at most m / 253.
   */
  INT8,
  /** A coarse slab of 16-bit floats and a fine slab of 32-bit floats. */
  FLOAT16_THEN_FLOAT32,
  /** A coarse slab of signed bytes and a fine slab of 16-bit floats. */
  INT8_THEN_FLOAT16,
  /** A coarse slab of signed bytes and a fine slab of 32-bit floats. */
  INT8_THEN_FLOAT32;

  /** Encodings of the slabs. The coarse slab is the first of two. */
  List<SlabEncoding> tiers() {
    return switch (this) {
      case FLOAT32 -> List.of(SlabEncoding.FLOAT32);
      case FLOAT16 -> List.of(SlabEncoding.FLOAT16);
      case INT8 -> List.of(SlabEncoding.INT8);
      case FLOAT16_THEN_FLOAT32 -> List.of(SlabEncoding.FLOAT16, SlabEncoding.FLOAT32);
      case INT8_THEN_FLOAT16 -> List.of(SlabEncoding.INT8, SlabEncoding.FLOAT16);
      case INT8_THEN_FLOAT32 -> List.of(SlabEncoding.INT8, SlabEncoding.FLOAT32);
    };
  }

  /** The encoding of a single slab. */
  static FsviEncoding of(SlabEncoding slab) {
    return switch (slab) {
      case FLOAT32 -> FLOAT32;
      case FLOAT16 -> FLOAT16;
      case INT8 -> INT8;
    };
  }
}
