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

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/**
 * Compares the kernels of both twins on coded tokens with values worked out by hand and with plain
 * formulas.
 */
public class TestCodedKernels extends LuceneTestCase {

  static final int[] DIMENSIONS = {
    1, 2, 3, 7, 8, 9, 13, 16, 48, 96, 100, 127, 128, 129, 207, 384, 768, 1024
  };
  static final int[] QUERIES = {
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 20, 23, 24, 31, 32, 33, 47, 64, 512
  };
  static final int[] BITS = {1, 2, 3, 4, 8};

  static List<VectorKernels> twins() {
    return List.of(new ScalarKernels(), VectorKernels.get());
  }

  // ------------------------------------------------------------------------------------- decoding

  /** Each lane gets other bytes, of which lane 5 is looked at; expected weights are by hand. */
  private static void assertWeights(int bits, int[] bytesOfLane5, int... weights) {
    byte[] codes = new byte[3 + 16 * bytesOfLane5.length];
    random().nextBytes(codes);
    for (int group = 0; group < bytesOfLane5.length; group++) {
      codes[3 + 16 * group + 5] = (byte) bytesOfLane5[group];
    }
    for (VectorKernels kernels : twins()) {
      for (int half : new int[] {0, 16}) {
        short[] tile = new short[weights.length * 32];
        kernels.decodeBlock(codes, 3, bits, weights.length, tile, half);
        for (int j = 0; j < weights.length; j++) {
          assertEquals(kernels.name() + " " + j, weights[j], tile[j * 32 + half + 5]);
        }
      }
    }
  }

  public void testGolden1Bit() {
    assertWeights(
        1, new int[] {0b0100_0101, 0b1111_1110}, 12, -12, 12, -12, -12, -12, 12, -12, -12, 12);
  }

  public void testGolden2Bits() {
    assertWeights(2, new int[] {0b11_10_01_00, 0b10_10_00_11}, -23, -7, 7, 23, 23, -23, 7);
  }

  public void testGolden3Bits() {
    // Level numbers 0 to 7 and 6, 1: first their two low bits, then their high bits.
    assertWeights(
        3,
        new int[] {0b11_10_01_00, 0b11_10_01_00, 0b01_10, 0b1111_0000, 0b01},
        -32,
        -20,
        -11,
        -4,
        4,
        11,
        20,
        32,
        20,
        -20);
  }

  public void testGolden4Bits() {
    assertWeights(
        4,
        new int[] {0x10, 0x32, 0x54, 0x76, 0x98, 0xBA, 0xDC, 0xFE, 0x0F},
        -41,
        -31,
        -24,
        -19,
        -14,
        -10,
        -6,
        -2,
        2,
        6,
        10,
        14,
        19,
        24,
        31,
        41,
        41);
  }

  public void testGolden8Bits() {
    assertWeights(8, new int[] {0x81, 0xFF, 0x00, 0x01, 0x7F}, -127, -1, 0, 1, 127);
  }

  private static int weight(byte[] codes, int offset, int bits, int dim, int j, int lane) {
    if (bits == 8) {
      return codes[offset + 16 * j + lane];
    }
    int level;
    if (bits == 3) {
      int low = codes[offset + 16 * (j / 4) + lane] >> (2 * (j % 4)) & 3;
      int sectionBytes = 16 * ((2 * dim + 7) / 8);
      int high = codes[offset + sectionBytes + 16 * (j / 8) + lane] >> (j % 8) & 1;
      level = low + 4 * high;
    } else {
      int perByte = 8 / bits;
      int group = codes[offset + 16 * (j / perByte) + lane];
      level = group >> (bits * (j % perByte)) & ((1 << bits) - 1);
    }
    return ResidualTables.weights(bits)[level];
  }

