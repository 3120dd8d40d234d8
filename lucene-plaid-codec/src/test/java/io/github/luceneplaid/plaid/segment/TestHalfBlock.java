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

package io.github.luceneplaid.plaid.segment;

import io.github.luceneplaid.plaid.codebook.ResidualQuantizer;
import java.util.Arrays;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Half blocks become whole ones whose second half repeats the first. */
public class TestHalfBlock extends LuceneTestCase {

  public void testCutAndExpand() {
    for (int bits : new int[] {1, 2, 3, 4, 8}) {
      for (int dimension : new int[] {1, 2, 7, 16, 33, 128}) {
        ResidualQuantizer quantizer = new ResidualQuantizer(dimension, bits);
        for (boolean unitLength : new boolean[] {true, false}) {
          assertCutAndExpand(
              quantizer.blockBytes(), CodeReader.stride(quantizer.blockBytes(), unitLength));
        }
      }
    }
  }

  private static void assertCutAndExpand(int coded, int stride) {
    int offset = random().nextInt(5);
    byte[] block = new byte[offset + stride + 3];
    random().nextBytes(block);
    // Centroid ids, then parts of a byte for each lane, then lengths
    repeat(block, offset, 32);
    for (int at = offset + 32; at < offset + coded; at += 16) {
      repeat(block, at, 16);
    }
    if (stride > coded) {
      repeat(block, offset + coded, 64);
    }
    byte[] expected = block.clone();
    HalfBlock.cut(block, offset, coded, stride);
    // The stored bytes end with the first half
    Arrays.fill(block, offset + stride / 2, offset + stride, (byte) 17);
    HalfBlock.expand(block, offset, coded, stride);
    assertArrayEquals(expected, block);
  }

  private static void repeat(byte[] block, int at, int size) {
    System.arraycopy(block, at, block, at + size / 2, size / 2);
  }

  public void testCount() {
    assertEquals(1, HalfBlock.count(1));
    assertEquals(1, HalfBlock.count(8));
    assertEquals(2, HalfBlock.count(9));
    assertEquals(3, HalfBlock.count(17));
  }
}
