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

import io.github.luceneplaid.plaid.codebook.Rotation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BytesRef;

/**
 * The bytes of a {@link LateInteractionField} value: the dimension as a little-endian int, then the
 * tokens one after another as little-endian floats.
 *
 * @lucene.internal
 */
public final class Payload {

  /** Largest dimension of tokens that can be coded. Other values are stored unchanged. */
  public static final int MAX_DIMENSION = Rotation.MAX_DIMENSION;

  /** Components of at least this magnitude round to infinity as 16-bit floats. */
  private static final float MAX_COMPONENT = 65520f;

  /**
   * Least length of a token that can be coded. The direction of a shorter one is unreliable, and
   * its 16-bit floats have few significant bits.
   */
  private static final double MIN_NORM = 0x1p-10;

  private static final float UNIT_TOLERANCE = 1e-3f;

  private Payload() {}

  /**
   * Returns the dimension in the header. Returns 0 if the bytes are not a payload, have no token,
   * or have more than {@link #MAX_DIMENSION} dimensions.
   */
  public static int dimension(BytesRef bytes) {
    int dimension = statedDimension(bytes);
    boolean fit =
        dimension <= MAX_DIMENSION && bytes.length > Integer.BYTES && areTokens(bytes, dimension);
    return fit ? dimension : 0;
  }

  /** Returns the dimension in the header, of any size; 0 if the bytes are too few for a header. */
  public static int statedDimension(BytesRef bytes) {
    return bytes.length < Integer.BYTES ? 0 : buffer(bytes).getInt();
  }

  /** Whether the bytes are a header and whole tokens of a dimension. There may be no token. */
  public static boolean areTokens(BytesRef bytes, int dimension) {
    return dimension >= 1 && (bytes.length - Integer.BYTES) % ((long) dimension * Float.BYTES) == 0;
  }

  /** Returns the number of tokens of a payload of a dimension. */
  public static int tokenCount(BytesRef bytes, int dimension) {
    return (bytes.length - Integer.BYTES) / (dimension * Float.BYTES);
  }

  /** Returns the largest number of tokens of a dimension in a payload. */
  static int maxTokenCount(int dimension) {
    return (ArrayUtil.MAX_ARRAY_LENGTH - Integer.BYTES) / (dimension * Float.BYTES);
  }

  /** Copies the tokens {@code [from, from + n)} into an array. */
  public static void read(BytesRef bytes, int dimension, int from, int n, float[] into) {
    buffer(bytes)
        .position(bytes.offset + Integer.BYTES + from * dimension * Float.BYTES)
        .asFloatBuffer()
        .get(into, 0, n * dimension);
  }

  /** Writes tokens {@code [from, from + n)} into the bytes of a payload, after its header. */
  static void write(float[] tokens, int n, int dimension, byte[] payload, int from) {
    ByteBuffer.wrap(payload)
        .order(ByteOrder.LITTLE_ENDIAN)
        .position(Integer.BYTES + from * dimension * Float.BYTES)
        .asFloatBuffer()
        .put(tokens, 0, n * dimension);
  }

  /** Writes the header of a payload. */
  static void writeHeader(byte[] payload, int dimension) {
    ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).putInt(dimension);
  }

  /** The ways to store the tokens of a payload. */
  public enum Shape {
    /**
     * The payload is stored unchanged. A component is too large or not finite, or a token is too
     * short.
     */
    ODD,
    /** The tokens are coded, and their lengths are stored beside the codes. */
    ANY_LENGTH,
    /** The tokens are coded without their lengths. */
    UNIT_LENGTH
  }

  /** Returns the way to store the tokens of a payload of a dimension. */
  public static Shape shape(BytesRef bytes, int dimension) {
    FloatBuffer tokens = buffer(bytes).position(bytes.offset + Integer.BYTES).asFloatBuffer();
    Shape shape = Shape.UNIT_LENGTH;
    for (int at = 0; at < tokens.limit(); ) {
      double squares = 0;
      for (int end = at + dimension; at < end; at++) {
        float component = tokens.get(at);
        // Negated, so that NaN is odd, too
        if (!(Math.abs(component) < MAX_COMPONENT)) {
          return Shape.ODD;
        }
        squares += (double) component * component;
      }
      if (squares < MIN_NORM * MIN_NORM) {
        return Shape.ODD;
      }
      if (Math.abs(squares - 1) > UNIT_TOLERANCE) {
        shape = Shape.ANY_LENGTH;
      }
    }
    return shape;
  }

  private static ByteBuffer buffer(BytesRef bytes) {
    return ByteBuffer.wrap(bytes.bytes, bytes.offset, bytes.length).order(ByteOrder.LITTLE_ENDIAN);
  }
}