  public void testDecodeBlock() {
    for (int dim : DIMENSIONS) {
      for (int bits : BITS) {
        int offset = random().nextInt(40);
        byte[] codes = new byte[offset + ResidualTables.codeBytes(bits, dim)];
        random().nextBytes(codes);
        int half = random().nextBoolean() ? 0 : 16;
        short[] expected = new short[dim * 32];
        Arrays.fill(expected, (short) 4711);
        for (int j = 0; j < dim; j++) {
          for (int lane = 0; lane < 16; lane++) {
            expected[j * 32 + half + lane] = (short) weight(codes, offset, bits, dim, j, lane);
          }
        }
        for (VectorKernels kernels : twins()) {
          short[] tile = new short[dim * 32];
          Arrays.fill(tile, (short) 4711);
          kernels.decodeBlock(codes, offset, bits, dim, tile, half);
          assertArrayEquals(kernels.name() + " " + dim + " " + bits, expected, tile);
        }
      }
    }
  }

  public void testDecodeBlockWithOwnWeights() {
    for (int dim : DIMENSIONS) {
      for (int bits : new int[] {1, 2, 4, 8}) {
        int offset = random().nextInt(40);
        byte[] codes = new byte[offset + ResidualTables.codeBytes(bits, dim)];
        random().nextBytes(codes);
        byte[] weights = new byte[1 << bits];
        random().nextBytes(weights);
        int half = random().nextBoolean() ? 0 : 16;
        short[] expected = new short[dim * 32];
        Arrays.fill(expected, (short) 4711);
        int perByte = 8 / bits;
        for (int j = 0; j < dim; j++) {
          for (int lane = 0; lane < 16; lane++) {
            int group = codes[offset + 16 * (j / perByte) + lane] & 0xFF;
            int level = group >> (bits * (j % perByte)) & ((1 << bits) - 1);
            expected[j * 32 + half + lane] = weights[level];
          }
        }
        for (VectorKernels kernels : twins()) {
          short[] tile = new short[dim * 32];
          Arrays.fill(tile, (short) 4711);
          kernels.decodeBlock(codes, offset, weights, bits, dim, tile, half);
          assertArrayEquals(kernels.name() + " " + dim + " " + bits, expected, tile);
        }
      }
    }
  }

  public void testDecodeBlockChecksOwnWeights() {
    for (VectorKernels kernels : twins()) {
      byte[] codes = new byte[ResidualTables.codeBytes(4, 8)];
      short[] tile = new short[8 * 32];
      expectThrows(
          IndexOutOfBoundsException.class,
          () -> kernels.decodeBlock(codes, 0, new byte[15], 4, 8, tile, 0));
      expectThrows(
          IllegalArgumentException.class,
          () -> kernels.decodeBlock(codes, 0, new byte[8], 3, 8, tile, 0));
    }
  }

  public void testDecodeBlockChecksArguments() {
    for (VectorKernels kernels : twins()) {
      byte[] codes = new byte[ResidualTables.codeBytes(4, 8)];
      short[] tile = new short[8 * 32];
      expectThrows(
          IndexOutOfBoundsException.class, () -> kernels.decodeBlock(codes, 1, 4, 8, tile, 0));
      expectThrows(
          IndexOutOfBoundsException.class,
          () -> kernels.decodeBlock(codes, 0, 4, 8, new short[8 * 32 - 1], 0));
      expectThrows(
          IllegalArgumentException.class, () -> kernels.decodeBlock(codes, 0, 4, 8, tile, 8));
      expectThrows(
          IllegalArgumentException.class, () -> kernels.decodeBlock(codes, 0, 5, 8, tile, 0));
      expectThrows(
          IllegalArgumentException.class, () -> kernels.decodeBlock(codes, 0, 4, 0, tile, 0));
    }
  }

  // -------------------------------------------------------------------------------------- dotTile

  private static short[] randomShorts(int length, int bound) {
    short[] shorts = new short[length];
    for (int i = 0; i < length; i++) {
      shorts[i] = (short) TestUtil.nextInt(random(), -bound, bound);
    }
    return shorts;
  }

  /** Two query tokens of 8 dimensions. */
  private static TileQuery query(VectorKernels kernels) {
    return kernels.tileQuery(new short[16], 2, 8);
  }

