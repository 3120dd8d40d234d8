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
 * How the vectors of a field of floats are stored. What is read back of a vector, and what scores
 * are computed of, is the only slab, or the second one of two.
 *
 * @lucene.experimental
 */
public enum FsviEncoding {
  /** 32-bit floats, exact. */
  FLOAT32,
  /**
   * 16-bit floats. An element differs from the original x by no more than 2<sup>-11</sup>·|x|, or
   * 2<sup>-25</sup> if that is more.
   */
  FLOAT16,
  /**
   * Signed bytes with a scale for each vector, the largest magnitude m of its elements divided by
   * 127. An element differs from the original by no more than m / 253.
   */
  INT8,
  /** 16-bit floats to scan, and 32-bit floats beside them for vectors that may be hits. */
  FLOAT16_THEN_FLOAT32,
  /** Signed bytes to scan, and 16-bit floats beside them for vectors that may be hits. */
  INT8_THEN_FLOAT16,
  /** Signed bytes to scan, and 32-bit floats beside them for vectors that may be hits. */
  INT8_THEN_FLOAT32;

  /** Encodings of the slabs, a coarse one first if there are two. */
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
}
