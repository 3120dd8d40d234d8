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
package io.github.luceneplaid.fsvi.files;

import java.util.Objects;

/**
 * The rows of a matrix as vectors.
 *
 * @param array matrix of floats
 */
record ArrayRows(ArrayFile array) implements VectorRows {

  @Override
  public long rows() {
    return array.rows();
  }

  @Override
  public int dimension() {
    return (int) array.rowSize();
  }

  @Override
  public String id(long row) {
    return Long.toString(Objects.checkIndex(row, rows()));
  }

  @Override
  public void read(long row, float[] into) {
    long from = Objects.checkIndex(row, rows()) * dimension();
    array.readCheckedFloats(from, into, 0, dimension());
  }

  @Override
  public void close() {
    array.close();
  }
}
