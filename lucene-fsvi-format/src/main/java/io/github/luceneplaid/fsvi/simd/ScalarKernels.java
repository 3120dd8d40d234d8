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

import java.util.Objects;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.ArrayUtil;

/**
 * The twin in plain Java. Loops over lanes have constant bounds and no dependencies, so C2 can
 * compile them to vector instructions.
 */
final class ScalarKernels implements VectorKernels {

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public float dot(float[] a, int aOffset, float[] b, int bOffset, int dim) {
    // Four sums, since C2 does not reorder an addition of floats.
    float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    int i = 0;
    for (; i <= dim - 4; i += 4) {
      s0 += a[aOffset + i] * b[bOffset + i];
      s1 += a[aOffset + i + 1] * b[bOffset + i + 1];
      s2 += a[aOffset + i + 2] * b[bOffset + i + 2];
      s3 += a[aOffset + i + 3] * b[bOffset + i + 3];
    }
    for (; i < dim; i++) {
      s0 += a[aOffset + i] * b[bOffset + i];
    }
    return (s0 + s1) + (s2 + s3);
  }

  @Override
  public float dotFloat16(float[] a, int aOffset, short[] b, int bOffset, int dim) {
    float s0 = 0, s1 = 0;
    int i = 0;
    for (; i <= dim - 2; i += 2) {
      s0 += a[aOffset + i] * Float.float16ToFloat(b[bOffset + i]);
      s1 += a[aOffset + i + 1] * Float.float16ToFloat(b[bOffset + i + 1]);
    }
    if (i < dim) {
      s0 += a[aOffset + i] * Float.float16ToFloat(b[bOffset + i]);
    }
    return s0 + s1;
  }

  @Override
  public void matrix(
      float[] queries,
      int nq,
      float[] rows,
      int rowsOffset,
      int rowCount,
      int dim,
      float[] out,
      int outOffset) {
    for (int r = 0; r < rowCount; r++) {
      for (int q = 0; q < nq; q++) {
        out[outOffset + r * nq + q] = dot(queries, q * dim, rows, rowsOffset + r * dim, dim);
      }
    }
  }

  @Override
  public void maxSim(
      float[] queries, int nq, float[] rows, int rowsOffset, int rowCount, int dim, float[] max) {
    for (int r = 0; r < rowCount; r++) {
      for (int q = 0; q < nq; q++) {
        float product = dot(queries, q * dim, rows, rowsOffset + r * dim, dim);
        if (product > max[q]) {
          max[q] = product;
        }
      }
    }
  }

  @Override
  public QueryMatrix prepare(float[] queries, int nq, int dim) {
    int length = Math.multiplyExact(nq, dim);
    return new ScalarQueryMatrix(this, ArrayUtil.copyOfSubArray(queries, 0, length), nq, dim);
  }

  @Override
  public MappedInput mapped(IndexInput data) {
    return null;
  }

  @Override
  public void decodeBlock(
      byte[] codes, int codesOffset, int bits, int dim, short[] tile, int tileOffset) {
    ResidualTables.checkBlock(codes, codesOffset, bits, dim, tile, tileOffset);
    ScalarDecoder.decode(codes, codesOffset, bits, dim, tile, tileOffset);
  }

  @Override
  public void decodeBlock(
      byte[] codes,
      int codesOffset,
      byte[] weights,
      int bits,
      int dim,
      short[] tile,
      int tileOffset) {
    ResidualTables.checkBlock(codes, codesOffset, weights, bits, dim, tile, tileOffset);
    ScalarDecoder.decode(codes, codesOffset, weights, bits, dim, tile, tileOffset);
  }

  @Override
  public TileQuery tileQuery(short[] queries, int nq, int dim) {
    return new TileQuery(queries, nq, dim, null);
  }

  @Override
  public void dotTile(short[] tile, TileQuery query, int lanes, short[] sums) {
    ScalarTile.dot(tile, query.dimension, query.values, 0, query.count, lanes, sums);
  }

  @Override
  public void dotTiles(
      short[] tile,
      short[] other,
      TileQuery query,
      int otherLanes,
      short[] sums,
      short[] otherSums) {
    dotTile(tile, query, TILE_LANES, sums);
    dotTile(other, query, otherLanes, otherSums);
  }

