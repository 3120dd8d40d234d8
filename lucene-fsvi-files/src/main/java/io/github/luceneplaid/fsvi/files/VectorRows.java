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
 * Vectors of floats in a file. All vectors have the same dimension. A row out of range causes an
 * {@link IndexOutOfBoundsException}.
 *
 * @lucene.experimental
 */
public interface VectorRows extends Closeable {

  /** Returns the number of rows, including deleted ones. */
  long rows();

  /** Returns the number of elements of a vector. */
  int dimension();

  /**
   * Returns the id of a row, or the number of the row if the file has no ids.
   *
   * @throws IOException if the file cannot be read, or the id is damaged
   */
  String id(long row) throws IOException;

  /** Returns whether a row is marked as deleted. */
  default boolean isDeleted(long row) {
    return false;
  }

  /**
   * Reads a vector.
   *
   * @param into receives {@link #dimension} floats from index 0 on
   * @throws java.io.UncheckedIOException if a 64-bit float is finite but would become infinite, or
   *     is not 0 but would become 0
   */
  void read(long row, float[] into);

  /**
   * Reads consecutive vectors.
   *
   * @param row the first row
   * @param n number of rows
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
   * Adds all rows that are not deleted to another file, and does not finish that file.
   *
   * @return the number of rows that were added
   */
  default long copyTo(VectorRowsWriter writer) throws IOException {
    if (rows() == 0) {
      // Without rows nothing proves the dimension, which may be too large for an array.
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