  private static void dotScalar(short[] tile, int dim, short[] queries, int nq, short[] sums) {
    VectorKernels scalar = new ScalarKernels();
    scalar.dotTile(tile, scalar.tileQuery(queries, nq, dim), 32, sums);
  }

  private static void assertDotTile(short[] tile, int dim, short[] queries, int nq) {
    short[] expected = new short[nq * 32 + 7];
    Arrays.fill(expected, (short) 4711);
    for (int q = 0; q < nq; q++) {
      for (int lane = 0; lane < 32; lane++) {
        int sum = 0;
        for (int j = 0; j < dim; j++) {
          sum += tile[j * 32 + lane] * queries[q * dim + j];
        }
        expected[q * 32 + lane] = (short) sum;
      }
    }
    for (VectorKernels kernels : twins()) {
      short[] sums = new short[nq * 32 + 7];
      Arrays.fill(sums, (short) 4711);
      kernels.dotTile(tile, kernels.tileQuery(queries, nq, dim), 32, sums);
      assertArrayEquals(kernels.name() + " dim=" + dim + " nq=" + nq, expected, sums);
    }
  }

  public void testDotTileDimensions() {
    for (int dim : DIMENSIONS) {
      int nq = TestUtil.nextInt(random(), 1, 20);
      assertDotTile(randomShorts(dim * 32, 127), dim, randomShorts(nq * dim, 180), nq);
    }
  }

  public void testDotTileQueries() {
    for (int nq : QUERIES) {
      assertDotTile(randomShorts(48 * 32, 127), 48, randomShorts(nq * 48, 180), nq);
    }
    assertDotTile(randomShorts(48 * 32, 127), 48, new short[0], 0);
  }

  public void testDotTileWrapsAround() {
    for (int nq : new int[] {1, 2, 3, 4, 5, 6, 7, 8, 15}) {
      assertDotTile(
          randomShorts(100 * 32, Short.MAX_VALUE),
          100,
          randomShorts(nq * 100, Short.MAX_VALUE),
          nq);
    }
  }

  /** Partial sums leave the range of 16 bits and the final ones come back to it. */
  public void testDotTileOfWrappingPartialSums() {
    int dim = 128;
    short[] tile = new short[dim * 32];
    short[] query = new short[dim];
    for (int j = 0; j < dim; j++) {
      query[j] = (short) (j < dim / 2 ? 127 : -127);
      for (int lane = 0; lane < 32; lane++) {
        tile[j * 32 + lane] = (short) (j == 0 ? 41 - lane : 41);
      }
    }
    for (VectorKernels kernels : twins()) {
      short[] sums = new short[32];
      kernels.dotTile(tile, kernels.tileQuery(query, 1, dim), 32, sums);
      for (int lane = 0; lane < 32; lane++) {
        assertEquals(kernels.name(), (short) (-127 * lane), sums[lane]);
      }
    }
  }

  public void testDotTileChecksArguments() {
    for (VectorKernels kernels : twins()) {
      expectThrows(
          IndexOutOfBoundsException.class,
          () -> kernels.dotTile(new short[8 * 32 - 1], query(kernels), 32, new short[64]));
      expectThrows(IndexOutOfBoundsException.class, () -> kernels.tileQuery(new short[15], 2, 8));
      expectThrows(
          IndexOutOfBoundsException.class,
          () -> kernels.dotTile(new short[8 * 32], query(kernels), 32, new short[63]));
    }
  }

  // -------------------------------------------------------------------------------------- dotRows

  private static void assertDotRows(int count, int dim, int nq, int bound) {
    int stride = dim + random().nextInt(10);
    int start = random().nextInt(10);
    int offset = random().nextInt(5);
    byte[] rows = new byte[start + count * stride];
    random().nextBytes(rows);
    short[] queries = randomShorts(offset + nq * dim, bound);
    short[] expected = new short[nq * count + 7];
    Arrays.fill(expected, (short) 4711);
    for (int q = 0; q < nq; q++) {
      for (int r = 0; r < count; r++) {
        int sum = 0;
        for (int j = 0; j < dim; j++) {
          sum += rows[start + r * stride + j] * queries[offset + q * dim + j];
        }
        expected[q * count + r] = (short) sum;
      }
    }
    for (VectorKernels kernels : twins()) {
      short[] sums = new short[expected.length];
      Arrays.fill(sums, (short) 4711);
      kernels.dotRows(rows, start, stride, count, dim, queries, offset, nq, sums);
      assertArrayEquals(kernels.name() + " dim=" + dim + " nq=" + nq, expected, sums);
    }
  }

