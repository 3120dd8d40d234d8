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

import org.apache.lucene.tests.util.LuceneTestCase;

public class TestResidualTables extends LuceneTestCase {

  public void testWeightsAreLloydMaxLevels() {
    for (int bits = 1; bits <= 4; bits++) {
      double[] levels = lloydMax(1 << bits);
      byte[] weights = ResidualTables.weights(bits);
      assertEquals(levels.length, weights.length);
      for (int i = 0; i < levels.length; i++) {
        assertEquals(Math.round(levels[i] * ResidualTables.unit(bits)), weights[i]);
      }
    }
  }

  /** Levels of N(0, 1) with the least squared error: each is the mean of what is nearest to it. */
  private static double[] lloydMax(int count) {
    int points = 20_000;
    double[] levels = new double[count];
    for (int i = 0; i < count; i++) {
      levels[i] = (i + 0.5) / count * 4 - 2;
    }
    for (int round = 0; round < 500; round++) {
      double[] sum = new double[count];
      double[] mass = new double[count];
      int nearest = 0;
      for (int p = 0; p < points; p++) {
        double x = (p + 0.5) / points * 12 - 6;
        while (nearest < count - 1 && x > (levels[nearest] + levels[nearest + 1]) / 2) {
          nearest++;
        }
        double density = Math.exp(-x * x / 2);
        sum[nearest] += x * density;
        mass[nearest] += density;
      }
      for (int i = 0; i < count; i++) {
        levels[i] = sum[i] / mass[i];
      }
    }
    return levels;
  }

  public void testWeightsAreCopies() {
    ResidualTables.weights(2)[0] = 99;
    assertArrayEquals(new byte[] {-23, -7, 7, 23}, ResidualTables.weights(2));
  }

  public void testUnit() {
    for (int bits = 1; bits <= 4; bits++) {
      assertEquals(15, ResidualTables.unit(bits));
    }
    assertEquals(30, ResidualTables.unit(8));
  }

  public void testCodeBytes() {
    assertEquals(16 * 128, ResidualTables.codeBytes(8, 128));
    assertEquals(16 * 64, ResidualTables.codeBytes(4, 128));
    assertEquals(16 * 48, ResidualTables.codeBytes(3, 128));
    assertEquals(16 * 32, ResidualTables.codeBytes(2, 128));
    assertEquals(16 * 16, ResidualTables.codeBytes(1, 128));
    // 13 dimensions: 13 bytes, 7 of nibbles, 4 of pairs and 2 of single bits, 4, 2.
    assertEquals(16 * 13, ResidualTables.codeBytes(8, 13));
    assertEquals(16 * 7, ResidualTables.codeBytes(4, 13));
    assertEquals(16 * (4 + 2), ResidualTables.codeBytes(3, 13));
    assertEquals(16 * 4, ResidualTables.codeBytes(2, 13));
    assertEquals(16 * 2, ResidualTables.codeBytes(1, 13));
  }

  public void testWrongArguments() {
    for (int bits : new int[] {-1, 0, 5, 6, 7, 9}) {
      expectThrows(IllegalArgumentException.class, () -> ResidualTables.weights(bits));
      expectThrows(IllegalArgumentException.class, () -> ResidualTables.unit(bits));
      expectThrows(IllegalArgumentException.class, () -> ResidualTables.codeBytes(bits, 8));
    }
    expectThrows(IllegalArgumentException.class, () -> ResidualTables.weights(8));
    expectThrows(IllegalArgumentException.class, () -> ResidualTables.codeBytes(4, 0));
    expectThrows(
        ArithmeticException.class, () -> ResidualTables.codeBytes(8, Integer.MAX_VALUE / 15));
  }
}
