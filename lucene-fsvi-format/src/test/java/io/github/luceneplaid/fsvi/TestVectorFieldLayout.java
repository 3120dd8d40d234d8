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
package io.github.luceneplaid.fsvi;

import io.github.luceneplaid.fsvi.VectorFieldLayout.Tier;
import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import java.util.List;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Tests both sides of each limit of a layout. */
public class TestVectorFieldLayout extends LuceneTestCase {

  private static final long NONE = VectorFieldLayout.NONE;
  private static final VectorEncoding FLOATS = VectorEncoding.FLOAT32;
  private static final VectorSimilarityFunction DOT = VectorSimilarityFunction.DOT_PRODUCT;
  private static final VectorSimilarityFunction COSINE = VectorSimilarityFunction.COSINE;

  private static Tier floats(long rows) {
    return new Tier(SlabEncoding.FLOAT32, rows, NONE, NONE);
  }

  private static void assertRefused(
      String why,
      VectorEncoding encoding,
      VectorSimilarityFunction similarity,
      int dimension,
      int size,
      List<Tier> tiers,
      long norms) {
    IllegalArgumentException e =
        expectThrows(
            IllegalArgumentException.class,
            () -> new VectorFieldLayout(encoding, similarity, dimension, size, tiers, norms));
    assertTrue(e.getMessage(), e.getMessage().contains(why));
  }

  public void testDimension() {
    List<Tier> tiers = List.of(floats(64));
    new VectorFieldLayout(FLOATS, DOT, 1, 10, tiers, NONE);
    new VectorFieldLayout(FLOATS, DOT, 65_535, 10, tiers, NONE);
    assertRefused("dimension", FLOATS, DOT, 0, 10, tiers, NONE);
    assertRefused("dimension", FLOATS, DOT, 65_536, 10, tiers, NONE);
  }

  public void testSize() {
    List<Tier> tiers = List.of(floats(64));
    new VectorFieldLayout(FLOATS, DOT, 65_535, 0, tiers, NONE);
    new VectorFieldLayout(FLOATS, DOT, 65_535, Integer.MAX_VALUE, tiers, NONE);
    assertRefused("vectors", FLOATS, DOT, 5, -1, tiers, NONE);
  }

  public void testEverySimilarityAndEncodingHasANumber() {
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      long norms = similarity == COSINE ? 1 << 20 : NONE;
      new VectorFieldLayout(FLOATS, similarity, 3, 10, List.of(floats(64)), norms);
      for (VectorEncoding encoding : VectorEncoding.values()) {
        SlabEncoding elements = encoding == FLOATS ? SlabEncoding.FLOAT32 : SlabEncoding.INT8;
        List<Tier> tiers = List.of(new Tier(elements, 64, NONE, NONE));
        new VectorFieldLayout(encoding, similarity, 3, 10, tiers, norms);
      }
    }
  }

  public void testSlabs() {
    Tier coarse = new Tier(SlabEncoding.FLOAT16, 64, NONE, 128);
    new VectorFieldLayout(FLOATS, DOT, 2, 10, List.of(coarse, floats(192)), NONE);
    assertRefused("slabs", FLOATS, DOT, 2, 10, List.of(), NONE);
    assertRefused("slabs", FLOATS, DOT, 2, 10, List.of(coarse, coarse, floats(192)), NONE);
    // A coarse slab that is as large as the fine one
    Tier half = new Tier(SlabEncoding.FLOAT16, 192, NONE, NONE);
    assertRefused("do not belong", FLOATS, DOT, 2, 10, List.of(coarse, half), NONE);
    // Vectors of bytes have one slab of bytes
    assertRefused("belong", VectorEncoding.BYTE, DOT, 2, 10, List.of(floats(64)), NONE);
  }

  public void testParts() {
    // A coarse slab without errors, and an only slab with errors
    Tier bare = new Tier(SlabEncoding.FLOAT16, 64, NONE, NONE);
    assertRefused("missing", FLOATS, DOT, 2, 10, List.of(bare, floats(192)), NONE);
    Tier only = new Tier(SlabEncoding.FLOAT32, 64, NONE, 192);
    assertRefused("missing", FLOATS, DOT, 2, 10, List.of(only), NONE);
    // Floats in bytes without scales, and with scales but without norms
    Tier unscaled = new Tier(SlabEncoding.INT8, 64, NONE, NONE);
    assertRefused("missing", FLOATS, DOT, 2, 10, List.of(unscaled), 128);
    Tier scaled = new Tier(SlabEncoding.INT8, 64, 128, NONE);
    new VectorFieldLayout(FLOATS, DOT, 2, 10, List.of(scaled), 192);
    assertRefused("missing", FLOATS, DOT, 2, 10, List.of(scaled), NONE);
    // Cosines without norms, and norms that are not needed
    assertRefused("missing", FLOATS, COSINE, 2, 10, List.of(floats(64)), NONE);
    assertRefused("missing", FLOATS, DOT, 2, 10, List.of(floats(64)), 192);
  }

  public void testOffsets() {
    // 8 rows of 8 bytes fill one unit of alignment
    Tier coarse = new Tier(SlabEncoding.INT8, 64, 128, 192);
    new VectorFieldLayout(FLOATS, DOT, 8, 8, List.of(coarse, floats(256)), 512);
    assertRefused("rows", FLOATS, DOT, 8, 8, List.of(coarse, floats(256 + 32)), 1024);
    assertRefused("rows", FLOATS, DOT, 8, 8, List.of(coarse, floats(192)), 512);
    assertRefused("norms", FLOATS, DOT, 8, 8, List.of(coarse, floats(256)), 256);
    assertRefused("scales", FLOATS, DOT, 8, 9, List.of(coarse, floats(256)), 512);
    Tier overlapping = new Tier(SlabEncoding.INT8, 64, 64, 192);
    assertRefused("scales", FLOATS, DOT, 8, 8, List.of(overlapping, floats(256)), 512);
    Tier swapped = new Tier(SlabEncoding.INT8, 64, 192, 128);
    assertRefused("errors", FLOATS, DOT, 8, 8, List.of(swapped, floats(256)), 512);
    assertRefused("rows", FLOATS, DOT, 8, 8, List.of(floats(0)), NONE);
    assertRefused("rows", FLOATS, DOT, 8, 8, List.of(floats(-64)), NONE);
    long far = Long.MAX_VALUE / 64 * 64;
    expectThrows(
        ArithmeticException.class,
        () -> new VectorFieldLayout(FLOATS, DOT, 8, 8, List.of(floats(far)), NONE));
  }
}
