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

import org.apache.lucene.tests.util.LuceneTestCase;

public class TestCodebook extends LuceneTestCase {

  /**
   * A fixed id: that of 1, 2, 3, 4 as two centroids, by {@code sha256sum} of int32 2, int32 2 and
   * four float32, little-endian.
   */
  public void testGoldenId() {
    Codebook codebook = new Codebook(new float[] {1, 2, 3, 4}, 2, 0.5f, 7);
    assertEquals("ec262dbe86aa515d6ae69de58241a0db", codebook.id().toString());
    assertEquals(2, codebook.size());
    assertEquals(2, codebook.dimension());
    assertEquals(0.5f, codebook.meanResidual(), 0);
    assertEquals(7, codebook.trainedTokens());
  }

  public void testIdentity() {
    int dim = 1 + random().nextInt(50);
    int size = 1 + random().nextInt(200);
    float[] centroids = RandomTokens.uniform(random(), size, dim);
    Codebook codebook = new Codebook(centroids, dim, 0.5f, 7);
    Codebook same = new Codebook(centroids.clone(), dim, 0.5f, 7);
    assertEquals(codebook, same);
    assertEquals(codebook.hashCode(), same.hashCode());
    assertEquals(codebook.id(), new Codebook(centroids.clone(), dim, 0.25f, 8).id());
    assertNotEquals(codebook, new Codebook(centroids.clone(), dim, 0.25f, 7));
    assertNotEquals(codebook, new Codebook(centroids.clone(), dim, 0.5f, 8));

    float[] other = centroids.clone();
    int i = random().nextInt(other.length);
    other[i] = Math.nextUp(other[i]);
    assertNotEquals(codebook.id(), new Codebook(other, dim, 0.5f, 7).id());
  }

  /** The same numbers in another shape are another codebook. */
  public void testShapeIsPartOfId() {
    float[] centroids = RandomTokens.uniform(random(), 6, 4);
    assertNotEquals(new Codebook(centroids, 4, 0, 0).id(), new Codebook(centroids, 6, 0, 0).id());
  }

  public void testIllegalArguments() {
    float[] two = {1, 2};
    illegal(two, 0, 0, 0);
    illegal(two, 1025, 0, 0);
    illegal(two, 3, 0, 0);
    illegal(new float[0], 2, 0, 0);
    illegal(new float[Codebook.MAX_CENTROIDS + 1], 1, 0, 0);
    illegal(two, 2, -1, 0);
    illegal(two, 2, Float.NaN, 0);
    illegal(two, 2, Float.POSITIVE_INFINITY, 0);
    illegal(two, 2, 0, -1);
    illegal(new float[] {1, Float.NaN}, 2, 0, 0);
    illegal(new float[] {Float.NEGATIVE_INFINITY, 1}, 2, 0, 0);
  }

  private static void illegal(float[] centroids, int dim, float meanResidual, long tokens) {
    expectThrows(
        IllegalArgumentException.class, () -> new Codebook(centroids, dim, meanResidual, tokens));
  }
}
