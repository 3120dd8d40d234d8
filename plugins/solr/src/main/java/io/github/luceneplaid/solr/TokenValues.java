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

import io.github.luceneplaid.engine.TokenMatrix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import org.noggit.JSONParser;

/**
 * Reads token vectors in all forms in which Solr passes a value: JSON or base64 in a text, lists of
 * lists from JSON and javabin requests, and the bytes of Lucene's {@link
 * org.apache.lucene.document.LateInteractionField}. Solr reads these bytes back from doc values, so
 * atomic updates pass them.
 */
final class TokenValues {

  private TokenValues() {}

  /**
   * Reads a value.
   *
   * @param dims numbers per vector
   * @param matrix takes the vectors; empty
   * @return the vectors, none for a value without any
   * @throws IllegalArgumentException if it is not valid, with the message of the matrix
   */
  static float[][] read(Object value, int dims, TokenMatrix matrix) {
    switch (value) {
      case null -> {}
      case CharSequence text -> addText(text.toString().strip(), dims, matrix);
      case byte[] payload -> addPayload(payload, dims, matrix);
      case Object[] rows -> addRows(Arrays.asList(rows), dims, matrix);
      case Collection<?> rows -> addRows(rows, dims, matrix);
      default -> throw matrix.unexpected(described(value));
    }
    return matrix.toArray();
  }

  /** Whether a value has the form in which Solr returns it. */
  static boolean isPayload(Object value, int dims) {
    return switch (value) {
      case byte[] payload -> true;
      case CharSequence text -> isPayload(text.toString().strip(), dims);
      case Collection<?> rows when rows.size() == 1 -> isPayload(rows.iterator().next(), dims);
      case Object[] rows when rows.length == 1 -> isPayload(rows[0], dims);
      case null, default -> false;
    };
  }

  private static void addText(String text, int dims, TokenMatrix matrix) {
    if (text.isEmpty() || text.equals("null")) {
      return;
    }
    if (text.startsWith("[")) {
      addJson(text, matrix);
    } else if (isPayload(text, dims)) {
      addPayload(Base64.getDecoder().decode(text), dims, matrix);
    } else {
      matrix.addBase64(text);
    }
  }

  private static void addJson(String text, TokenMatrix matrix) {
    JSONParser parser = new JSONParser(text);
    parser.setFlags(JSONParser.FLAGS_STRICT);
    try {
      parser.nextEvent(); // it begins with a bracket
      int depth = 1;
      while (depth > 0) {
        int event = parser.nextEvent();
        switch (event) {
          case JSONParser.ARRAY_START -> {
            matrix.startToken();
            depth++;
          }
          case JSONParser.ARRAY_END -> {
            depth--;
            if (depth > 0) {
              matrix.endToken();
            }
          }
          case JSONParser.LONG, JSONParser.NUMBER, JSONParser.BIGNUMBER ->
              matrix.add(Double.parseDouble(parser.getNumberChars().toString()));
          default -> throw matrix.unexpected(JSONParser.getEventString(event));
        }
      }
      if (parser.nextEvent() != JSONParser.EOF) {
        throw matrix.unexpected("more after the end of the array");
      }
    } catch (JSONParser.ParseException e) {
      throw matrix.unexpected("a text that is not JSON (" + oneLine(e.getMessage()) + ")");
    } catch (IOException e) {
      throw new AssertionError("a text is not read from anywhere", e);
    }
  }

  private static void addRows(Collection<?> rows, int dims, TokenMatrix matrix) {
    if (rows.size() == 1 && isWhole(rows.iterator().next())) {
      // Solr passes a list of one value as that value
      read(rows.iterator().next(), dims, matrix);
      return;
    }
    for (Object row : rows) {
      switch (row) {
        case Collection<?> numbers -> addRow(numbers, matrix);
        case Object[] numbers -> addRow(Arrays.asList(numbers), matrix);
        case float[] numbers -> addRow(numbers, matrix);
        case Number number -> matrix.add(number.doubleValue()); // refused by the matrix
        case null, default ->
            throw matrix.unexpected((isWhole(row) ? "a second value, " : "") + described(row));
      }
    }
  }

  private static boolean isWhole(Object value) {
    return value instanceof CharSequence || value instanceof byte[];
  }

  private static void addRow(Collection<?> numbers, TokenMatrix matrix) {
    matrix.startToken();
    for (Object number : numbers) {
      matrix.add(number(number, matrix));
    }
    matrix.endToken();
  }

  private static void addRow(float[] numbers, TokenMatrix matrix) {
    matrix.startToken();
    for (float number : numbers) {
      matrix.add(number);
    }
    matrix.endToken();
  }

  private static double number(Object value, TokenMatrix matrix) {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    if (value instanceof CharSequence text) {
      // Solr passes numbers with more digits than fit into 64 bits as text
      try {
        return Double.parseDouble(text.toString());
      } catch (
          @SuppressWarnings("unused")
          NumberFormatException e) {
        throw matrix.unexpected(described(value));
      }
    }
    throw matrix.unexpected(described(value));
  }

  /** Whether a base64 text is as long as a payload, and begins as one with these dims. */
  private static boolean isPayload(String text, int dims) {
    if (dims == 1 || text.length() % 4 != 0 || text.length() < 8) {
      return false;
    }
    int padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
    int length = text.length() / 4 * 3 - padding;
    if (length % (dims * Float.BYTES) != Integer.BYTES) {
      return false;
    }
    try {
      byte[] head = Base64.getDecoder().decode(text.substring(0, 8));
      return head.length > Integer.BYTES && littleEndian(head).getInt() == dims;
    } catch (
        @SuppressWarnings("unused")
        IllegalArgumentException e) {
      return false; // and refused as such where it is decoded
    }
  }

  private static void addPayload(byte[] payload, int dims, TokenMatrix matrix) {
    ByteBuffer buffer = littleEndian(payload);
    if (payload.length % (dims * Float.BYTES) != Integer.BYTES % (dims * Float.BYTES)
        || payload.length < Integer.BYTES
        || buffer.getInt() != dims) {
      throw matrix.unexpected(
          payload.length
              + " bytes that are no value of a LateInteractionField of "
              + dims
              + " dims");
    }
    while (buffer.hasRemaining()) {
      matrix.startToken();
      for (int i = 0; i < dims; i++) {
        matrix.add(buffer.getFloat());
      }
      matrix.endToken();
    }
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static String described(Object value) {
    if (value == null) {
      return "null";
    }
    String text = oneLine(value.toString());
    return value.getClass().getSimpleName()
        + " "
        + (text.length() > 40 ? text.substring(0, 40) + "..." : text);
  }

  private static String oneLine(String text) {
    return text.replace('\n', ' ');
  }
}