  public void testDotRows() {
    for (int dim : DIMENSIONS) {
      assertDotRows(random().nextInt(0, 40), dim, random().nextInt(0, 20), 180);
    }
    for (int nq : QUERIES) {
      assertDotRows(random().nextInt(0, 40), 48, nq, Short.MAX_VALUE);
    }
  }

  public void testDotRowsChecksArguments() {
    for (VectorKernels kernels : twins()) {
      byte[] rows = new byte[32];
      short[] queries = new short[16];
      short[] sums = new short[6];
      kernels.dotRows(rows, 4, 10, 3, 8, queries, 0, 2, sums);
      expectThrows(
          IndexOutOfBoundsException.class,
          () -> kernels.dotRows(rows, 5, 10, 3, 8, queries, 0, 2, sums));
      expectThrows(
          IndexOutOfBoundsException.class,
          () -> kernels.dotRows(rows, -1, 10, 3, 8, queries, 0, 2, sums));
      expectThrows(
          IndexOutOfBoundsException.class,
          () -> kernels.dotRows(rows, 4, 10, 3, 8, queries, 1, 2, sums));
      expectThrows(
          IndexOutOfBoundsException.class,
          () -> kernels.dotRows(rows, 4, 10, 3, 8, queries, 0, 2, new short[5]));
    }
  }

  private static int[] all(int nq) {
    return IntStream.range(0, nq).toArray();
  }

  /** Half a tile gives the same sums as the whole one. */
  public void testDotTileOfOneBlock() {
    for (int nq : QUERIES) {
      short[] tile = randomShorts(48 * 32, 127);
      short[] queries = randomShorts(nq * 48, 180);
      short[] expected = new short[nq * 32];
      dotScalar(tile, 48, queries, nq, expected);
      for (VectorKernels kernels : twins()) {
        short[] sums = new short[nq * 32];
        int lanes = 1 + random().nextInt(16);
        kernels.dotTile(tile, kernels.tileQuery(queries, nq, 48), lanes, sums);
        for (int i = 0; i < sums.length; i++) {
          if (i % 32 < lanes) {
            assertEquals(kernels.name() + " nq=" + nq, expected[i], sums[i]);
          }
        }
      }
    }
  }

  /** A sum is the same bit for bit whichever other query tokens there are. */
  public void testTileOfSomeQueryTokens() {
    int nq = 23;
    int dim = 40;
    short[] tile = randomShorts(dim * 32, 127);
    float[] queries = TestMatrixKernels.randomFloats(nq * dim);
    float[] table = TestMatrixKernels.randomFloats(9 * nq);
    float[] scale = TestMatrixKernels.randomFloats(32);
    float[] factor = TestMatrixKernels.randomFloats(32);
    int[] rows = random().ints(32, 0, 9).toArray();
    for (VectorKernels kernels : twins()) {
      float[] sums = new float[nq * 32];
      float[] max = new float[nq];
      kernels.dotTile(tile, dim, queries, all(nq), nq, sums);
      kernels.maxTile(sums.clone(), all(nq), nq, 32, table, nq, rows, scale, factor, max);
      int[] which = IntStream.range(0, nq).filter(q -> random().nextBoolean()).toArray();
      float[] some = new float[which.length * 32];
      float[] someMax = new float[nq];
      kernels.dotTile(tile, dim, queries, which, which.length, some);
      for (int i = 0; i < some.length; i++) {
        assertEquals(kernels.name(), sums[which[i / 32] * 32 + i % 32], some[i], 0);
      }
      kernels.maxTile(some, which, which.length, 32, table, nq, rows, scale, factor, someMax);
      for (int q = 0; q < nq; q++) {
        boolean met = Arrays.binarySearch(which, q) >= 0;
        assertEquals(kernels.name(), met ? max[q] : 0, someMax[q], 0);
      }
    }
  }

