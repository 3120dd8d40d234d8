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

import io.github.luceneplaid.fsvi.simd.RowComparison.Measure;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * {@link RowComparison} in plain Java, with one class for each form of rows. It reads arrays only.
 */
abstract class ScalarRowComparison implements RowComparison {

  private static final VarHandle FLOAT =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  final Measure measure;
  private final int dim;
  private final int elementBytes;

  private ScalarRowComparison(Measure measure, int dim, int elementBytes) {
    if (dim < 1) {
      throw new IllegalArgumentException("a query without elements");
    }
    this.measure = Objects.requireNonNull(measure);
    this.dim = dim;
    this.elementBytes = elementBytes;
  }

  @Override
  public int dimension() {
    return dim;
  }

  @Override
  public boolean compare(
      MappedInput file,
      long position,
      long rowBytes,
      int[] rows,
      int n,
      float[] scales,
      float[] out) {
    return false;
  }

  @Override
  public void compare(
      byte[] bytes, int rowBytes, int n, float[] scales, float[] out, int outOffset) {
    check(bytes.length, (long) dim * elementBytes, rowBytes, n);
    for (int r = 0; r < n; r++) {
      int o = outOffset + r;
      out[o] =
          measure == Measure.DOT
              ? dot(bytes, r * rowBytes)
              : squareDistance(bytes, r * rowBytes, isScaled() ? scales[o] : 1);
    }
  }

  static void check(long length, long used, long rowBytes, int n) {
    if (n < 0 || rowBytes < used || (n > 0 && (n - 1) * rowBytes + used > length)) {
      throw new IndexOutOfBoundsException(
          n + " rows of " + rowBytes + " bytes, of which " + used + " are used, in " + length);
    }
  }

  static void checkLevels(byte[] query) {
    for (int i = 0; i < query.length; i++) {
      if (Math.abs(query[i]) > VectorKernels.MAX_LEVEL) {
        throw new IllegalArgumentException(
            "element " + i + " is " + query[i] + ", its magnitude must be 64 or less");
      }
    }
  }

  /** Whether rows have a scale. */
  boolean isScaled() {
    return false;
  }

  abstract float dot(byte[] bytes, int row);

  abstract float squareDistance(byte[] bytes, int row, float scale);

  static final class OfFloats extends ScalarRowComparison {

    private final float[] query;
    private final float[] row;

    OfFloats(Measure measure, float[] query) {
      super(measure, query.length, Float.BYTES);
      this.query = query.clone();
      this.row = new float[query.length];
    }

    private float[] read(byte[] bytes, int from) {
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) FLOAT.get(bytes, from + i * Float.BYTES);
      }
      return row;
    }

    @Override
    float dot(byte[] bytes, int from) {
      return ScalarRows.dot(query, read(bytes, from));
    }

    @Override
    float squareDistance(byte[] bytes, int from, float scale) {
      return ScalarRows.squareDistance(query, read(bytes, from), 1);
    }
  }

  static final class OfHalves extends ScalarRowComparison {

    private final float[] query;
    private final float[] row;

    OfHalves(Measure measure, float[] query) {
      super(measure, query.length, Short.BYTES);
      this.query = query.clone();
      this.row = new float[query.length];
    }

    private float[] read(byte[] bytes, int from) {
      for (int i = 0; i < row.length; i++) {
        row[i] = Float.float16ToFloat((short) SHORT.get(bytes, from + i * Short.BYTES));
      }
      return row;
    }

    @Override
    float dot(byte[] bytes, int from) {
      return ScalarRows.dot(query, read(bytes, from));
    }

    @Override
    float squareDistance(byte[] bytes, int from, float scale) {
      return ScalarRows.squareDistance(query, read(bytes, from), 1);
    }
  }

  static final class OfScaledBytes extends ScalarRowComparison {

    private final float[] query;
    private final float[] row;

    OfScaledBytes(Measure measure, float[] query) {
      super(measure, query.length, Byte.BYTES);
      this.query = query.clone();
      this.row = new float[query.length];
    }

    @Override
    boolean isScaled() {
      return true;
    }

    private float[] read(byte[] bytes, int from) {
      for (int i = 0; i < row.length; i++) {
        row[i] = bytes[from + i];
      }
      return row;
    }

    @Override
    float dot(byte[] bytes, int from) {
      return ScalarRows.dot(query, read(bytes, from));
    }

    @Override
    float squareDistance(byte[] bytes, int from, float scale) {
      return ScalarRows.squareDistance(query, read(bytes, from), scale);
    }
  }

  static final class OfBytes extends ScalarRowComparison {

    private final byte[] query;

    OfBytes(Measure measure, byte[] query) {
      super(measure, query.length, Byte.BYTES);
      this.query = query.clone();
    }

    @Override
    float dot(byte[] bytes, int from) {
      // An int holds 65 535 products of magnitude 2^14 or less
      int sum = 0;
      for (int i = 0; i < query.length; i++) {
        sum += query[i] * bytes[from + i];
      }
      return sum;
    }

    @Override
    float squareDistance(byte[] bytes, int from, float scale) {
      long sum = 0;
      for (int block = 0; block < query.length; block += 1 << 14) {
        int partial = 0;
        for (int i = block; i < Math.min(query.length, block + (1 << 14)); i++) {
          int difference = query[i] - bytes[from + i];
          partial += difference * difference;
        }
        sum += partial;
      }
      return sum;
    }
  }
}
