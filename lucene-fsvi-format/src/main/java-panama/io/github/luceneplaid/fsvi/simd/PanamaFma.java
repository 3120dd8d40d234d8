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
import org.apache.lucene.util.Constants;

/**
 * Multiplies and adds. Only this class uses fused operations, and the build forbids them elsewhere.
 * On processors without them, Java computes them in software, one element at a time.
 */
final class PanamaFma {

  private PanamaFma() {}

  /** Returns a * b + c, fused if that is fast. */
  static FloatVector fma(FloatVector a, FloatVector b, FloatVector c) {
    return Constants.HAS_FAST_VECTOR_FMA ? a.fma(b, c) : a.mul(b).add(c);
  }

  /**
   * Does the same for vectors of 512 bits. A method that vectors of several lengths share would box
   * them.
   */
  static FloatVector wideFma(FloatVector a, FloatVector b, FloatVector c) {
    return Constants.HAS_FAST_VECTOR_FMA ? a.fma(b, c) : a.mul(b).add(c);
  }
}