  public void testDotTileOfFloats() {
    for (int dim : DIMENSIONS) {
      int nq = TestUtil.nextInt(random(), 1, 20);
      short[] tile = randomShorts(dim * 32, 127);
      float[] queries = TestMatrixKernels.randomFloats(nq * dim);
      for (VectorKernels kernels : twins()) {
        float[] sums = new float[nq * 32 + 1];
        sums[nq * 32] = 4711;
        kernels.dotTile(tile, dim, queries, all(nq), nq, sums);
        for (int i = 0; i < nq * 32; i++) {
          double expected = 0;
          double magnitude = 0;
          for (int j = 0; j < dim; j++) {
            double product = (double) tile[j * 32 + i % 32] * queries[i / 32 * dim + j];
            expected += product;
            magnitude += Math.abs(product);
          }
          assertEquals(kernels.name() + " dim=" + dim, expected, sums[i], 1e-5 * magnitude);
        }
        assertEquals(4711, sums[nq * 32], 0);
        expectThrows(
            IndexOutOfBoundsException.class,
            () -> kernels.dotTile(tile, dim, queries, all(nq), nq, new float[nq * 32 - 1]));
      }
    }
  }

  // ------------------------------------------------------------------------------------- dotTiles

  /** Two tiles have the sums that each has alone. */
  public void testDotTiles() {
    for (int nq : QUERIES) {
      int dim = 1 + random().nextInt(60);
      short[] tile = randomShorts(dim * 32, 127);
      short[] other = randomShorts(dim * 32, 127);
      short[] queries = randomShorts(nq * dim, 180);
      int otherLanes = random().nextInt(33);
      short[] expected = new short[nq * 32];
      short[] otherExpected = new short[nq * 32];
      dotScalar(tile, dim, queries, nq, expected);
      dotScalar(other, dim, queries, nq, otherExpected);
      for (VectorKernels kernels : twins()) {
        String message = kernels.name() + " dim=" + dim + " nq=" + nq;
        short[] sums = new short[nq * 32];
        short[] otherSums = new short[nq * 32];
        TileQuery query = kernels.tileQuery(queries, nq, dim);
        kernels.dotTiles(tile, other, query, otherLanes, sums, otherSums);
        assertArrayEquals(message, expected, sums);
        for (int i = 0; i < otherSums.length; i++) {
          if (i % 32 < otherLanes) {
            assertEquals(message, otherExpected[i], otherSums[i]);
          }
        }
      }
    }
  }

  public void testDotTilesChecksArguments() {
    short[] tile = new short[8 * 32];
    short[] shortTile = new short[8 * 32 - 1];
    short[] sums = new short[64];
    short[] shortSums = new short[63];
    for (VectorKernels kernels : twins()) {
      expectThrows(
          IndexOutOfBoundsException.class,
          () -> kernels.dotTiles(shortTile, tile, query(kernels), 32, sums, sums.clone()));
      expectThrows(
          IndexOutOfBoundsException.class,
          () -> kernels.dotTiles(tile, shortTile, query(kernels), 32, sums, sums.clone()));
      expectThrows(
          IndexOutOfBoundsException.class,
          () -> kernels.dotTiles(tile, tile, query(kernels), 32, sums, shortSums));
    }
  }

  // -------------------------------------------------------------------------------------- maxTile

