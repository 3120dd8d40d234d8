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
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** {@link RowComparison} by the Vector API, of segments that are mapped files or arrays. */
abstract class PanamaRowComparison implements RowComparison {

  final Measure measure;
  private final int dim;
  private final int usedBytes;

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
    Objects.checkFromIndexSize(0, n, out.length);
    PanamaMappedInput mapped = (PanamaMappedInput) file;
    try {
      MemorySegment whole = mapped.whole();
      if (whole == null) {
        return comparePieces(mapped, position, rowBytes, rows, n, scales, out);
      }
      for (int i = 0; i < n; i++) {
        one(whole, position + rows[i] * rowBytes, scales, out, i);
      }
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
      one(row, 0, scales, out, i);
    }
    return true;
  }

  @Override
  public void compare(
      byte[] bytes, int rowBytes, int n, float[] scales, float[] out, int outOffset) {
    ScalarRowComparison.check(bytes.length, usedBytes, rowBytes, n);
    MemorySegment segment = MemorySegment.ofArray(bytes);
    for (int i = 0; i < n; i++) {
      one(segment, (long) i * rowBytes, scales, out, outOffset + i);
    }
  }

  abstract void one(MemorySegment rows, long row, float[] scales, float[] out, int o);

  static final class OfFloats extends PanamaRowComparison {
    private final float[] query;

    OfFloats(Measure measure, float[] query) {
      super(measure, query.length, Float.BYTES);
      this.query = query.clone();
    }

    @Override
    void one(MemorySegment rows, long row, float[] scales, float[] out, int o) {
      out[o] =
          measure == Measure.DOT
              ? PanamaFloatRows.dot(query, rows, row)
              : PanamaFloatRows.squareDistance(query, rows, row);
    }
  }

  static final class OfHalves extends PanamaRowComparison {
    private final float[] query;
    // What makes a result a dot product.
    private final float factor;

    OfHalves(Measure measure, float[] query) {
      super(measure, query.length, Short.BYTES);
      if (measure == Measure.DOT) {
        int exponent = PanamaHalfRows.exponent(query);
        this.query = PanamaHalfRows.inBlocks(query, Math.scalb(1f, exponent));
        this.factor = Math.scalb(1f, 112 - exponent);
      } else {
        this.query = PanamaHalfRows.inBlocks(query, -1);
        this.factor = 1;
      }
    }

    @Override
    void one(MemorySegment rows, long row, float[] scales, float[] out, int o) {
      out[o] =
          measure == Measure.DOT
              ? factor * PanamaHalfRows.dot(query, rows, row)
              : PanamaHalfRows.squareDistance(query, rows, row);
    }
  }

  static final class OfScaledBytes extends PanamaRowComparison {
    private final float[] query;

    OfScaledBytes(Measure measure, float[] query) {
      super(measure, query.length, Byte.BYTES);
      this.query = query.clone();
    }

    @Override
    void one(MemorySegment rows, long row, float[] scales, float[] out, int o) {
      out[o] =
          measure == Measure.DOT
              ? PanamaScaledRows.dot(query, rows, row)
              : PanamaScaledRows.squareDistance(query, rows, row, scales[o]);
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
    void one(MemorySegment rows, long row, float[] scales, float[] out, int o) {
      out[o] =
          measure == Measure.DOT
              ? PanamaByteRows.dot(query, rows, row)
              : PanamaByteRows.squareDistance(query, rows, row);
    }
  }
}
