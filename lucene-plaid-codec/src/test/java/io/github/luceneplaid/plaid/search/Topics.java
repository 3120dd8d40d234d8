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

package io.github.luceneplaid.plaid.search;

import java.util.Random;

/**
 * Tokens as models make them: they lie near topics, and topics near others that many documents
 * share.
 */
public final class Topics {

  private static final double SPREAD = 0.5;

  private final Random random;
  private final int dimension;
  private final float[][] shared;

  /** Draws topics that documents share. */
  public Topics(Random random, int dimension, int count) {
    this.random = random;
    this.dimension = dimension;
    this.shared = new float[count][];
    for (int i = 0; i < count; i++) {
      shared[i] = near(new float[dimension], 1);
    }
  }

  /** Topics of a document, each near one that documents share. */
  public float[][] some(int n) {
    return near(shared, n);
  }

  /** Tokens of length 1, each near a topic. */
  public float[][] near(float[][] topics, int n) {
    float[][] tokens = new float[n][];
    for (int i = 0; i < n; i++) {
      tokens[i] = near(topics[random.nextInt(topics.length)], SPREAD);
    }
    return tokens;
  }

  private float[] near(float[] topic, double distance) {
    float[] token = new float[dimension];
    double squares = 0;
    for (int j = 0; j < dimension; j++) {
      token[j] = (float) (random.nextGaussian() * distance / Math.sqrt(dimension) + topic[j]);
      squares += token[j] * token[j];
    }
    for (int j = 0; j < dimension; j++) {
      token[j] /= (float) Math.sqrt(squares);
    }
    return token;
  }
}