  private static void assertMaxTile(int nq, int lanes, int centroids, int stride, short[] sums) {
    // Elements after the query tokens may have any value
    int padded = stride < VectorKernels.padded(nq) ? nq : VectorKernels.padded(nq);
    float[] table = TestMatrixKernels.randomFloats(centroids * stride - (stride - padded));
    float[] queryScale = TestMatrixKernels.randomFloats(padded);
    float[] max = TestMatrixKernels.randomFloats(padded);
    for (int q = nq; q < padded; q++) {
      table[random().nextInt(centroids) * stride + q] = Float.NaN;
    }
    int[] rows = new int[lanes];
    float[] scale = new float[lanes];
    float[] factor = new float[lanes];
    for (int lane = 0; lane < lanes; lane++) {
      rows[lane] = random().nextInt(centroids);
      scale[lane] = random().nextFloat() * 2;
      factor[lane] = 0.75f + random().nextFloat();
    }
    for (int q = 0; q < nq; q++) {
      queryScale[q] /= Short.MAX_VALUE;
    }
    double[] expected = new double[nq];
    for (int q = 0; q < nq; q++) {
      expected[q] = max[q];
      for (int lane = 0; lane < lanes; lane++) {
        double residual = (double) scale[lane] * queryScale[q] * sums[q * 32 + lane];
        double similarity = (table[rows[lane] * stride + q] + residual) * factor[lane];
        expected[q] = Math.max(expected[q], similarity);
      }
    }
    for (VectorKernels kernels : twins()) {
      float[] found = max.clone();
      kernels.maxTile(
          sums.clone(), nq, lanes, table, stride, rows, scale, factor, queryScale, found);
      for (int q = 0; q < nq; q++) {
        assertEquals(kernels.name() + " nq=" + nq + " q=" + q, expected[q], found[q], 1e-5);
      }
    }
  }

  public void testMaxTile() {
    for (int nq : QUERIES) {
      int length = random().nextBoolean() ? nq * 32 : VectorKernels.sumsLength(nq);
      short[] sums = randomShorts(length, Short.MAX_VALUE);
      int lanes = random().nextBoolean() ? 32 : random().nextBoolean() ? 16 : random().nextInt(33);
      assertMaxTile(nq, lanes, 50, nq + random().nextInt(3), sums);
      assertMaxTile(nq, lanes, 50, VectorKernels.padded(nq) + random().nextInt(3), sums);
      assertMaxTile(nq, 0, 1, nq, sums);
    }
  }

  /** One lane stands out for each query token; all places of all transpositions are met. */
  public void testMaxTileFindsEachLane() {
    int nq = 37;
    for (VectorKernels kernels : twins()) {
      for (int best = 0; best < 32; best++) {
        short[] sums = new short[VectorKernels.sumsLength(nq)];
        for (int q = 0; q < nq; q++) {
          sums[q * 32 + best] = (short) (100 + q);
        }
        float[] ones = new float[nq];
        Arrays.fill(ones, 1);
        float[] scale = new float[32];
        float[] factor = new float[32];
        int[] rows = new int[32];
        for (int lane = 0; lane < 32; lane++) {
          scale[lane] = lane == best ? 1 : 0.5f;
          factor[lane] = lane == best ? 2 : 1;
          rows[lane] = lane == best ? 1 : 0;
        }
        float[] table = new float[2 * nq];
        Arrays.fill(table, nq, 2 * nq, 1000);
        float[] max = new float[nq];
        kernels.maxTile(sums, nq, 32, table, nq, rows, scale, factor, ones, max);
        for (int q = 0; q < nq; q++) {
          assertEquals(kernels.name(), 2 * (1000 + 100 + q), max[q], 0);
        }
      }
    }
  }

