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
import java.util.Arrays;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestQueryVectors extends LuceneTestCase {

  private final LateInteractionFieldSettings settings =
      new LateInteractionFieldSettings(2, 4, RawTokens.NONE, 1, 4, 3, 1);

  /** A request's vectors, before its field is known. */
  private static QueryVectors request(float[][] vectors) {
    TokenMatrix matrix = TokenMatrix.ofRequest();
    for (float[] vector : vectors) {
      matrix.startToken();
      for (float number : vector) {
        matrix.add(number);
      }
      matrix.endToken();
    }
    return new QueryVectors(matrix.toArray(), null);
  }

  private void assertRefused(ThrowingRunnable action, String... words) {
    String message = expectThrows(IllegalArgumentException.class, action).getMessage();
    for (String word : words) {
      assertTrue(message, message.contains(word));
    }
  }

  public void testTokens() {
    float[][] vectors = {{1, random().nextFloat()}, {-1, 0}};
    assertArrayEquals(vectors, request(vectors).tokens(settings, "tokens"));
    QueryVectors base64 = new QueryVectors(null, "AACAPwAAAAA=");
    assertArrayEquals(new float[][] {{1, 0}}, base64.tokens(settings, "tokens"));
  }

  public void testRefusedByTheField() {
    assertRefused(
        () -> request(new float[][] {{1, 2, 3}}).tokens(settings, "tokens"),
        "[query_vectors] of field [tokens]",
        "token 0 has more than 2 numbers, expected 2");
    assertRefused(
        () -> request(new float[][] {{1}}).tokens(settings, "tokens"),
        "token 0 has 1 numbers, expected 2");
    assertRefused(() -> request(new float[4][2]).tokens(settings, "tokens"), "[max_query_vectors]");
    assertRefused(() -> request(new float[0][]).tokens(settings, "tokens"), "found no vectors");
    assertRefused(() -> new QueryVectors(null, "").tokens(settings, "tokens"), "found no vectors");
  }

  /**
   * Tests values at and above the default limit. A mapping can raise it, up to the limit of
   * requests.
   */
  public void testLimits() {
    for (int limit :
        new int[] {
          LateInteractionFieldSettings.DEFAULT_MAX_QUERY_VECTORS, 1 + random().nextInt(9)
        }) {
      LateInteractionFieldSettings some =
          new LateInteractionFieldSettings(2, 4, RawTokens.NONE, 1, 1, limit, 1);
      assertEquals(limit, request(new float[limit][2]).tokens(some, "tokens").length);
      assertRefused(
          () -> request(new float[limit + 1][2]).tokens(some, "tokens"),
          "found more than " + limit + " tokens, the most that [max_query_vectors] allows");
    }
    LateInteractionFieldSettings most =
        new LateInteractionFieldSettings(1, 8, RawTokens.NONE, 1, 1, 8192, 1);
    assertEquals(8192, request(new float[8192][1]).tokens(most, "tokens").length);
    assertEquals(1024, LateInteractionFieldSettings.DEFAULT_MAX_QUERY_VECTORS);
  }

  public void testRefusedAtOnce() {
    assertRefused(
        () -> request(new float[][] {{1, 2}, {1}}), "[query_vectors]", "token 1 has 1 numbers");
    assertRefused(
        () -> request(new float[][] {{1, 2}, {1, 2, 3}}),
        "token 1 has more than 2 numbers, expected 2");
    assertRefused(() -> request(new float[][] {{}}), "has 0 numbers, expected at least 1");
    assertRefused(
        () -> request(new float[][] {new float[1025]}),
        "has more than 1024 numbers, expected at most 1024");
    assertRefused(() -> request(new float[8193][1]), "more than 8192 tokens");
    assertRefused(() -> request(new float[][] {{1, Float.NaN}}), "token 0, dimension 1");
    assertRefused(() -> new QueryVectors(null, null), "[query_vectors]");
  }

  public void testEquals() {
    float[][] vectors = {{random().nextFloat()}};
    QueryVectors same = new QueryVectors(new float[][] {Arrays.copyOf(vectors[0], 1)}, null);
    assertEquals(new QueryVectors(vectors, null), same);
    assertEquals(new QueryVectors(vectors, null).hashCode(), same.hashCode());
    assertNotEquals(new QueryVectors(new float[][] {{2}}, null), same);
    assertNotEquals(new QueryVectors(null, "AACAPw=="), same);
  }
}
