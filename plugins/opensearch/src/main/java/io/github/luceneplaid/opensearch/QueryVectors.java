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

package io.github.luceneplaid.opensearch;

import io.github.luceneplaid.engine.LateInteractionFieldSettings;
import io.github.luceneplaid.engine.TokenMatrix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.opensearch.core.common.ParsingException;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.core.xcontent.XContentParser.Token;

/**
 * The token vectors of a query as the request has them. They are checked against the settings of
 * their field by a shard; where the request is read, the field is not known.
 */
final class QueryVectors implements Writeable, ToXContentFragment {

  private static final int MAX_TOKENS = LateInteractionFieldSettings.DEFAULT_MAX_VECTORS;

  /** Null if the vectors are {@link #rows}. */
  private final String base64;

  private final float[][] rows;

  private QueryVectors(String base64, float[][] rows) {
    this.base64 = base64;
    this.rows = rows;
  }

  /** Vectors, one row each; not copied. */
  static QueryVectors of(float[][] rows) {
    return new QueryVectors(null, Objects.requireNonNull(rows, "rows"));
  }

  QueryVectors(StreamInput in) throws IOException {
    this.base64 = in.readOptionalString();
    this.rows = base64 == null ? in.readArray(StreamInput::readFloatArray, float[][]::new) : null;
  }

  @Override
  public void writeTo(StreamOutput out) throws IOException {
    out.writeOptionalString(base64);
    if (base64 == null) {
      out.writeArray(StreamOutput::writeFloatArray, rows);
    }
  }

  /** Reads an array of arrays or a text, at which the parser is. */
  static QueryVectors fromXContent(XContentParser parser) throws IOException {
    if (parser.currentToken() == Token.VALUE_STRING) {
      return new QueryVectors(parser.text(), null);
    }
    List<float[]> rows = new ArrayList<>();
    float[] row = new float[LateInteractionFieldSettings.MAX_DIMS];
    for (Token next = parser.nextToken(); next != Token.END_ARRAY; next = parser.nextToken()) {
      check(rows.size() < MAX_TOKENS, parser, "at most " + MAX_TOKENS + " tokens");
      check(next == Token.START_ARRAY, parser, "[[...], [...]]");
      rows.add(Arrays.copyOf(row, readRow(parser, row)));
    }
    return of(rows.toArray(float[][]::new));
  }

  private static int readRow(XContentParser parser, float[] row) throws IOException {
    int length = 0;
    for (Token next = parser.nextToken(); next != Token.END_ARRAY; next = parser.nextToken()) {
      check(length < row.length, parser, "at most " + row.length + " numbers in a token");
      check(next == Token.VALUE_NUMBER, parser, "numbers in a token");
      row[length++] = parser.floatValue();
    }
    return length;
  }

  private static void check(boolean condition, XContentParser parser, String expected) {
    if (condition == false) {
      throw new ParsingException(
          parser.getTokenLocation(),
          "[query_vectors]: found "
              + parser.currentToken().name().toLowerCase(Locale.ROOT)
              + ", expected "
              + expected);
    }
  }

  /**
   * The vectors, one row each.
   *
   * @throws IllegalArgumentException if the field takes no such vectors
   */
  float[][] tokens(LateInteractionFieldSettings settings, String field) {
    TokenMatrix matrix = settings.queryMatrix(field);
    if (base64 != null) {
      matrix.addBase64(base64);
      return matrix.toArray();
    }
    for (float[] row : rows) {
      matrix.startToken();
      for (float number : row) {
        matrix.add(number);
      }
      matrix.endToken();
    }
    return matrix.toArray();
  }

  @Override
  public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
    if (base64 != null) {
      return builder.value(base64);
    }
    builder.startArray();
    for (float[] row : rows) {
      builder.value(row);
    }
    return builder.endArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof QueryVectors vectors
        && Objects.equals(base64, vectors.base64)
        && Arrays.deepEquals(rows, vectors.rows);
  }

  @Override
  public int hashCode() {
    return 31 * Objects.hashCode(base64) + Arrays.deepHashCode(rows);
  }
}
