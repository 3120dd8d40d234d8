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

package io.github.luceneplaid.solr;

import io.github.luceneplaid.engine.LateInteractionFieldSettings;
import io.github.luceneplaid.engine.TokenMatrix;
import io.github.luceneplaid.plaid.RawTokens;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestTokenValues extends LuceneTestCase {

  private static float[][] read(Object value, int dims) {
    TokenMatrix matrix =
        new LateInteractionFieldSettings(dims, 4, RawTokens.NONE, 1000, 16, 16, 1)
            .documentMatrix("f");
    return TokenValues.read(value, dims, matrix);
  }

  private static float[][] randomTokens(int dims) {
    float[][] tokens = new float[1 + random().nextInt(16)][dims];
    for (float[] token : tokens) {
      for (int i = 0; i < dims; i++) {
        token[i] = (float) random().nextGaussian();
      }
    }
    return tokens;
  }

  private static String floats(float[][] tokens, boolean half) {
    ByteBuffer buffer =
        ByteBuffer.allocate(tokens.length * tokens[0].length * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (float[] token : tokens) {
      for (float x : token) {
        if (half) {
          buffer.putShort(Float.floatToFloat16(x));
        } else {
          buffer.putFloat(x);
        }
      }
    }
    return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), buffer.position()));
  }

  /** All shapes of a value mean the same. */
  public void testShapes() {
    int dims = 1 + random().nextInt(20);
    float[][] tokens = randomTokens(dims);
    byte[] payload = LateInteractionField.encode(tokens).bytes;
    List<List<Object>> lists = new ArrayList<>();
    for (float[] token : tokens) {
      List<Object> list = new ArrayList<>();
      for (float x : token) {
        list.add(
            switch (random().nextInt(3)) {
              case 0 -> (double) x;
              case 1 -> Float.toString(x);
              default -> x;
            });
      }
      lists.add(list);
    }
    List<Object> shapes =
        new ArrayList<>(
            List.of(
                Arrays.deepToString(tokens),
                " " + Arrays.deepToString(tokens).replace(" ", "\n") + " ",
                floats(tokens, false),
                "f32:" + floats(tokens, false),
                payload,
                List.of(payload),
                List.of(Arrays.deepToString(tokens)),
                tokens,
                Arrays.asList(tokens),
                lists,
                lists.stream().map(List::toArray).toArray()));
    if (dims > 1) { // with a single vector, these bytes could also be floats
      shapes.add(Base64.getEncoder().encodeToString(payload));
    }
    for (Object shape : shapes) {
      assertArrayEquals(shape.toString(), tokens, read(shape, dims));
    }
  }

  public void testHalfPrecision() {
    float[][] tokens = {{0.5f, -1}, {2, 0.25f}};
    assertArrayEquals(tokens, read("f16:" + floats(tokens, true), 2));
  }

  /** Values without vectors. */
  public void testNothing() {
    for (Object value : Arrays.asList(null, "", "null", "[]", " [ ] ", List.of(), "f32:")) {
      assertEquals(0, read(value, 4).length);
    }
  }

  public void testRefused() {
    assertRefused("[[1,0],[1]]", "token 1 has 1 numbers, expected 2");
    assertRefused("[[1,0,3]]", "token 0 has more than 2 numbers");
    assertRefused("[[1,1e99]]", "token 0, dimension 1: found Infinity");
    assertRefused("[[1,NaN]]", "a text that is not JSON");
    assertRefused("[[1,\"a\"]]", "found STRING");
    assertRefused("[[1,null]]", "found NULL");
    assertRefused("[[1,[2]]]", "found an array in token 0");
    assertRefused("[1,2]", "found a number, expected an array");
    assertRefused("[[1,2]", "a text that is not JSON");
    assertRefused("[[1,2]] 3", "more after the end");
    assertRefused("{\"a\":1}", "not base64");
    assertRefused("AAAA", "found 3 bytes of 32-bit floats, expected a multiple of 8");
    assertRefused(floats(new float[][] {{Float.NaN, 1}}, false), "found NaN");
    assertRefused(List.of(List.of(1, "x"), List.of(1, 2)), "found String x");
    assertRefused(List.of(List.of(1, Float.NaN)), "found NaN");
    assertRefused(Arrays.asList(List.of(1, 2), null), "found null");
    assertRefused(List.of("[[1,2]]", "[[1,2]]"), "a second value");
    assertRefused(List.of(1, 2), "found a number");
    assertRefused(true, "found Boolean true");
    assertRefused(new byte[11], "11 bytes that are no value");
    assertRefused(LateInteractionField.encode(new float[][] {{1, 2, 3}}).bytes, "no value of");
    assertRefused(Collections.nCopies(17, List.of(1, 2)), "more than 16 tokens");
    assertRefused("[" + "[1,2],".repeat(17) + "]", "more than 16 tokens");
    assertRefused("A".repeat(1 << 20), "more than 16 tokens");
  }

  private static void assertRefused(Object value, String reason) {
    String message =
        expectThrows(IllegalArgumentException.class, () -> read(value, 2)).getMessage();
    assertTrue(message, message.startsWith("field [f]: ") && message.contains(reason));
    assertTrue(message, message.length() < 200);
  }
}
