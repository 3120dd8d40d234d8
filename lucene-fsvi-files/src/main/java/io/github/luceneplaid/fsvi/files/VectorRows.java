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

import java.io.Closeable;
import java.io.IOException;
import java.util.Objects;

/**
 * Vectors of floats in a file, all of one dimension. Rows out of range throw an {@link
 * IndexOutOfBoundsException}.
 *
 * @lucene.experimental
 */
public interface VectorRows extends Closeable {

  /** Number of rows, deleted ones included. */
  long rows();

  /** Elements of a vector. */
  int dimension();

  /**
   * The id of a row.
   *
   * @return the number of the row if the file has no ids
   */
  String id(long row) throws IOException;

  /** Whether a row is marked as deleted. */
  default boolean isDeleted(long row) {
    return false;
  }

  /**
   * Reads a vector.
   *
   * @param into takes {@link #dimension} floats from index 0 on
   */
  void read(long row, float[] into);

  /**
   * Reads some vectors.
   *
   * @param row the first one
   * @param n how many
   */
  default float[][] read(long row, int n) {
    Objects.checkFromIndexSize(row, (long) n, rows());
    float[][] vectors = new float[n][dimension()];
    for (int i = 0; i < n; i++) {
      read(row + i, vectors[i]);
    }
    return vectors;
  }

  /**
   * Adds all rows that are not deleted to another file, without finishing it.
   *
   * @return how many
   */
  default long copyTo(VectorRowsWriter writer) throws IOException {
    if (rows() == 0) {
      // Without rows nothing speaks for the dimension.
      return 0;
    }
    float[] vector = new float[dimension()];
    long copied = 0;
    for (long row = 0; row < rows(); row++) {
      if (isDeleted(row) == false) {
        read(row, vector);
        writer.add(id(row), vector);
        copied++;
      }
    }
    return copied;
  }
}
