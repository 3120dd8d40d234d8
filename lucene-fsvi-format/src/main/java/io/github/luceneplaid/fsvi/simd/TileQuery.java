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

import java.util.Objects;

/**
 * Query tokens of integers that are multiplied with tiles, in the layout of the kernels that made
 * it, see {@link VectorKernels#tileQuery}. Immutable, and safe for use by several threads.
 *
 * @lucene.experimental
 */
public final class TileQuery {

  final int count;
  final int dimension;

  /** [query tokens][dimension] */
  final short[] values;

  /** The same values for {@code PanamaBlockTile}; null if the kernels do not read them. */
  final int[] spread;

  TileQuery(short[] values, int count, int dimension, int[] spread) {
    Objects.checkFromIndexSize(0, Math.multiplyExact(count, dimension), values.length);
    this.values = values;
    this.count = count;
    this.dimension = dimension;
    this.spread = spread;
  }
}