  public void testMaxTileOfFloats() {
    for (int nq : QUERIES) {
      int lanes = random().nextBoolean() ? 32 : random().nextInt(33);
      int centroids = 40;
      float[] sums = TestMatrixKernels.randomFloats(nq * 32);
      float[] table = TestMatrixKernels.randomFloats(centroids * nq);
      float[] max = TestMatrixKernels.randomFloats(nq);
      float[] scale = TestMatrixKernels.randomFloats(32);
      float[] factor = TestMatrixKernels.randomFloats(32);
      int[] rows = new int[lanes];
      double[] expected = new double[nq];
      for (int q = 0; q < nq; q++) {
        expected[q] = max[q];
        for (int lane = 0; lane < lanes; lane++) {
          rows[lane] = q == 0 ? random().nextInt(centroids) : rows[lane];
          double residual = (double) scale[lane] * sums[q * 32 + lane];
          double similarity = (table[rows[lane] * nq + q] + residual) * factor[lane];
          expected[q] = Math.max(expected[q], similarity);
        }
      }
      float[] first = null;
      for (VectorKernels kernels : twins()) {
        float[] found = max.clone();
        kernels.maxTile(sums.clone(), all(nq), nq, lanes, table, nq, rows, scale, factor, found);
        for (int q = 0; q < nq; q++) {
          assertEquals(kernels.name() + " nq=" + nq + " q=" + q, expected[q], found[q], 1e-5);
        }
        first = first == null ? found : first;
        assertArrayEquals(kernels.name() + " nq=" + nq, first, found, 0);
      }
    }
  }

  public void testMaxTileIgnoresNaN() {
    for (VectorKernels kernels : twins()) {
      for (int nq : new int[] {1, 4, 8, 16}) {
        float[] table = new float[2 * nq];
        Arrays.fill(table, 0, nq, Float.NaN);
        Arrays.fill(table, nq, 2 * nq, 3);
        float[] ones = new float[Math.max(nq, 32)];
        Arrays.fill(ones, 1);
        int[] rows = new int[32];
        rows[random().nextInt(32)] = 1;
        float[] max = new float[nq];
        kernels.maxTile(new short[nq * 32], nq, 32, table, nq, rows, ones, ones, ones, max);
        for (int q = 0; q < nq; q++) {
          assertEquals(kernels.name(), 3f, max[q], 0);
        }
        int stride = VectorKernels.padded(nq);
        float[] wide = new float[2 * stride];
        Arrays.fill(wide, 0, stride, Float.NaN);
        Arrays.fill(wide, stride, 2 * stride, 3);
        max = new float[stride];
        kernels.maxTile(new short[nq * 32], nq, 32, wide, stride, rows, ones, ones, ones, max);
        for (int q = 0; q < nq; q++) {
          assertEquals(kernels.name(), 3f, max[q], 0);
        }
        max = new float[nq];
        kernels.maxTile(new float[nq * 32], all(nq), nq, 32, table, nq, rows, ones, ones, max);
        for (int q = 0; q < nq; q++) {
          assertEquals(kernels.name(), 3f, max[q], 0);
        }
      }
    }
  }

  /** Runs often enough for C2 to compile it, because searches run compiled code. */
  public void testCompiled() {
    int dim = 128;
    int nq = TestUtil.nextInt(random(), 17, 34);
    VectorKernels scalar = new ScalarKernels();
    VectorKernels kernels = VectorKernels.get();
    short[] expectedTile = new short[dim * 32];
    short[] tile = new short[dim * 32];
    short[] expectedSums = new short[nq * 32];
    short[] sums = new short[nq * 32];
    short[] queries = randomShorts(nq * dim, 90);
    TileQuery query = kernels.tileQuery(queries, nq, dim);
    byte[] codes = new byte[ResidualTables.codeBytes(8, dim)];
    for (int i = 0; i < 4000; i++) {
      boolean check = i % 50 == 0;
      if (check) {
        random().nextBytes(codes);
      }
      int bits = BITS[i / 50 % BITS.length];
      int half = i % 2 * 16;
      kernels.decodeBlock(codes, 0, bits, dim, tile, half);
      kernels.dotTile(tile, query, 32, sums);
      if (check) {
        scalar.decodeBlock(codes, 0, bits, dim, expectedTile, half);
        for (int j = 0; j < dim; j++) {
          for (int lane = half; lane < half + 16; lane++) {
            assertEquals(expectedTile[j * 32 + lane], tile[j * 32 + lane]);
          }
        }
        dotScalar(tile, dim, queries, nq, expectedSums);
        assertArrayEquals(expectedSums, sums);
        assertMaxTile(nq, 32, 50, nq, sums);
      }
    }
  }
}
