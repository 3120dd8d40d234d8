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
package io.github.luceneplaid.benchmark.kernels;

import io.github.luceneplaid.fsvi.simd.ResidualTables;
import io.github.luceneplaid.fsvi.simd.TileQuery;
import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.plaid.ivf.CellLayout;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Kernels that score coded tokens: tiles of 32 tokens, 128 dimensions, 20 query tokens.
 *
 * @lucene.internal
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TileKernels {
  private static final int DIM = 128;
  private static final int NQ = 20;
  private static final int LANES = VectorKernels.TILE_LANES;
  private static final int CENTROIDS = 1024;
  private static final int CELLS = 20;
  private static final int CELL = CellLayout.recordBytes(DIM);
  private static final int BLOCK = DIM * VectorKernels.BLOCK_LANES;
  private static final int TILE_SUMS = NQ * LANES;
  private static final int TILE = TILE_SUMS * DIM;

  private final VectorKernels kernels = VectorKernels.get();
  private final short[] tile = new short[DIM * LANES];
  private final byte[] codes = new byte[ResidualTables.codeBytes(8, DIM)];
  private final byte[] cells = new byte[CELLS * CELL];
  private final short[] queries = new short[NQ * DIM];
  private TileQuery tileQuery;
  private final float[] floatQueries = new float[NQ * DIM];
  private final short[] sums = new short[VectorKernels.sumsLength(NQ)];
  private final short[] otherSums = new short[VectorKernels.sumsLength(NQ)];
  private final float[] floatSums = new float[2 * TILE_SUMS];
  private final int[] which = new int[NQ];
  private final float[] table = new float[CENTROIDS * NQ];
  private final int[] rows = new int[LANES];
  private final float[] scale = new float[LANES];
  private final float[] factor = new float[LANES];
  private final float[] queryScale = new float[NQ];
  private final float[] max = new float[NQ];

  /** Fills everything with something like real values. */
  @Setup
  public void fill() {
    SplittableRandom random = new SplittableRandom(1);
    random.nextBytes(codes);
    random.nextBytes(cells);
    for (int i = 0; i < queries.length; i++) {
      queries[i] = (short) random.nextInt(-8, 9);
      floatQueries[i] = (float) random.nextGaussian() / 12;
    }
    tileQuery = kernels.tileQuery(queries, NQ, DIM);
    for (int i = 0; i < table.length; i++) {
      table[i] = (float) random.nextGaussian() / 3;
    }
    for (int i = 0; i < LANES; i++) {
      rows[i] = random.nextInt(CENTROIDS);
      scale[i] = 0.6f;
      factor[i] = 1;
    }
    for (int i = 0; i < NQ; i++) {
      which[i] = i;
      queryScale[i] = 0.001f;
    }
    decodeBlock4();
    kernels.decodeBlock(codes, 0, 4, DIM, tile, VectorKernels.BLOCK_LANES);
    dotTile();
    dotTileFloat();
  }

  /** 2 bits to weights, 16 tokens. */
  @Benchmark
  @OperationsPerInvocation(BLOCK)
  public short[] decodeBlock2() {
    kernels.decodeBlock(codes, 0, 2, DIM, tile, 0);
    return tile;
  }

  /** 4 bits to weights, 16 tokens. */
  @Benchmark
  @OperationsPerInvocation(BLOCK)
  public short[] decodeBlock4() {
    kernels.decodeBlock(codes, 0, 4, DIM, tile, 0);
    return tile;
  }

  /** 8 bits to weights, 16 tokens. */
  @Benchmark
  @OperationsPerInvocation(BLOCK)
  public short[] decodeBlock8() {
    kernels.decodeBlock(codes, 0, 8, DIM, tile, 0);
    return tile;
  }

  /** The products of a tile in 16-bit integers. */
  @Benchmark
  @OperationsPerInvocation(TILE)
  public short[] dotTile() {
    kernels.dotTile(tile, tileQuery, LANES, sums);
    return sums;
  }

  /** The products of two tiles at once. */
  @Benchmark
  @OperationsPerInvocation(2 * TILE)
  public short[] dotTiles() {
    kernels.dotTiles(tile, tile, tileQuery, LANES, sums, otherSums);
    return otherSums;
  }

  /** The products of half a tile. */
  @Benchmark
  @OperationsPerInvocation(TILE / 2)
  public short[] dotTileHalf() {
    kernels.dotTile(tile, tileQuery, LANES / 2, sums);
    return sums;
  }

  /** The products of one query token with the cells of a region. */
  @Benchmark
  @OperationsPerInvocation(CELLS * DIM)
  public short[] dotRows() {
    kernels.dotRows(cells, CellLayout.COMPONENTS, CELL, CELLS, DIM, queries, 0, 1, sums);
    return sums;
  }

  /** The products of a tile in floats. */
  @Benchmark
  @OperationsPerInvocation(TILE)
  public float[] dotTileFloat() {
    kernels.dotTile(tile, DIM, floatQueries, which, NQ, floatSums);
    return floatSums;
  }

  /** Similarities and their maxima, from integers. */
  @Benchmark
  @OperationsPerInvocation(TILE_SUMS)
  public float[] maxTile() {
    kernels.maxTile(sums, NQ, LANES, table, NQ, rows, scale, factor, queryScale, max);
    return max;
  }

  /** Similarities and their maxima, from floats. */
  @Benchmark
  @OperationsPerInvocation(TILE_SUMS)
  public float[] maxTileFloat() {
    kernels.maxTile(floatSums, which, NQ, LANES, table, NQ, rows, scale, factor, max);
    return max;
  }

  /** All steps from codes of 4 bits to maxima, counted as multiply-adds. */
  @Benchmark
  @OperationsPerInvocation(TILE)
  public float[] integerMaxSim4() {
    kernels.decodeBlock(codes, 0, 4, DIM, tile, 0);
    kernels.decodeBlock(codes, 0, 4, DIM, tile, VectorKernels.BLOCK_LANES);
    kernels.dotTile(tile, tileQuery, LANES, sums);
    kernels.maxTile(sums, NQ, LANES, table, NQ, rows, scale, factor, queryScale, max);
    return max;
  }
}
