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

package io.github.luceneplaid.plaid.ivf;

import io.github.luceneplaid.plaid.codebook.BlockDecoder;
import io.github.luceneplaid.plaid.codebook.CodeBlock;
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.codebook.CodebookBlocks;
import io.github.luceneplaid.plaid.codebook.ResidualQuantizer;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.store.RandomAccessInput;
import org.apache.lucene.util.packed.PackedInts;
import org.apache.lucene.util.packed.PackedLongValues;

/** Random documents of coded tokens, with the decoded tokens. */
public final class RandomCodedTokens {

  public static final int BITS = 4;

  public final int dimension;
  public final int[] counts;

  /** Rotated tokens of each document, row after row, as their codes have them. */
  public final float[][] tokens;

  /** The region of each token of a document. */
  public final int[][] regions;

  public final Codebook codebook;
  public final CodedTokens coded;

  /** Returns the number of passes over the regions of all tokens. */
  public int walks;

  /**
   * Draws documents.
   *
   * @param centroids number of centroids
   * @param regionCount number of regions, which tokens are in at random; 0 if the centroids are the
   *     regions
   * @param places number of places around a centroid that tokens lie at
   */
  public RandomCodedTokens(
      Random random, int dimension, int documents, int centroids, int regionCount, int places)
      throws IOException {
    this.dimension = dimension;
    float[][] centroidRows = new float[centroids][];
    float[][][] placeRows = new float[centroids][places][];
    float[] flat = new float[centroids * dimension];
    for (int a = 0; a < centroids; a++) {
      centroidRows[a] = unit(random, null, 1, dimension);
      System.arraycopy(centroidRows[a], 0, flat, a * dimension, dimension);
      for (int p = 0; p < places; p++) {
        placeRows[a][p] = unit(random, centroidRows[a], 0.5f, dimension);
      }
    }
    this.codebook = new Codebook(flat, dimension, 0.5f, documents);
    this.counts = random.ints(documents, 1, 40).toArray();
    this.tokens = new float[documents][];
    this.regions = new int[documents][];
    ResidualQuantizer quantizer = new ResidualQuantizer(dimension, BITS);
    BlockDecoder decoder = new BlockDecoder(new CodebookBlocks(List.of(codebook)), BITS);
    int stride = quantizer.blockBytes();
    ByteBuffersDataOutput blocks = new ByteBuffersDataOutput();
    ByteBuffersDataOutput regionIds = new ByteBuffersDataOutput();
    PackedLongValues.Builder packed = PackedLongValues.packedBuilder(PackedInts.COMPACT);
    for (int doc = 0; doc < documents; doc++) {
      int n = counts[doc];
      packed.add(n);
      tokens[doc] = new float[n * dimension];
      regions[doc] = new int[n];
      for (int from = 0; from < n; from += CodeBlock.LANES) {
        byte[] block = new byte[stride];
        int lanes = Math.min(CodeBlock.LANES, n - from);
        for (int lane = 0; lane < CodeBlock.LANES; lane++) {
          if (lane < lanes) {
            int centroid = random.nextInt(centroids);
            float[] token =
                unit(random, placeRows[centroid][random.nextInt(places)], 0.1f, dimension);
            quantizer.encode(token, 0, flat, centroid, block, 0, lane);
            regions[doc][from + lane] = regionCount == 0 ? centroid : random.nextInt(regionCount);
          } else {
            CodeBlock.repeatLane(block, 0, quantizer.blockBytes(), lanes - 1, lane);
          }
          regionIds.writeShort((short) (lane < lanes ? regions[doc][from + lane] : 0));
        }
        decoder.decodeRotated(block, 0, 0, lanes, tokens[doc], from * dimension);
        blocks.writeBytes(block, stride);
      }
    }
    this.coded =
        new CodedTokens(
            regionCount == 0 ? new Walked(input(blocks)) : input(blocks),
            stride,
            packed.build(),
            decoder,
            flat,
            centroids,
            regionCount == 0 ? null : new Walked(input(regionIds)),
            regionCount == 0 ? centroids : regionCount);
  }

  /** A random row of length 1 that lies so far from another one, in all directions together. */
  public static float[] unit(Random random, float[] from, float distance, int dimension) {
    float[] row = new float[dimension];
    double squares = 0;
    for (int j = 0; j < dimension; j++) {
      double noise = random.nextGaussian() / Math.sqrt(dimension);
      row[j] = (float) ((from == null ? 0 : from[j]) + distance * noise);
      squares += (double) row[j] * row[j];
    }
    for (int j = 0; j < dimension; j++) {
      row[j] = (float) (row[j] / Math.sqrt(squares));
    }
    return row;
  }

  private static RandomAccessInput input(ByteBuffersDataOutput bytes) {
    return bytes.toDataInput();
  }

  public float[] token(int doc, int i) {
    float[] token = new float[dimension];
    System.arraycopy(tokens[doc], i * dimension, token, 0, dimension);
    return token;
  }

  public static double distance(float[] a, float[] b) {
    double squares = 0;
    for (int j = 0; j < a.length; j++) {
      squares += (double) (a[j] - b[j]) * (a[j] - b[j]);
    }
    return Math.sqrt(squares);
  }

  /** Counts passes, each of which reads the regions of the first block. */
  private final class Walked implements RandomAccessInput {
    private final RandomAccessInput in;

    Walked(RandomAccessInput in) {
      this.in = in;
    }

    @Override
    public void readBytes(long pos, byte[] bytes, int offset, int length) throws IOException {
      if (pos == 0 && length == CodeBlock.LANES * Short.BYTES) {
        walks++;
      }
      in.readBytes(pos, bytes, offset, length);
    }

    @Override
    public long length() {
      return in.length();
    }

    @Override
    public byte readByte(long pos) throws IOException {
      return in.readByte(pos);
    }

    @Override
    public short readShort(long pos) throws IOException {
      return in.readShort(pos);
    }

    @Override
    public int readInt(long pos) throws IOException {
      return in.readInt(pos);
    }

    @Override
    public long readLong(long pos) throws IOException {
      return in.readLong(pos);
    }
  }
}
