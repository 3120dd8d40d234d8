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
package io.github.luceneplaid.plaid.codebook;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestPlaidQuantizer extends LuceneTestCase {

  private static PlaidQuantizer buckets(float... weights) {
    return PlaidQuantizer.ofResiduals(new float[weights.length - 1], weights, new float[4], 0.5f);
  }

  private static PlaidBlockCodec codec(float[] centroids, PlaidQuantizer buckets, int dimension) {
    return new PlaidBlockCodec(Codebook.imported(centroids, buckets, dimension, 0, 0));
  }

  private static PlaidQuantizer random(int bits) {
    float[] weights = new float[1 << bits];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random().nextGaussian();
    }
    return buckets(weights);
  }

  /** The examples of the format of these files. */
  public void testGoldenBytes() {
    int[] sixteen = new int[16];
    Arrays.setAll(sixteen, i -> i);
    assertPacked("084c2a6e195d3b7f", 4, sixteen);
    assertPacked("27d8", 2, 0, 1, 2, 3, 3, 2, 1, 0);
    assertPacked("b1", 1, 1, 0, 1, 1, 0, 0, 0, 1);
    assertPacked("804001ff", 8, 1, 2, 128, 255);
  }

  private static void assertPacked(String hex, int bits, int... buckets) {
    byte[] packed = new byte[hex.length() / 2];
    random(bits).pack(buckets, packed, 0);
    assertEquals(hex, HexFormat.of().formatHex(packed));
  }

  public void testDecode() {
    PlaidQuantizer buckets = buckets(-3, 0, 0, 1);
    float[] centroids = {9, 9, 9, 9, 3, 4, 0, 0};
    PlaidBlockCodec codec = codec(centroids, buckets, 4);
    byte[] packed = new byte[1];
    buckets.pack(new int[] {1, 2, 1, 2}, packed, 0);
    float[] token = new float[5];
    codec.decode(packed, 0, 1, token, 1);
    assertArrayEquals(new float[] {0, 0.6f, 0.8f, 0, 0}, token, 1e-7f);
    // 3 - 3, 4 + 1, 0 + 1, 0 - 3
    buckets.pack(new int[] {0, 3, 3, 0}, packed, 0);
    codec.decode(packed, 0, 1, token, 1);
    float norm = (float) Math.sqrt(35);
    assertArrayEquals(new float[] {0, 0, 5 / norm, 1 / norm, -3 / norm}, token, 1e-7f);
  }

  public void testZeroStaysZero() {
    float[] token = {1, 1, 1, 1};
    codec(new float[4], buckets(0, 0, 0, 0), 4).decode(new byte[1], 0, 0, token, 0);
    assertArrayEquals(new float[4], token, 0);
  }

  public void testSigns() {
    PlaidQuantizer signs = PlaidQuantizer.ofSigns(new float[10]);
    float[] token = new float[10];
    byte[] packed = {(byte) 0b1010_0000, (byte) 0b0111_1111};
    codec(new float[10], signs, 10).decode(packed, 0, 0, token, 0);
    assertArrayEquals(new float[] {1, -1, 1, -1, -1, -1, -1, -1, -1, 1}, token, 0);
    assertArrayEquals(new byte[] {-1, 1}, signs.roundedWeights());
    assertEquals(1, signs.roundedUnit(), 0);
  }

  /** A value at a cutoff belongs below it. */
  public void testBucket() {
    PlaidQuantizer buckets =
        PlaidQuantizer.ofResiduals(
            new float[] {-1, 0, 2}, new float[] {-2, -0.5f, 1, 3}, new float[1], 0);
    assertEquals(0, buckets.bucket(-5));
    assertEquals(0, buckets.bucket(-1));
    assertEquals(1, buckets.bucket(-0.9f));
    assertEquals(1, buckets.bucket(0));
    assertEquals(2, buckets.bucket(2));
    assertEquals(3, buckets.bucket(2.1f));
  }

  /** A block returns the bytes and tokens that were put into it, and about their inverse norms. */
  public void testBlocks() {
    for (int i = 0; i < 50; i++) {
      boolean binary = random().nextInt(4) == 0;
      int bits = binary ? 1 : 1 << random().nextInt(4);
      int dimension = random().nextInt(1, 70) * 8 / bits;
      PlaidQuantizer buckets = binary ? PlaidQuantizer.ofSigns(new float[dimension]) : random(bits);
      float[] centroids = new float[3 * dimension];
      for (int j = 0; j < centroids.length; j++) {
        centroids[j] = (float) random().nextGaussian();
      }
      Codebook codebook = Codebook.imported(centroids, buckets, dimension, 0, 0);
      BlockDecoder decoder = new BlockDecoder(new CodebookBlocks(List.of(codebook)), bits);
      byte[] packed = new byte[dimension * bits / 8];
      random().nextBytes(packed);
      byte[] block = new byte[5 + CodeBlock.bytes(bits, dimension)];
      int lane = random().nextInt(16);
      int centroid = random().nextInt(3);
      PlaidBlockCodec codec = new PlaidBlockCodec(codebook);
      codec.pack(packed, 0, centroid, centroid, block, 5, lane);
      byte[] unpacked = new byte[packed.length];
      codec.unpack(block, 5, lane, unpacked, 0);
      assertArrayEquals(packed, unpacked);
      float[] expected = new float[dimension];
      codec.decode(packed, 0, centroid, expected, 0);
      float[] found = new float[dimension];
      decoder.decode(block, 5, lane, 1, found, 0);
      assertArrayEquals(expected, found, 0);
      int[] ids = new int[16];
      float[] factors = new float[16];
      PlaidBlockCodec.readLanes(block, 5, ids, factors, 0);
      assertEquals(centroid, ids[lane]);
      double sum = 0;
      double product = 0;
      for (int j = 0; j < dimension; j++) {
        int perByte = 8 / bits;
        int group = Integer.reverse(packed[j / perByte]) >>> 24;
        int bucket = group >>> (j % perByte * bits) & ((1 << bits) - 1);
        float x = buckets.weights()[bucket] + (binary ? 0 : centroids[centroid * dimension + j]);
        sum += x * x;
        product += x * expected[j];
      }
      // Decoded is the sum of centroid and weights, times the factor
      assertEquals(product / sum, factors[lane], 1e-3 * factors[lane]);
    }
  }

  /** Weights are rounded so that integer products hold them. */
  public void testRoundedWeights() {
    PlaidQuantizer buckets = random(1 << random().nextInt(4));
    byte[] rounded = buckets.roundedWeights();
    float[] weights = buckets.weights();
    for (int i = 0; i < rounded.length; i++) {
      assertTrue(Math.abs(rounded[i]) <= buckets.largestRounded());
      assertEquals(weights[i], rounded[i] * buckets.roundedUnit(), buckets.roundedUnit() / 2);
    }
    assertArrayEquals(new byte[2], buckets(0, 0).roundedWeights());
  }

  public void testArguments() {
    expectThrows(IllegalArgumentException.class, () -> buckets(1, 2, 3));
    expectThrows(IllegalArgumentException.class, () -> buckets(new float[8]));
    expectThrows(IllegalArgumentException.class, () -> buckets(1, Float.NaN));
    expectThrows(
        IllegalArgumentException.class,
        () -> PlaidQuantizer.ofResiduals(new float[2], new float[4], new float[1], 0));
  }

  /** The id depends on everything that is imported, so codes of equal ids mean the same. */
  public void testIds() {
    float[] centroids = {1, 0, 0, 1};
    PlaidQuantizer buckets = buckets(-1, 1);
    Codebook codebook = Codebook.imported(centroids, buckets, 2, 0, 0);
    assertEquals(codebook.id(), Codebook.imported(centroids.clone(), buckets(-1, 1), 2, 0, 9).id());
    assertNotEquals(codebook.id(), Codebook.imported(centroids, buckets(-1, 2), 2, 0, 0).id());
    assertNotEquals(
        codebook.id(),
        Codebook.imported(centroids, PlaidQuantizer.ofSigns(new float[4]), 2, 0, 0).id());
    assertNotEquals(codebook.id(), new Codebook(centroids, 2, 0, 0).id());
  }

  /** A token of residuals that cancel its centroid has a finite scale. */
  public void testShortTokens() {
    int dimension = 8;
    float[] centroid = new float[dimension];
    Arrays.fill(centroid, 0.5f);
    PlaidBlockCodec codec = codec(centroid, buckets(-0.5f + 0x1p-20f, 0.5f), dimension);
    byte[] block = new byte[CodeBlock.LANES * 64];
    codec.pack(new byte[] {0}, 0, 0, 0, block, 0, 3);
    int half = (block[CodeBlock.SCALES + 3] & 0xFF) | (block[CodeBlock.FACTORS + 3] & 0xFF) << 8;
    assertEquals(65_504, Float.float16ToFloat((short) half), 0);
  }
}
