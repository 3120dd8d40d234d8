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

/** Query vectors in their original layout. */
record ScalarQueryMatrix(VectorKernels kernels, float[] queries, int count, int dimension)
    implements QueryMatrix {

  @Override
  public void matrix(float[] rows, int rowsOffset, int rowCount, float[] out, int outOffset) {
    kernels.matrix(queries, count, rows, rowsOffset, rowCount, dimension, out, outOffset);
  }

  @Override
  public int maxLength() {
    return count();
  }

  @Override
  public int stride() {
    return count();
  }

  @Override
  public void products(float[] rows, int rowsOffset, int rowCount, float[] out, int outOffset) {
    matrix(rows, rowsOffset, rowCount, out, outOffset);
  }

  @Override
  public void maxSim(float[] rows, int rowsOffset, int rowCount, float[] max) {
    kernels.maxSim(queries, count, rows, rowsOffset, rowCount, dimension, max);
  }

  @Override
  public boolean maxSim(MappedInput rows, long position, int rowCount, float[] max) {
    return false;
  }
}
