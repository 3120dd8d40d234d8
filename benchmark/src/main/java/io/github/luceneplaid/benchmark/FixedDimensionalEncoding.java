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
package io.github.luceneplaid.benchmark;

import java.util.SplittableRandom;
import org.apache.lucene.util.VectorUtil;

/**
 * Encodes many vectors as one, so that a product of vectors approximates MaxSim: the fixed
 * dimensional encoding of MUVERA (L. Dhulipala, M. Hadian, R. Jayaram, J. Lee, V. Mirrokni: MUVERA:
 * Multi-Vector Retrieval via Fixed Dimensional Encodings. NeurIPS 2024).
 *
 * <p>The signs of a token's products with random vectors choose a cell. In each cell, a query has
 * the sum of its tokens there, and a document their mean. If a document has no tokens in a cell,
 * the cell gets the token whose signs differ least. Tokens are first projected to fewer dimensions.
 * All this is repeated with other random vectors, and the results are concatenated.
 */
final class FixedDimensionalEncoding {
  private final Settings settings;
  private final Repetition[] repetitions;

  /** The place and the sign of each component of the cells when they are folded. */
  private final int[] places;

  private final float[] signs;

  /**
   * The size of an encoding.
   *
   * @param repetitions how often tokens are put into cells
   * @param bits of the number of a cell
   * @param projected dimensions of a token in a cell; those of the tokens for no projection
   * @param dimension of the encoding, to which the cells of all repetitions are folded by random
   *     signs; 0 for their own
   */
  record Settings(int repetitions, int bits, int projected, int dimension) {
    Settings {
      if (repetitions < 1 || bits < 0 || bits > 16 || projected < 1 || dimension < 0) {
        throw new IllegalArgumentException("no encoding: " + repetitions + " " + bits);
      }
    }

    /** Components of all cells. */
    int cells() {
      return Math.multiplyExact(repetitions, Math.multiplyExact(1 << bits, projected));
    }
  }

  /** One way to put tokens into cells, and to project them. */
  private record Repetition(float[][] planes, float[][] projection) {}

  FixedDimensionalEncoding(int dimension, Settings settings, long seed) {
    this.settings = settings;
    SplittableRandom random = new SplittableRandom(seed);
    repetitions = new Repetition[settings.repetitions];
    for (int r = 0; r < repetitions.length; r++) {
      float[][] planes = new float[settings.bits][dimension];
      for (float[] plane : planes) {
        for (int i = 0; i < dimension; i++) {
          plane[i] = (float) random.nextGaussian();
        }
      }
      repetitions[r] = new Repetition(planes, projection(dimension, random));
    }
    if (settings.dimension > 0) {
      places = random.ints(settings.cells(), 0, settings.dimension).toArray();
      signs = new float[places.length];
      for (int i = 0; i < signs.length; i++) {
        signs[i] = random.nextBoolean() ? 1 : -1;
      }
    } else {
      places = null;
      signs = null;
    }
  }

  /** Random signs, scaled to leave products as they are on average; null if none is needed. */
  private float[][] projection(int dimension, SplittableRandom random) {
    if (settings.projected == dimension) {
      return null;
    }
    float scale = (float) (1 / Math.sqrt(settings.projected));
    float[][] rows = new float[settings.projected][dimension];
    for (float[] row : rows) {
      for (int i = 0; i < dimension; i++) {
        row[i] = random.nextBoolean() ? scale : -scale;
      }
    }
    return rows;
  }

  int dimension() {
    return settings.dimension > 0 ? settings.dimension : settings.cells();
  }

  float[] query(float[][] tokens) {
    return encode(tokens, false);
  }

  float[] document(float[][] tokens) {
    return encode(tokens, true);
  }

  private float[] encode(float[][] tokens, boolean document) {
    float[] cells = new float[settings.cells()];
    int size = cells.length / repetitions.length;
    for (int r = 0; r < repetitions.length; r++) {
      encode(tokens, repetitions[r], document, cells, r * size);
    }
    return places == null ? cells : fold(cells);
  }

  private void encode(
      float[][] tokens, Repetition repetition, boolean document, float[] to, int start) {
    int[] numbers = new int[tokens.length];
    float[][] projected = new float[tokens.length][];
    int[] counts = new int[1 << settings.bits];
    for (int t = 0; t < tokens.length; t++) {
      numbers[t] = cell(tokens[t], repetition.planes);
      projected[t] = project(tokens[t], repetition.projection);
      counts[numbers[t]]++;
    }
    for (int t = 0; t < tokens.length; t++) {
      float weight = document ? 1f / counts[numbers[t]] : 1;
      add(projected[t], weight, to, start + numbers[t] * settings.projected);
    }
    if (document) {
      for (int cell = 0; cell < counts.length; cell++) {
        if (counts[cell] == 0 && tokens.length > 0) {
          add(projected[nearest(cell, numbers)], 1, to, start + cell * settings.projected);
        }
      }
    }
  }

  private static int cell(float[] token, float[][] planes) {
    int cell = 0;
    for (float[] plane : planes) {
      cell = cell << 1 | (VectorUtil.dotProduct(plane, token) > 0 ? 1 : 0);
    }
    return cell;
  }

  private static float[] project(float[] token, float[][] projection) {
    if (projection == null) {
      return token;
    }
    float[] result = new float[projection.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = VectorUtil.dotProduct(projection[i], token);
    }
    return result;
  }

  /** The first token whose cell differs in fewest bits. */
  private static int nearest(int cell, int[] numbers) {
    int best = 0;
    for (int t = 1; t < numbers.length; t++) {
      if (Integer.bitCount(numbers[t] ^ cell) < Integer.bitCount(numbers[best] ^ cell)) {
        best = t;
      }
    }
    return best;
  }

  private static void add(float[] vector, float weight, float[] to, int start) {
    for (int i = 0; i < vector.length; i++) {
      to[start + i] += weight * vector[i];
    }
  }

  private float[] fold(float[] cells) {
    float[] result = new float[settings.dimension];
    for (int i = 0; i < cells.length; i++) {
      result[places[i]] += signs[i] * cells[i];
    }
    return result;
  }
}
