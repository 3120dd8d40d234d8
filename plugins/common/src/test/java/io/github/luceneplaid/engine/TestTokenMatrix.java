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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestTokenMatrix extends LuceneTestCase {

  private static final int DIMS = 3;
  private static final int LIMIT = 4;

  private final LateInteractionFieldSettings settings =
      new LateInteractionFieldSettings(DIMS, 4, RawTokens.NONE, 1, LIMIT, LIMIT - 1, 1);

  private TokenMatrix matrix() {
    return settings.documentMatrix("tokens");
  }

  private static void fill(TokenMatrix matrix, float[][] tokens) {
    for (float[] token : tokens) {
      matrix.startToken();
      for (float number : token) {
        matrix.add(number);
      }
      matrix.endToken();
    }
  }

  private static float[][] random(int count) {
    float[][] tokens = new float[count][DIMS];
    for (float[] token : tokens) {
      for (int i = 0; i < DIMS; i++) {
        token[i] = random().nextFloat() * 2 - 1;
      }
    }
    return tokens;
  }

  private static String base64(String prefix, float[][] tokens) {
    boolean half = prefix.equals("f16:");
    ByteBuffer bytes =
        ByteBuffer.allocate(tokens.length * DIMS * (half ? 2 : 4)).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] token : tokens) {
      for (float number : token) {
        if (half) {
          bytes.putShort(Float.floatToFloat16(number));
        } else {
          bytes.putFloat(number);
        }
      }
    }
    return prefix + Base64.getEncoder().encodeToString(bytes.array());
  }

  private static void assertRefused(ThrowingRunnable action, String... words) {
    String message = expectThrows(IllegalArgumentException.class, action).getMessage();
    for (String word : words) {
      assertTrue(message, message.contains(word));
    }
  }

  public void testNumbersAndBase64() {
    float[][] tokens = random(random().nextInt(LIMIT + 1));
    TokenMatrix numbers = matrix();
    fill(numbers, tokens);
    assertArrayEquals(tokens, numbers.toArray());
    assertEquals(tokens.length, numbers.size());
    for (String prefix : new String[] {"", "f32:"}) {
      TokenMatrix text = matrix();
      text.addBase64(base64(prefix, tokens));
      assertArrayEquals(tokens, text.toArray());
    }
    TokenMatrix half = matrix();
    half.addBase64(base64("f16:", tokens));
    for (int i = 0; i < tokens.length; i++) {
      assertArrayEquals(tokens[i], half.toArray()[i], 1e-3f);
    }
  }

  public void testRagged() {
    assertRefused(
        () -> fill(matrix(), new float[][] {{1, 2, 3}, {1, 2}}),
        "field [tokens]",
        "token 1 has 2 numbers",
        "expected 3");
    assertRefused(
        () -> fill(matrix(), new float[][] {{1, 2, 3, 4}}), "token 0 has more than 3 numbers");
    assertRefused(() -> fill(matrix(), new float[][] {{}}), "token 0 has 0 numbers");
  }

  public void testNotFinite() {
    for (double number : new double[] {Double.NaN, Double.NEGATIVE_INFINITY, 1e300}) {
      TokenMatrix matrix = matrix();
      matrix.startToken();
      matrix.add(0);
      assertRefused(() -> matrix.add(number), "field [tokens]", "token 0, dimension 1", "finite");
    }
    float[][] tokens = {{1, 2, 3}, {1, 2, Float.NaN}};
    assertRefused(
        () -> matrix().addBase64(base64("f16:", tokens)), "token 1, dimension 2", "found NaN");
  }

  public void testLimits() {
    assertRefused(
        () -> fill(matrix(), random(LIMIT + 1)), "found more than 4 tokens", "[max_vectors]");
    assertRefused(
        () -> matrix().addBase64(base64("", random(LIMIT + 1))),
        "found more than 4 tokens",
        "[max_vectors]");
    assertRefused(
        () -> fill(settings.queryMatrix("tokens"), random(LIMIT)),
        "[query_vectors] of field [tokens]",
        "found more than 3 tokens",
        "[max_query_vectors]");
  }

  public void testBadBase64() {
    assertRefused(() -> matrix().addBase64("no base64!"), "field [tokens]", "not base64");
    assertRefused(
        () -> matrix().addBase64(Base64.getEncoder().encodeToString(new byte[13])),
        "found 13 bytes of 32-bit floats",
        "a multiple of 12",
        "3 dims");
    assertRefused(
        () -> matrix().addBase64("f16:" + Base64.getEncoder().encodeToString(new byte[4])),
        "found 4 bytes of 16-bit floats",
        "a multiple of 6");
  }

  /** Numbers and arrays where they do not belong. */
  public void testShape() {
    assertRefused(() -> matrix().add(1), "found a number", "[[...], [...]]");
    assertRefused(() -> matrix().endToken(), "found the end of an array");
    TokenMatrix matrix = matrix();
    matrix.startToken();
    assertRefused(matrix::startToken, "found an array in token 0", "expected numbers");
    assertRefused(matrix::toArray, "token 0 does not end");
    assertEquals(
        "field [tokens]: found an object, expected an array of token vectors, [[...], [...]], or a text"
            + " in base64",
        matrix.unexpected("an object").getMessage());
  }

  /** A dimension that is stated is checked, because bytes alone do not tell it. */
  public void testStatedDimension() {
    float[][] tokens = random(1 + random().nextInt(LIMIT));
    String text = TokenBase64.of(tokens);
    assertTrue(text, text.startsWith("f16x" + DIMS + ":"));
    TokenMatrix matrix = matrix();
    matrix.addBase64(text);
    float[][] read = matrix.toArray();
    assertEquals(tokens.length, read.length);
    for (int i = 0; i < read.length; i++) {
      assertArrayEquals(tokens[i], read[i], 1e-3f);
    }
    assertRefused(
        () -> matrix().addBase64(TokenBase64.of(new float[2 * DIMS])),
        "found vectors of 6 dims, expected 3");
    matrix().addBase64(base64("f32:", tokens).replace("f32:", "f32x3:"));
    assertRefused(() -> matrix().addBase64("f32x:AAAA"), "not base64");
    assertRefused(() -> matrix().addBase64("f16x9999999999:AAAA"), "not base64");
  }
}
