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

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes token vectors as {@link TokenMatrix#addBase64} reads them.
 *
 * @lucene.experimental
 */
public final class TokenBase64 {

  private TokenBase64() {}

  /**
   * Writes vectors as 16-bit floats, and states their dimension.
   *
   * @param tokens one row per vector, of one length
   */
  public static String of(float[]... tokens) {
    int dims = tokens.length == 0 ? 0 : tokens[0].length;
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(tokens.length, dims * Short.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (float[] token : tokens) {
      for (float number : token) {
        bytes.putShort(Float.floatToFloat16(number));
      }
    }
    return "f16x" + dims + ":" + Base64.getEncoder().encodeToString(bytes.array());
  }

  /**
   * Makes the value of a nested object, which may be changed: a passage, and its tokens in base64.
   *
   * @param vectors one row per token, all of one dimension
   */
  public static Map<String, Object> passage(String text, float[][] vectors) {
    Map<String, Object> passage = new HashMap<>();
    passage.put("text", text);
    passage.put("tokens", of(vectors));
    return passage;
  }
}
