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

package io.github.luceneplaid.engine;

import io.github.luceneplaid.plaid.RawTokens;
import io.github.luceneplaid.plaid.TokenPooling;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestLateInteractionFieldSettings extends LuceneTestCase {

  public void testPooling() {
    float[][] tokens = {{1, 0}, {0, 1}, {0, 1}, {1, 0}, {1, 0}};
    int factor = random().nextInt(2, 65);
    var pooled = new LateInteractionFieldSettings(2, 4, RawTokens.NONE, 1, 5, 5, factor);
    assertArrayEquals(new TokenPooling(factor, 1).pool(tokens), pooled.pooled(tokens));
    assertArrayEquals(new float[][] {{1, 0}}, pooled.pooled(new float[][] {{1, 0}}));
    var plain = new LateInteractionFieldSettings(2, 4, RawTokens.NONE, 1, 5, 5, 1);
    assertSame(tokens, plain.pooled(tokens));
    for (int bad : new int[] {0, 65}) {
      assertRefused(
          () -> new LateInteractionFieldSettings(2, 4, RawTokens.NONE, 1, 5, 5, bad),
          "[pool_factor]",
          "found " + bad,
          "1 to 64");
    }
  }

  private static void assertRefused(ThrowingRunnable action, String... words) {
    String message = expectThrows(IllegalArgumentException.class, action).getMessage();
    for (String word : words) {
      assertTrue(message, message.contains(word));
    }
  }

  private static LateInteractionFieldSettings settings(int dims, int bits, int max, int maxQuery) {
    return new LateInteractionFieldSettings(dims, bits, RawTokens.NONE, 1, max, maxQuery, 1);
  }

  public void testBounds() {
    settings(1, 1, 1, 1);
    settings(1024, 8, 65536, 8192);
    assertRefused(() -> settings(0, 4, 1, 1), "[dims]", "found 0", "1 to 1024");
    assertRefused(() -> settings(1025, 4, 1, 1), "[dims]", "found 1025");
    assertRefused(() -> settings(8, 5, 1, 1), "[bits]", "found 5", "1, 2, 3, 4 or 8");
    assertRefused(() -> settings(8, 4, 65537, 1), "[max_vectors]", "found 65537", "1 to 65536");
    assertRefused(() -> settings(8, 4, 1, 8193), "[max_query_vectors]", "1 to 8192");
    assertRefused(
        () -> new LateInteractionFieldSettings(8, 4, RawTokens.NONE, 0, 1, 1, 1),
        "[training_threshold]",
        "found 0");
  }

  public void testRaw() {
    for (RawTokens raw : RawTokens.values()) {
      assertEquals(
          raw, LateInteractionFieldSettings.raw(LateInteractionFieldSettings.rawName(raw)));
    }
    assertRefused(
        () -> LateInteractionFieldSettings.raw("int8"),
        "[raw]",
        "found int8",
        "none, float16, float32");
    assertRefused(() -> LateInteractionFieldSettings.raw(null), "found null");
  }

  public void testRequest() {
    new LateInteractionRequest(null, null, null, null, true);
    new LateInteractionRequest(1, 100_000, 3, null, false);
    assertRefused(
        () -> new LateInteractionRequest(0, null, null, null, false),
        "[k]",
        "found 0",
        "1 to 100000");
    assertRefused(
        () -> new LateInteractionRequest(1, 100_001, null, null, false), "[candidates]", "100001");
    assertRefused(
        () -> new LateInteractionRequest(1, null, -1, null, false), "[cells]", "found -1");
    assertRefused(() -> new LateInteractionRequest(1, null, null, null, true), "[exact]", "[k]");
    new LateInteractionRequest(1, null, null, 1f, false);
    for (float recall : new float[] {0, -1, Math.nextUp(1f), Float.NaN}) {
      assertRefused(
          () -> new LateInteractionRequest(1, null, null, recall, false),
          "[recall]",
          "found " + recall,
          "above 0, up to 1");
    }
    assertRefused(
        () -> new LateInteractionRequest(null, null, null, 1f, true), "[exact]", "[recall]");
  }
}
