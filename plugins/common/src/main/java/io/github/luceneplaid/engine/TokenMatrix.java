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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes the token vectors of a document or a query from a request, number by number as a parser
 * meets them, or in base64, and checks each. Everything it refuses is an {@link
 * IllegalArgumentException} that names the field, the place and what was expected, and it never
 * holds more than the most vectors that are allowed.
 *
 * @lucene.experimental
 */
public final class TokenMatrix {

  private static final Pattern PREFIX = Pattern.compile("f(16|32)(?:x([0-9]{1,9}))?:");

  private final String name;
  private final String limitName;
  private final int limit;
  private int dims;
  private final List<float[]> tokens = new ArrayList<>();
  private float[] token;
  private int length;

  /**
   * An empty matrix.
   *
   * @param name its name in messages
   * @param limitName name of the setting that limits the vectors
   * @param dims numbers per vector; 0 to take the length of the first vector
   * @param limit the most vectors
   */
  TokenMatrix(String name, String limitName, int dims, int limit) {
    this.name = name;
    this.limitName = limitName;
    this.dims = dims;
    this.limit = limit;
  }

  /**
   * An empty matrix for the numbers of a request whose field is not known yet. All vectors are as
   * long as the first; {@link QueryVectors#tokens} checks the rest.
   */
  public static TokenMatrix ofRequest() {
    return new TokenMatrix(
        "[query_vectors]", "max_query_vectors", 0, LateInteractionFieldSettings.MOST_QUERY_VECTORS);
  }

  /** Starts a vector. */
  public void startToken() {
    if (token != null) {
      throw refused("found an array in token " + tokens.size() + ", expected numbers");
    }
    checkCount(tokens.size() + 1);
    token = new float[dims == 0 ? LateInteractionFieldSettings.MAX_DIMS : dims];
    length = 0;
  }

  /** Adds a number to the vector that was started last. */
  public void add(double number) {
    if (token == null) {
      throw refused("found a number, expected an array of token vectors, [[...], [...]]");
    }
    if (length == token.length) {
      throw refused(
          "token "
              + tokens.size()
              + " has more than "
              + length
              + " numbers, expected "
              + (dims == 0 ? "at most " : "")
              + length);
    }
    token[length] = finite((float) number, tokens.size(), length);
    length++;
  }

  /** Ends a vector. */
  public void endToken() {
    if (token == null) {
      throw refused("found the end of an array, expected one to be begun");
    }
    if (dims == 0 && length > 0) {
      dims = length;
      token = Arrays.copyOf(token, length);
    }
    if (length != dims || dims == 0) {
      throw refused(
          "token "
              + tokens.size()
              + " has "
              + length
              + " numbers, expected "
              + (dims == 0 ? "at least 1" : dims));
    }
    tokens.add(token);
    token = null;
  }

  /**
   * Adds all vectors of a base64 text: the numbers of one vector after the other, little-endian, as
   * 32-bit floats, or as 16-bit ones if the text begins with {@code f16:}. It may begin with {@code
   * f32:}. A prefix as {@code f16x128:} also states the dimension, which is checked.
   */
  public void addBase64(String text) {
    Matcher form = PREFIX.matcher(text);
    int prefix = form.lookingAt() ? form.end() : 0;
    boolean half = prefix > 0 && form.group(1).equals("16");
    if (prefix > 0 && form.group(2) != null && Integer.parseInt(form.group(2)) != dims) {
      throw refused("found vectors of " + form.group(2) + " dims, expected " + dims);
    }
    int tokenBytes = dims * (half ? Short.BYTES : Float.BYTES);
    checkCount(tokens.size() + (text.length() - prefix) / 4L * 3 / tokenBytes);
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(text.substring(prefix));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          name + ": found a text that is not base64 (" + e.getMessage() + ")", e);
    }
    if (bytes.length % tokenBytes != 0) {
      throw refused(
          "found "
              + bytes.length
              + " bytes of "
              + (half ? "16" : "32")
              + "-bit floats, expected a multiple of "
              + tokenBytes
              + " for "
              + dims
              + " dims");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      startToken();
      for (int i = 0; i < dims; i++) {
        add(half ? Float.float16ToFloat(buffer.getShort()) : buffer.getFloat());
      }
      endToken();
    }
  }

  /**
   * An error about something that is neither a number nor an array nor base64.
   *
   * @param found what was found, in the parser's words
   */
  public IllegalArgumentException unexpected(String found) {
    return refused(
        "found "
            + found
            + ", expected an array of token vectors, [[...], [...]], or a text in base64");
  }

  /** The number of vectors so far. */
  public int size() {
    return tokens.size();
  }

  /** The vectors, one row each. */
  public float[][] toArray() {
    if (token != null) {
      throw refused("token " + tokens.size() + " does not end");
    }
    return tokens.toArray(float[][]::new);
  }

  private void checkCount(long count) {
    if (count > limit) {
      throw refused(
          "found more than " + limit + " tokens, the most that [" + limitName + "] allows");
    }
  }

  private float finite(float number, int index, int dimension) {
    if (Float.isFinite(number) == false) {
      throw refused(
          "token "
              + index
              + ", dimension "
              + dimension
              + ": found "
              + number
              + ", expected a finite 32-bit float");
    }
    return number;
  }

  private IllegalArgumentException refused(String reason) {
    return new IllegalArgumentException(name + ": " + reason);
  }
}
