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

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Writes an MVEC file of version 1. The file ends with its last entry. The writer keeps all keys in
 * memory to refuse a key that was added before.
 *
 * @see MvecFile
 * @lucene.experimental
 */
public final class MvecFileWriter implements VectorRowsWriter {

  private final int dimension;
  private final MvecFile.Metric metric;
  private final Set<String> keys = new HashSet<>();
  private final AtomicOutput out;
  private final ElementWriter vectors;

  /**
   * Starts a file.
   *
   * @param file path of the file, in a folder that exists
   * @param metric metric for programs that search the file
   * @param dimension number of elements of a vector, {@value MvecFile#MIN_DIMENSION} to {@value
   *     MvecFile#MAX_DIMENSION}
   */
  public MvecFileWriter(Path file, MvecFile.Metric metric, int dimension) throws IOException {
    if (dimension < MvecFile.MIN_DIMENSION || dimension > MvecFile.MAX_DIMENSION) {
      throw new IllegalArgumentException(
          "dimension must be from "
              + MvecFile.MIN_DIMENSION
              + " to "
              + MvecFile.MAX_DIMENSION
              + ", got: "
              + dimension);
    }
    this.dimension = dimension;
    this.metric = metric;
    this.out = new AtomicOutput(file);
    this.vectors = new ElementWriter(out, ElementType.FLOAT32);
    out.padTo(MvecFile.HEADER);
  }

  /**
   * Appends a vector.
   *
   * @throws IllegalArgumentException if the vector has another dimension, or the key was added
   *     before or is longer than 65,535 bytes of UTF-8, or if there are 536,870,911 vectors
   */
  @Override
  public void add(String key, float[] vector) throws IOException {
    out.check();
    byte[] bytes = Ids.encode(key);
    if (vector.length != dimension) {
      throw new IllegalArgumentException(
          "length of the vector of key "
              + key
              + " must be "
              + dimension
              + ", got: "
              + vector.length);
    }
    if (keys.size() == KeyTable.MAX_SIZE) {
      throw new IllegalArgumentException(
          "number of vectors must be at most " + KeyTable.MAX_SIZE + ", got: one more");
    }
    if (keys.add(key) == false) {
      throw new IllegalArgumentException("keys must be unique, got: a second vector of key " + key);
    }
    out.putShort((short) bytes.length);
    out.putBytes(bytes, 0, bytes.length);
    vectors.writeFloats(vector, 0, dimension);
  }

  @Override
  public void finish() throws IOException {
    byte metricNumber =
        switch (metric) {
          case COSINE -> 0;
          case EUCLIDEAN -> 1;
          case DOT_PRODUCT -> 2;
        };
    ByteBuffer header = ByteBuffer.allocate(MvecFile.HEADER).order(ByteOrder.LITTLE_ENDIAN);
    header
        .putInt(MvecFile.MAGIC)
        .putInt(MvecFile.VERSION)
        .putShort((short) dimension)
        .put(metricNumber)
        .putLong(MvecFile.COUNT_OFFSET, keys.size())
        .putLong(MvecFile.END_OFFSET, out.position());
    out.overwrite(0, header.array());
    out.finish();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
