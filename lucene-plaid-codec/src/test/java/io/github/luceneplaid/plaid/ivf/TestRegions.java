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

import io.github.luceneplaid.plaid.codebook.AbortCheck;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.store.ByteBuffersDataInput;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.store.ByteBuffersIndexOutput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Compares the regions of tokens with an exhaustive search. */
public class TestRegions extends LuceneTestCase {

  private static final int DIMENSION = 20;

  private static float[][] randomRows(int n) {
    float[][] rows = new float[n][];
    for (int i = 0; i < n; i++) {
      rows[i] = RandomCodedTokens.unit(random(), null, 1, DIMENSION);
    }
    return rows;
  }

  private static ByteBuffersDataInput assign(RandomCodedTokens tokens, float[][] regions)
      throws IOException {
    // Rows after the last one are ignored
    float[] rows = new float[(regions.length + 3) * DIMENSION];
    for (int i = 0; i < regions.length; i++) {
      System.arraycopy(regions[i], 0, rows, i * DIMENSION, DIMENSION);
    }
    ByteBuffersDataOutput out = new ByteBuffersDataOutput();
    new Regions(rows, regions.length, DIMENSION, AbortCheck.NONE)
        .assign(tokens.coded, new ByteBuffersIndexOutput(out, "regions", "regions"));
    return out.toDataInput();
  }

  /** If there are at most 96 regions, a token gets the nearest one. */
  public void testNearest() throws IOException {
    for (int i = 0; i < 5; i++) {
      int centroids = TestUtil.nextInt(random(), 1, 150);
      RandomCodedTokens tokens = new RandomCodedTokens(random(), DIMENSION, 20, centroids, 0, 2);
      float[][] regions = randomRows(TestUtil.nextInt(random(), 1, 96));
      check(tokens, regions, assign(tokens, regions));
    }
  }

  private static void check(RandomCodedTokens tokens, float[][] regions, ByteBuffersDataInput found)
      throws IOException {
    for (int doc = 0; doc < tokens.counts.length; doc++) {
      for (int t = 0; t < (tokens.counts[doc] + 15) / 16 * 16; t++) {
        int region = Short.toUnsignedInt(found.readShort());
        if (t < tokens.counts[doc]) {
          float[] token = tokens.token(doc, t);
          double distance = RandomCodedTokens.distance(token, regions[region]);
          for (float[] other : regions) {
            assertTrue(distance <= RandomCodedTokens.distance(token, other) + 1e-4);
          }
        }
      }
    }
    assertEquals(found.length(), found.position());
  }

  /** If there are more, a token gets the nearest one of the 96 regions nearest to its centroid. */
  public void testNearestOfThoseNearTheCentroid() throws IOException {
    RandomCodedTokens tokens = new RandomCodedTokens(random(), DIMENSION, 20, 10, 0, 2);
    float[][] regions = randomRows(300);
    ByteBuffersDataInput found = assign(tokens, regions);
    float[] centroids = tokens.codebook.centroids();
    double[][] distances = new double[10][];
    double[] limits = new double[10];
    for (int a = 0; a < 10; a++) {
      float[] centroid = new float[DIMENSION];
      System.arraycopy(centroids, a * DIMENSION, centroid, 0, DIMENSION);
      distances[a] = new double[regions.length];
      for (int r = 0; r < regions.length; r++) {
        distances[a][r] = RandomCodedTokens.distance(centroid, regions[r]);
      }
      double[] sorted = distances[a].clone();
      Arrays.sort(sorted);
      limits[a] = (sorted[95] + sorted[96]) / 2;
    }
    for (int doc = 0; doc < tokens.counts.length; doc++) {
      for (int t = 0; t < (tokens.counts[doc] + 15) / 16 * 16; t++) {
        int region = Short.toUnsignedInt(found.readShort());
        if (t < tokens.counts[doc]) {
          int centroid = tokens.regions[doc][t];
          float[] token = tokens.token(doc, t);
          assertTrue(distances[centroid][region] <= limits[centroid] + 1e-4);
          double distance = RandomCodedTokens.distance(token, regions[region]);
          for (int other = 0; other < regions.length; other++) {
            if (distances[centroid][other] < limits[centroid] - 1e-4) {
              assertTrue(distance <= RandomCodedTokens.distance(token, regions[other]) + 1e-4);
            }
          }
        }
      }
    }
  }

  /** Numbers of regions are 16 bits without a sign. */
  public void testManyRegions() throws IOException {
    RandomCodedTokens tokens = new RandomCodedTokens(random(), DIMENSION, 3, 1, 0, 1);
    int n = 1 << 16;
    float[][] regions = new float[n][DIMENSION];
    // All but the last one are far from any token
    for (int i = 0; i < n - 1; i++) {
      regions[i][i % DIMENSION] = 9 + i % 7;
    }
    ByteBuffersDataInput found = assign(tokens, regions);
    for (int doc = 0; doc < tokens.counts.length; doc++) {
      for (int t = 0; t < (tokens.counts[doc] + 15) / 16 * 16; t++) {
        int region = Short.toUnsignedInt(found.readShort());
        assertEquals(t < tokens.counts[doc] ? n - 1 : 0, region);
      }
    }
  }
}
