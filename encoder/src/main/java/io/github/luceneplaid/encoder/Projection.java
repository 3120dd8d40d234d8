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
package io.github.luceneplaid.encoder;

import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.fsvi.files.VectorRows;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Takes the vectors of a model to fewer dimensions: subtracts a mean and keeps the principal
 * components.
 *
 * <p>On disk it is an NPY matrix of float32: the mean is the first row, then one row per component.
 *
 * @lucene.experimental
 */
public final class Projection {
  private final float[] mean;
  private final float[][] components;

  /**
   * Takes a mean and components.
   *
   * @param mean {@code [from]}
   * @param components {@code [to][from]}, orthonormal rows
   */
  public Projection(float[] mean, float[][] components) {
    this.mean = mean;
    this.components = components;
  }

  /** Dimensions of what it takes. */
  public int from() {
    return mean.length;
  }

  /** Dimensions of what it gives. */
  public int to() {
    return components.length;
  }

  /** Projects a vector. */
  public float[] apply(float[] vector) {
    if (vector.length != mean.length) {
      throw new EncoderException(
          "the model gives " + vector.length + " dimensions, the projection takes " + mean.length);
    }
    float[] centred = new float[mean.length];
    for (int i = 0; i < centred.length; i++) {
      centred[i] = vector[i] - mean[i];
    }
    float[] result = new float[components.length];
    for (int c = 0; c < result.length; c++) {
      float sum = 0;
      float[] component = components[c];
      for (int i = 0; i < centred.length; i++) {
        sum += centred[i] * component[i];
      }
      result[c] = sum;
    }
    return result;
  }

  /** Writes it to a file. */
  public void write(Path file) throws IOException {
    try (NpyWriter writer = new NpyWriter(file, ElementType.FLOAT32, mean.length)) {
      writer.add(mean);
      for (float[] component : components) {
        writer.add(component);
      }
      writer.finish();
    }
  }

  /** Reads what {@link #write} wrote. */
  public static Projection read(Path file) throws IOException {
    return read(NpyFile.open(file), file.toString());
  }

  /** Reads a resource of this package. */
  static Projection resource(String name) throws IOException {
    try (InputStream in = Projection.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("resource " + name + " is missing from the jar");
      }
      return read(NpyFile.of(name, in.readAllBytes()), name);
    }
  }

  private static Projection read(NpyFile file, String name) throws IOException {
    try (file) {
      VectorRows matrix = file.vectors();
      int dimension = matrix.dimension();
      if (matrix.rows() < 2 || matrix.rows() > dimension + 1L) {
        throw new EncoderException(
            name
                + ": expected a mean and 1 to "
                + dimension
                + " components, found "
                + matrix.rows()
                + " rows");
      }
      float[][] rows = matrix.read(0, (int) matrix.rows());
      return new Projection(rows[0], Arrays.copyOfRange(rows, 1, rows.length));
    }
  }
}
