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

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/** {@link RowComparison} by the Vector API. It reads segments of mapped files or copies. */
abstract class PanamaRowComparison implements RowComparison {

  final Measure measure;
  private final int dim;
  private final int usedBytes;

  // Copies of rows in arrays. They are in a segment of their own, because C2 does not compile
  // loads of float vectors from byte arrays, and these would take 20 times as long
  private MemorySegment copies;

  private PanamaRowComparison(Measure measure, int dim, int elementBytes) {
    if (dim < 1) {
      throw new IllegalArgumentException("a query without elements");
    }
    this.measure = Objects.requireNonNull(measure);
    this.dim = dim;
    this.usedBytes = dim * elementBytes;
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
      float[] out)
      throws IOException {
    if (file instanceof PanamaMappedInput == false) {
      return false;
    }
    Objects.checkFromIndexSize(0, n, rows.length);
    PanamaMappedInput mapped = (PanamaMappedInput) file;
    try {
      MemorySegment whole = mapped.whole();
      if (whole == null) {
        return comparePieces(mapped, position, rowBytes, rows, n, scales, out);
      }
      compare(new Rows(whole, position, rowBytes, rows), n, scales, out, 0);
    } catch (IllegalStateException e) {
      throw PanamaMappedInput.closed(e);
    }
    return true;
  }

  private boolean comparePieces(
      PanamaMappedInput file,
      long position,
      long rowBytes,
      int[] rows,
      int n,
      float[] scales,
      float[] out)
      throws IOException {
    for (int i = 0; i < n; i++) {
      MemorySegment row = file.segment(position + rows[i] * rowBytes, usedBytes);
      if (row == null) {
        return false;
      }
      compare(new Rows(row, 0, 0, null), 1, scales, out, i);
    }
    return true;
  }

  @Override
  public void compare(
      byte[] bytes, int rowBytes, int n, float[] scales, float[] out, int outOffset) {
    ScalarRowComparison.check(bytes.length, usedBytes, rowBytes, n);
    int length = n == 0 ? 0 : (n - 1) * rowBytes + usedBytes;
    if (copies == null || copies.byteSize() < length) {
      copies = Arena.ofAuto().allocate(Math.max(1, length));
    }
    MemorySegment.copy(bytes, 0, copies, ValueLayout.JAVA_BYTE, 0, length);
    compare(new Rows(copies, 0, rowBytes, null), n, scales, out, outOffset);
  }

  /** Compares n rows. Scales and results start at index o. */
  private void compare(Rows rows, int n, float[] scales, float[] out, int o) {
    Objects.checkFromIndexSize(o, n, out.length);
    if (measure == Measure.DOT) {
      dots(rows, n, out, o);
    } else {
      squareDistances(rows, n, scales, out, o);
    }
  }

  // Each form of rows has its own loops, so that the call for a row has one target

  abstract void dots(Rows rows, int n, float[] out, int o);

  abstract void squareDistances(Rows rows, int n, float[] scales, float[] out, int o);

  /**
   * Where rows are.
   *
   * @param bytes holds all rows
   * @param start offset of row 0
   * @param rowBytes from one row to the next one
   * @param numbers numbers of the rows to compare; null for 0, 1, 2, …
   */
  record Rows(MemorySegment bytes, long start, long rowBytes, int[] numbers) {
    long at(int i) {
      return start + (numbers == null ? i : numbers[i]) * rowBytes;
    }
  }

  static final class OfFloats extends PanamaRowComparison {
    private final float[] query;

    OfFloats(Measure measure, float[] query) {
      super(measure, query.length, Float.BYTES);
      this.query = query.clone();
    }

    @Override
    void dots(Rows rows, int n, float[] out, int o) {
      for (int i = 0; i < n; i++) {
        out[o + i] = PanamaFloatRows.dot(query, rows.bytes(), rows.at(i));
      }
    }

    @Override
    void squareDistances(Rows rows, int n, float[] scales, float[] out, int o) {
      for (int i = 0; i < n; i++) {
        out[o + i] = PanamaFloatRows.squareDistance(query, rows.bytes(), rows.at(i));
      }
    }
  }

  static final class OfHalves extends PanamaRowComparison {
    private final float[] query;
    // Scales a result to a dot product
    private final float factor;

    OfHalves(Measure measure, float[] query) {
      super(measure, query.length, Short.BYTES);
      if (measure == Measure.DOT) {
        int exponent = PanamaFloat16Rows.exponent(query);
        this.query = PanamaFloat16Rows.inBlocks(query, Math.scalb(1f, exponent));
        this.factor = Math.scalb(1f, 112 - exponent);
      } else {
        this.query = PanamaFloat16Rows.inBlocks(query, -1);
        this.factor = 1;
      }
    }

    @Override
    void dots(Rows rows, int n, float[] out, int o) {
      for (int i = 0; i < n; i++) {
        out[o + i] = factor * PanamaFloat16Rows.dot(query, rows.bytes(), rows.at(i));
      }
    }

    @Override
    void squareDistances(Rows rows, int n, float[] scales, float[] out, int o) {
      for (int i = 0; i < n; i++) {
        out[o + i] = PanamaFloat16Rows.squareDistance(query, rows.bytes(), rows.at(i));
      }
    }
  }

  static final class OfScaledBytes extends PanamaRowComparison {
    private final float[] query;

    OfScaledBytes(Measure measure, float[] query) {
      super(measure, query.length, Byte.BYTES);
      this.query = query.clone();
    }

    @Override
    void dots(Rows rows, int n, float[] out, int o) {
      for (int i = 0; i < n; i++) {
        out[o + i] = PanamaScaledRows.dot(query, rows.bytes(), rows.at(i));
      }
    }

    @Override
    void squareDistances(Rows rows, int n, float[] scales, float[] out, int o) {
      for (int i = 0; i < n; i++) {
        out[o + i] =
            PanamaScaledRows.squareDistance(query, rows.bytes(), rows.at(i), scales[o + i]);
      }
    }
  }

  static final class OfBytes extends PanamaRowComparison {
    private final int[] query;

    OfBytes(Measure measure, byte[] query) {
      super(measure, query.length, Byte.BYTES);
      this.query = new int[query.length];
      for (int i = 0; i < query.length; i++) {
        this.query[i] = query[i];
      }
    }

    @Override
    void dots(Rows rows, int n, float[] out, int o) {
      for (int i = 0; i < n; i++) {
        out[o + i] = PanamaByteRows.dot(query, rows.bytes(), rows.at(i));
      }
    }

    @Override
    void squareDistances(Rows rows, int n, float[] scales, float[] out, int o) {
      for (int i = 0; i < n; i++) {
        out[o + i] = PanamaByteRows.squareDistance(query, rows.bytes(), rows.at(i));
      }
    }
  }

  static final class OfLevels extends PanamaRowComparison {
    private final short[] query;
    private final int step = PanamaLevelRows.STEP;

    OfLevels(byte[] query) {
      super(Measure.DOT, query.length, Byte.BYTES);
      this.query = new short[query.length];
      for (int i = 0; i < query.length; i++) {
        this.query[i] = query[i];
      }
    }

    @Override
    void dots(Rows rows, int n, float[] out, int o) {
      for (int i = 0; i < n; i++) {
        out[o + i] = PanamaLevelRows.dot(query, rows.bytes(), rows.at(i), step);
      }
    }

    @Override
    void squareDistances(Rows rows, int n, float[] scales, float[] out, int o) {
      throw new AssertionError("levels have dot products only");
    }
  }
}
