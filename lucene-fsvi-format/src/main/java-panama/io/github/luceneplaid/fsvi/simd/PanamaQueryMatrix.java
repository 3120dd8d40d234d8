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
import org.apache.lucene.util.ArrayUtil;

/**
 * Queries in panels. Remaining queries that do not fill another panel keep their original layout.
 */
final class PanamaQueryMatrix implements QueryMatrix {

  // Rows whose products are held at a time.
  private static final int BATCH = PanamaMatrix.BATCH;

  private final float[] queries;
  private final int count;
  private final int dimension;
  private final int covered;
  private final float[][] panels;

  // Created when it is first needed. Threads that create it at the same time create equal arrays
  private volatile PanamaColumns columns;

  PanamaQueryMatrix(float[] queries, int count, int dimension) {
    this.queries = ArrayUtil.copyOfSubArray(queries, 0, Math.multiplyExact(count, dimension));
    this.count = count;
    this.dimension = dimension;
    this.covered = PanamaPanel.covered(count, dimension);
    this.panels = PanamaPanel.pack(queries, covered, dimension);
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public void matrix(float[] rows, int rowsOffset, int rowCount, float[] out, int outOffset) {
    Objects.checkFromIndexSize(rowsOffset, Math.multiplyExact(rowCount, dimension), rows.length);
    Objects.checkFromIndexSize(outOffset, Math.multiplyExact(rowCount, count), out.length);
    PanamaPanel.matrix(
        panels, covered, rows, rowsOffset, rowCount, dimension, out, outOffset, count);
    PanamaMatrix.dots(
        queries, covered, count, rows, rowsOffset, rowCount, dimension, out, outOffset, count);
  }

  @Override
  public int maxLength() {
    return Math.addExact(count, workLength());
  }

  /** The number of products of a batch, for a panel or for all queries outside of panels. */
  private int workLength() {
    return Math.multiplyExact(
        BATCH, Math.max(covered > 0 ? PanamaPanel.WIDTH : 0, count - covered));
  }

  /** Returns the working space. It is after the queries in max, if there is room. */
  private float[] work(float[] max) {
    return max.length - count >= workLength() ? max : new float[count + workLength()];
  }

  @Override
  public int stride() {
    return PanamaColumns.stride(count);
  }

  @Override
  public void products(float[] rows, int rowsOffset, int rowCount, float[] out, int outOffset) {
    Objects.checkFromIndexSize(rowsOffset, Math.multiplyExact(rowCount, dimension), rows.length);
    Objects.checkFromIndexSize(outOffset, Math.multiplyExact(rowCount, stride()), out.length);
    PanamaColumns found = columns;
    if (found == null) {
      found = new PanamaColumns(queries, count, dimension);
      columns = found;
    }
    found.products(rows, rowsOffset, rowCount, out, outOffset);
  }

  @Override
  public void maxSim(float[] rows, int rowsOffset, int rowCount, float[] max) {
    Objects.checkFromIndexSize(rowsOffset, Math.multiplyExact(rowCount, dimension), rows.length);
    Objects.checkFromIndexSize(0, count, max.length);
    float[] work = work(max);
    if (covered < count) {
      PanamaMatrix.maxSim(
          queries, covered, count, rows, rowsOffset, rowCount, dimension, max, work, count);
    }
    if (covered > 0) {
      for (int r = 0; r < rowCount; r += BATCH) {
        int n = Math.min(BATCH, rowCount - r);
        for (int p = 0; p < panels.length; p++) {
          int row = rowsOffset + r * dimension;
          PanamaPanel.multiply(panels[p], rows, row, n, dimension, work, count, PanamaPanel.WIDTH);
          raise(max, p, work, n);
        }
      }
    }
  }

  @Override
  public boolean maxSim(MappedInput rows, long position, int rowCount, float[] max)
      throws IOException {
    Objects.checkFromIndexSize(0, count, max.length);
    long rowBytes = (long) dimension * Float.BYTES;
    PanamaMappedInput input = (PanamaMappedInput) rows;
    MemorySegment segment = input.segment(position, Math.multiplyExact(rowBytes, rowCount));
    if (segment == null || covered > 0) {
      // A panel reads rows element by element, and is at least as fast on a copy
      return false;
    }
    try {
      long row = input.start(segment, position);
      float[] work = work(max);
      for (int r = 0; r < rowCount; r += BATCH, row += BATCH * rowBytes) {
        int n = Math.min(BATCH, rowCount - r);
        PanamaMappedRows.dots(queries, count, segment, row, n, dimension, work, count);
        PanamaMatrix.raise(max, 0, count, work, count, count, n);
      }
    } catch (IllegalStateException e) {
      throw PanamaMappedInput.closed(e);
    }
    return true;
  }

  private void raise(float[] max, int p, float[] work, int rows) {
    int q = p * PanamaPanel.WIDTH;
    int n = Math.min(PanamaPanel.WIDTH, covered - q);
    PanamaMatrix.raise(max, q, n, work, count, PanamaPanel.WIDTH, rows);
  }
}
