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

import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.RamUsageTester;
import org.apache.lucene.tests.util.TestUtil;

/** The blocks of a segment hold each row once, and agree with their codebooks. */
public class TestCodebookBlocks extends LuceneTestCase {

  private static Codebook random(int rows, int dimension, boolean imported) {
    float[] floats = RandomTokens.uniform(random(), rows, dimension);
    if (imported) {
      float[] weights = {-0.2f, -0.1f, 0.1f, 0.2f};
      PlaidQuantizer buckets =
          PlaidQuantizer.ofResiduals(new float[3], weights, new float[dimension], 0.5f);
      return Codebook.imported(floats, buckets, dimension, 0.5f, rows);
    }
    return new Codebook(floats, dimension, 0.5f, rows);
  }

  public void testRows() {
    for (int i = 0; i < atLeast(20); i++) {
      int dimension = TestUtil.nextInt(random(), 1, 40);
      int imported = random().nextInt(3);
      int own = imported == 0 ? 1 + random().nextInt(3) : random().nextInt(3);
      List<Codebook> codebooks = new ArrayList<>();
      for (int block = 0; block < imported + own; block++) {
        int rows = TestUtil.nextInt(random(), 1, 50);
        codebooks.add(random(rows, dimension, block < imported));
      }
      CodebookBlocks blocks = new CodebookBlocks(codebooks);
      float[] centroids = blocks.centroids();
      for (int block = 0; block < codebooks.size(); block++) {
        Codebook expected = codebooks.get(block);
        Codebook found = blocks.list().get(block);
        assertEquals(expected, found);
        assertArrayEquals(expected.centroids(), found.centroids(), 0);
        assertArrayEquals(expected.importedCentroids(), found.importedCentroids(), 0);
        assertEquals(expected.isImported(), found.isImported());
        assertSame("one array for all", blocks.rows(), found.arrayOfRows());
        int first = blocks.firstCentroid(block) * dimension;
        for (int j = 0; j < expected.size() * dimension; j++) {
          assertEquals(expected.centroids()[j], centroids[first + j], 0);
          assertEquals(expected.rows()[j], blocks.rows()[first + j], 0);
        }
      }
      // Blocks can be made of blocks, as merges do
      assertArrayEquals(centroids, new CodebookBlocks(blocks.list()).centroids(), 0);
      Codebook one = blocks.list().get(random().nextInt(imported + own));
      assertArrayEquals(one.centroids(), new CodebookBlocks(List.of(one)).centroids(), 0);
    }
  }

  /** Products with centroids equal those with rotated centroids, so only the former are held. */
  public void testMemory() {
    int dimension = 32;
    int rows = 1000;
    for (List<Codebook> codebooks :
        List.of(
            List.of(random(rows, dimension, true)),
            List.of(random(rows, dimension, false)),
            List.of(random(rows, dimension, true), random(rows, dimension, true)),
            List.of(random(rows, dimension, true), random(rows, dimension, false)))) {
      long bytes = RamUsageTester.ramUsed(new CodebookBlocks(codebooks));
      long floats = codebooks.size() * (long) rows * dimension * Float.BYTES;
      assertTrue(bytes + " bytes for " + floats + " of rows", bytes < floats + 4096);
    }
  }

  /** Sums of imported centroids and weights have a length. */
  public void testLargeComponents() {
    for (float[] largest : new float[][] {{1e17f, 1e17f}, {-1e17f, -1e17f}}) {
      imported(largest[0], largest[1]);
    }
    for (float[] tooLarge :
        new float[][] {{1.01e17f, 1}, {1, 1.01e17f}, {-3e38f, 1}, {1, -3e38f}}) {
      IllegalArgumentException e =
          expectThrows(IllegalArgumentException.class, () -> imported(tooLarge[0], tooLarge[1]));
      assertTrue(e.getMessage(), e.getMessage().endsWith("expected magnitudes up to 1.0E17"));
    }
  }

  private static Codebook imported(float component, float weight) {
    PlaidQuantizer buckets =
        PlaidQuantizer.ofResiduals(new float[1], new float[] {0, weight}, new float[2], 0.5f);
    return Codebook.imported(new float[] {0, component}, buckets, 2, 0.5f, 1);
  }
}
