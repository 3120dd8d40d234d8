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
import jdk.incubator.vector.VectorShape;
import org.apache.lucene.store.IndexInput;

/**
 * The twin for the Panama Vector API. There is one class for each kind of kernel. Species are
 * constants of these classes, because C2 generates vector instructions only for constant species.
 */
final class PanamaKernels implements VectorKernels {

  /** Bits of the vectors that these kernels use, 128 to 512. */
  static final int BITS = Math.min(512, VectorShape.preferredShape().vectorBitSize());

  private final ScalarKernels scalar = new ScalarKernels();

  PanamaKernels() {
    if (BITS < 128) {
      throw new UnsupportedOperationException("vectors have " + BITS + " bits only");
    }
  }

  @Override
  public String name() {
    return "panama, " + BITS + " bits";
  }

  @Override
  public float dot(float[] a, int aOffset, float[] b, int bOffset, int dim) {
    return PanamaMatrix.dot(a, aOffset, b, bOffset, dim);
  }

  @Override
  public float dotFloat16(float[] a, int aOffset, short[] b, int bOffset, int dim) {
    return PanamaMatrix.dotFloat16(a, aOffset, b, bOffset, dim);
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
    PanamaMatrix.matrix(queries, nq, rows, rowsOffset, rowCount, dim, out, outOffset);
  }

  @Override
  public void maxSim(
      float[] queries, int nq, float[] rows, int rowsOffset, int rowCount, int dim, float[] max) {
    PanamaMatrix.maxSim(queries, nq, rows, rowsOffset, rowCount, dim, max);
  }

  @Override
  public QueryMatrix prepare(float[] queries, int nq, int dim) {
    return new PanamaQueryMatrix(queries, nq, dim);
  }

  @Override
  public MappedInput mapped(IndexInput data) throws IOException {
    return PanamaMappedInput.of(data);
  }

  @Override
  public void decodeBlock(
      byte[] codes, int codesOffset, int bits, int dim, short[] tile, int tileOffset) {
    ResidualTables.checkBlock(codes, codesOffset, bits, dim, tile, tileOffset);
    PanamaDecoder.decode(codes, codesOffset, bits, dim, tile, tileOffset);
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
    PanamaDecoder.decode(codes, codesOffset, weights, bits, dim, tile, tileOffset);
  }

  @Override
  public TileQuery tileQuery(short[] queries, int nq, int dim) {
    return new TileQuery(queries, nq, dim, PanamaBlockTile.spread(queries, nq, dim));
  }

  @Override
  public void dotTile(short[] tile, TileQuery query, int lanes, short[] sums) {
    if (lanes <= BLOCK_LANES) {
      PanamaBlockTile.dot(tile, query, BLOCK_LANES, sums);
    } else if (BITS < 512) {
      PanamaBlockTile.dot(tile, query, TILE_LANES, sums);
    } else {
      PanamaTile.dot(tile, query.dimension, query.values, 0, query.count, sums);
    }
  }

  @Override
  public void dotTiles(
      short[] tile,
      short[] other,
      TileQuery query,
      int otherLanes,
      short[] sums,
      short[] otherSums) {
    if (BITS < 512 || query.count < 2) {
      dotTile(tile, query, TILE_LANES, sums);
      dotTile(other, query, otherLanes, otherSums);
    } else {
      PanamaTilePair.dot(
          tile, other, query.dimension, query.values, 0, query.count, sums, otherSums);
    }
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
    ScalarKernels.checkRows(
        rows, rowsOffset, rowStride, rowCount, dim, queries, queriesOffset, nq, sums);
    for (int r = 0; r < rowCount; r++) {
      PanamaShortRows.dot(
          rows, rowsOffset + r * rowStride, dim, queries, queriesOffset, nq, sums, r, rowCount);
    }
  }

  @Override
  public void dotTile(short[] tile, int dim, float[] queries, int[] which, int n, float[] sums) {
    PanamaFloatTile.dot(tile, dim, queries, which, n, sums);
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
    if (nq < 4) {
      ScalarTile.max(sums, nq, lanes, table, tableStride, rows, scale, factor, queryScale, max);
    } else if (BITS == 512 && PanamaWideMaxTile.suits(nq, tableStride, queryScale, max)) {
      PanamaWideMaxTile.max(
          sums, nq, lanes, table, tableStride, rows, scale, factor, queryScale, max);
    } else {
      PanamaMaxTile.max(sums, nq, lanes, table, tableStride, rows, scale, factor, queryScale, max);
    }
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
    PanamaMaxTile.max(sums, which, n, lanes, table, tableStride, rows, scale, factor, max);
  }

  @Override
  public int firstAbove(float[] rows, int from, int to, float[] limits) {
    return PanamaMatrix.firstAbove(rows, from, to, limits);
  }

  @Override
  public void float16ToFloat(short[] from, int fromOffset, float[] to, int toOffset, int n) {
    // C2 compiles the plain loop to better vector instructions than the Vector API can express
    scalar.float16ToFloat(from, fromOffset, to, toOffset, n);
  }

  @Override
  public void floatToFloat16(float[] from, int fromOffset, short[] to, int toOffset, int n) {
    scalar.floatToFloat16(from, fromOffset, to, toOffset, n);
  }

  @Override
  public void multiply(float[] v, int offset, float[] factors, int n) {
    PanamaHadamard.multiply(v, offset, factors, n);
  }

  @Override
  public void add(float[] v, int offset, float[] summands, int from, int n) {
    PanamaHadamard.add(v, offset, summands, from, n);
  }

  @Override
  public void raise(float[] v, int offset, float[] others, int from, int n) {
    PanamaHadamard.raise(v, offset, others, from, n);
  }

  @Override
  public void hadamard(float[] v, int offset, int n) {
    ScalarHadamard.check(v, offset, n);
    PanamaHadamard.transform(v, offset, n);
  }

  @Override
  public RowComparison compareFloat32(RowComparison.Measure measure, float[] query) {
    return new PanamaRowComparison.OfFloats(measure, query);
  }

  @Override
  public RowComparison compareFloat16(RowComparison.Measure measure, float[] query) {
    return new PanamaRowComparison.OfHalves(measure, query);
  }

  @Override
  public RowComparison compareInt8(RowComparison.Measure measure, float[] query) {
    return new PanamaRowComparison.OfScaledBytes(measure, query);
  }

  @Override
  public RowComparison compareBytes(RowComparison.Measure measure, byte[] query) {
    return new PanamaRowComparison.OfBytes(measure, query);
  }

  @Override
  public RowComparison compareLevels(byte[] query) {
    ScalarRowComparison.checkLevels(query);
    return new PanamaRowComparison.OfLevels(query);
  }
}
