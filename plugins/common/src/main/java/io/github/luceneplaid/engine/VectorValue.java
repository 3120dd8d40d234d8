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

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.ArrayUtil;

/**
 * One vector as a request states it. A node that parses a query, or passes it on, does not know the
 * field's settings. The shards that are searched know them, and check the vector.
 *
 * @param numbers the vector; null if it is in base64
 * @param base64 the numbers, little-endian, as 32-bit floats, or as 16-bit ones if the text begins
 *     with {@code f16:}; it may begin with {@code f32:}. Null if there are numbers
 * @lucene.experimental
 */
public record VectorValue(float[] numbers, String base64) {

  private static final String FLOAT32 = "f32:";
  private static final String FLOAT16 = "f16:";

  /** How far a length of 1 may be off: more than the rounding of numbers to 16 bits. */
  private static final double UNIT_TOLERANCE = 0.01;

  /** Takes one of the two. */
  public VectorValue {
    if ((numbers == null) == (base64 == null)) {
      throw new IllegalArgumentException("expected either numbers or a text in base64");
    }
  }

  /**
   * Reads the vector at which a parser stands: an array of numbers, or a text in base64.
   *
   * @param parser at the first event of the value, and afterwards at its last
   * @param name of the value, for messages
   * @return null if the value is null or an empty array
   * @throws IllegalArgumentException if it is something else
   */
  public static VectorValue read(TokenReader.Parser parser, String name) throws IOException {
    return switch (parser.event()) {
      case NULL -> null;
      case TEXT -> new VectorValue(null, parser.text());
      case START_ARRAY -> {
        float[] numbers = readNumbers(parser, name);
        yield numbers.length == 0 ? null : new VectorValue(numbers, null);
      }
      default -> throw unexpected(name, parser.described());
    };
  }

  /**
   * Reads the vector of a query.
   *
   * @param name of the parameter, for messages
   * @throws IllegalArgumentException if there is none
   */
  public static VectorValue readQuery(TokenReader.Parser parser, String name) throws IOException {
    VectorValue value = read(parser, name);
    if (value == null) {
      throw unexpected(name, "no numbers");
    }
    return value;
  }

  private static float[] readNumbers(TokenReader.Parser parser, String name) throws IOException {
    float[] numbers = new float[1024];
    int length = 0;
    while (parser.next() != TokenReader.Event.END_ARRAY) {
      if (parser.event() != TokenReader.Event.NUMBER) {
        throw unexpected(name, parser.described());
      }
      if (length == ExactVectorFieldSettings.MAX_DIMS) {
        throw refused(name, "found more than " + length + " numbers");
      }
      numbers = ArrayUtil.grow(numbers, length + 1);
      numbers[length++] = (float) parser.number();
    }
    return Arrays.copyOf(numbers, length);
  }

  private static IllegalArgumentException unexpected(String name, String found) {
    return refused(
        name, "found " + found + ", expected a vector of numbers, [...], or a text in base64");
  }

  private static IllegalArgumentException refused(String name, String reason) {
    return new IllegalArgumentException(name + ": " + reason);
  }

  /**
   * The vector for a field.
   *
   * @param settings of the field
   * @param name of the value, for messages
   * @throws IllegalArgumentException if it is not of the field's dimension, not finite, or not of
   *     the length 1 that the field's similarity needs
   */
  public float[] vector(ExactVectorFieldSettings settings, String name) {
    float[] vector = numbers != null ? numbers : decoded(settings.dims(), name);
    if (vector.length != settings.dims()) {
      throw refused(
          name, "found " + vector.length + " numbers, expected " + settings.dims() + " [dims]");
    }
    double squares = 0;
    for (int i = 0; i < vector.length; i++) {
      if (Float.isFinite(vector[i]) == false) {
        throw refused(
            name, "dimension " + i + ": found " + vector[i] + ", expected a finite 32-bit float");
      }
      squares += (double) vector[i] * vector[i];
    }
    if (settings.similarity() == VectorSimilarityFunction.DOT_PRODUCT
        && Math.abs(Math.sqrt(squares) - 1) > UNIT_TOLERANCE) {
      throw refused(
          name,
          "found a vector of length "
              + Math.sqrt(squares)
              + ", expected length 1 for the similarity dot_product");
    }
    return vector;
  }

  private float[] decoded(int dims, String name) {
    boolean half = base64.startsWith(FLOAT16);
    int prefix = half || base64.startsWith(FLOAT32) ? FLOAT16.length() : 0;
    int width = half ? Short.BYTES : Float.BYTES;
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64.substring(prefix));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          name + ": found a text that is not base64 (" + e.getMessage() + ")", e);
    }
    if (bytes.length != (long) dims * width) {
      throw refused(
          name,
          "found "
              + bytes.length
              + " bytes of "
              + 8 * width
              + "-bit floats, expected "
              + (long) dims * width
              + " for "
              + dims
              + " [dims]");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    float[] vector = new float[dims];
    for (int i = 0; i < dims; i++) {
      vector[i] = half ? Float.float16ToFloat(buffer.getShort()) : buffer.getFloat();
    }
    return vector;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VectorValue that
        && Arrays.equals(numbers, that.numbers)
        && Objects.equals(base64, that.base64);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(numbers) + Objects.hashCode(base64);
  }

  @Override
  public String toString() {
    return numbers == null
        ? base64.length() + " characters of base64"
        : numbers.length + " numbers";
  }
}