  @Override
  public void dotRows(
      byte[] rows,
      int rowsOffset,
      int rowStride,
      int rowCount,
      int dim,
      short[] queries,
      int queriesOffset,
      int nq,
      short[] sums) {
    checkRows(rows, rowsOffset, rowStride, rowCount, dim, queries, queriesOffset, nq, sums);
    for (int r = 0; r < rowCount; r++) {
      int row = rowsOffset + r * rowStride;
      for (int q = 0; q < nq; q++) {
        int query = queriesOffset + q * dim;
        int sum = 0;
        for (int j = 0; j < dim; j++) {
          sum += rows[row + j] * queries[query + j];
        }
        sums[q * rowCount + r] = (short) sum;
      }
    }
  }

  /** Checks the arguments of {@link #dotRows}. */
  static void checkRows(
      byte[] rows,
      int rowsOffset,
      int rowStride,
      int rowCount,
      int dim,
      short[] queries,
      int queriesOffset,
      int nq,
      short[] sums) {
    if (rowCount > 0) {
      int last = Math.multiplyExact(rowCount - 1, rowStride);
      Objects.checkFromIndexSize(rowsOffset, Math.addExact(last, dim), rows.length);
    }
    Objects.checkFromIndexSize(queriesOffset, Math.multiplyExact(nq, dim), queries.length);
    Objects.checkFromIndexSize(0, Math.multiplyExact(rowCount, nq), sums.length);
  }

  @Override
  public void dotTile(short[] tile, int dim, float[] queries, int[] which, int n, float[] sums) {
    ScalarTile.dot(tile, dim, queries, which, n, sums);
  }

  @Override
  public void maxTile(
      short[] sums,
      int nq,
      int lanes,
      float[] table,
      int tableStride,
      int[] rows,
      float[] scale,
      float[] factor,
      float[] queryScale,
      float[] max) {
    ScalarTile.max(sums, nq, lanes, table, tableStride, rows, scale, factor, queryScale, max);
  }

  @Override
  public void maxTile(
      float[] sums,
      int[] which,
      int n,
      int lanes,
      float[] table,
      int tableStride,
      int[] rows,
      float[] scale,
      float[] factor,
      float[] max) {
    ScalarTile.max(sums, which, n, lanes, table, tableStride, rows, scale, factor, max);
  }

  @Override
  public int firstAbove(float[] rows, int from, int to, float[] limits) {
    for (int row = from, at = from * limits.length; row < to; row++) {
      for (float limit : limits) {
        if (rows[at++] > limit) {
          return row;
        }
      }
    }
    return to;
  }

  @Override
  public void float16ToFloat(short[] from, int fromOffset, float[] to, int toOffset, int n) {
    for (int i = 0; i < n; i++) {
      to[toOffset + i] = Float.float16ToFloat(from[fromOffset + i]);
    }
  }

  @Override
  public void floatToFloat16(float[] from, int fromOffset, short[] to, int toOffset, int n) {
    for (int i = 0; i < n; i++) {
      to[toOffset + i] = Float.floatToFloat16(from[fromOffset + i]);
    }
  }

  @Override
  public void multiply(float[] v, int offset, float[] factors, int n) {
    for (int i = 0; i < n; i++) {
      v[offset + i] *= factors[i];
    }
  }

  @Override
  public void add(float[] v, int offset, float[] summands, int from, int n) {
    for (int i = 0; i < n; i++) {
      v[offset + i] += summands[from + i];
    }
  }

  @Override
  public void raise(float[] v, int offset, float[] others, int from, int n) {
    for (int i = 0; i < n; i++) {
      v[offset + i] = Math.max(v[offset + i], others[from + i]);
    }
  }

  @Override
  public void hadamard(float[] v, int offset, int n) {
    ScalarHadamard.check(v, offset, n);
    ScalarHadamard.transform(v, offset, n);
  }

  @Override
  public RowComparison compareFloat32(RowComparison.Measure measure, float[] query) {
    return new ScalarRowComparison.OfFloats(measure, query);
  }

  @Override
  public RowComparison compareFloat16(RowComparison.Measure measure, float[] query) {
    return new ScalarRowComparison.OfHalves(measure, query);
  }

  @Override
  public RowComparison compareInt8(RowComparison.Measure measure, float[] query) {
    return new ScalarRowComparison.OfScaledBytes(measure, query);
  }

  @Override
  public RowComparison compareBytes(RowComparison.Measure measure, byte[] query) {
    return new ScalarRowComparison.OfBytes(measure, query);
  }

  @Override
  public RowComparison compareLevels(byte[] query) {
    ScalarRowComparison.checkLevels(query);
    return new ScalarRowComparison.OfBytes(RowComparison.Measure.DOT, query);
  }
}
