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

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.RawTokens;
import io.github.luceneplaid.plaid.TokenPooling;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.LateInteractionField;

/**
 * The settings of a late-interaction field, as its mapping or schema states them.
 *
 * @param dims numbers per token vector, 1 to 1,024
 * @param bits bits per dimension of a stored residual: 1, 2, 3, 4 or 8
 * @param raw what is kept of the original vectors, see {@link #raw(String)}
 * @param trainingThreshold segments with fewer token vectors are not coded but kept as floats; at
 *     least 1
 * @param maxVectors the most token vectors of a document, 1 to 65,536
 * @param maxQueryVectors the most token vectors of a query, 1 to 8,192
 * @param poolFactor how many token vectors of a document become one on average, see {@link
 *     TokenPooling}; 1, which leaves all as they are, to 64
 * @lucene.experimental
 */
public record LateInteractionFieldSettings(
    int dims,
    int bits,
    RawTokens raw,
    int trainingThreshold,
    int maxVectors,
    int maxQueryVectors,
    int poolFactor) {

  /** What the field type is called. */
  public static final String TYPE = "token_vectors";

  /** Largest {@link #dims}. */
  public static final int MAX_DIMS = 1024;

  /** Default of {@link #bits}. */
  public static final int DEFAULT_BITS = 4;

  /** Default of {@link #raw}. */
  public static final RawTokens DEFAULT_RAW = RawTokens.NONE;

  /** Default of {@link #trainingThreshold}. */
  public static final int DEFAULT_TRAINING_THRESHOLD = 1 << 16;

  /** Default of {@link #maxVectors}. */
  public static final int DEFAULT_MAX_VECTORS = 8192;

  /** Default of {@link #maxQueryVectors}: the time of a query grows with its vectors. */
  public static final int DEFAULT_MAX_QUERY_VECTORS = 1024;

  /** Default of {@link #poolFactor}: all vectors of a document are indexed. */
  public static final int DEFAULT_POOL_FACTOR = 1;

  /** Largest {@link #maxQueryVectors}. */
  static final int MOST_QUERY_VECTORS = 8192;

  private static final int MOST_VECTORS = 1 << 16;
  private static final int MOST_POOL_FACTOR = 64;

  /** The first vector is that of the whole document in many models. */
  private static final int NEVER_POOLED = 1;

  private static final List<Integer> BITS = List.of(1, 2, 3, 4, 8);

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException naming the setting, what was found and what was expected
   */
  public LateInteractionFieldSettings {
    checkRange("dims", dims, 1, MAX_DIMS);
    checkRange("max_vectors", maxVectors, 1, MOST_VECTORS);
    checkRange("max_query_vectors", maxQueryVectors, 1, MOST_QUERY_VECTORS);
    checkRange("pool_factor", poolFactor, 1, MOST_POOL_FACTOR);
    checkRange("training_threshold", trainingThreshold, 1, Integer.MAX_VALUE);
    if (BITS.contains(bits) == false) {
      throw new IllegalArgumentException("[bits]: found " + bits + ", expected 1, 2, 3, 4 or 8");
    }
    format(bits, raw, trainingThreshold).build();
  }

  private static void checkRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "[" + name + "]: found " + value + ", expected " + min + " to " + max);
    }
  }

  /**
   * Reads a value of {@link #raw}: {@code none}, {@code float16} or {@code float32}.
   *
   * @throws IllegalArgumentException if it is none of them
   */
  public static RawTokens raw(String text) {
    for (RawTokens raw : RawTokens.values()) {
      if (text != null && rawName(raw).equals(text.toLowerCase(Locale.ROOT))) {
        return raw;
      }
    }
    throw new IllegalArgumentException(
        "[raw]: found "
            + text
            + ", expected one of "
            + Arrays.stream(RawTokens.values())
                .map(LateInteractionFieldSettings::rawName)
                .collect(Collectors.joining(", ")));
  }

  /** The name of a value of {@link #raw} in mappings. */
  public static String rawName(RawTokens raw) {
    return raw.name().toLowerCase(Locale.ROOT);
  }

  /** A matrix of a document, to be filled. */
  public TokenMatrix documentMatrix(String field) {
    return new TokenMatrix("field [" + field + "]", "max_vectors", dims, maxVectors);
  }

  /** A matrix of a query, to be filled. */
  public TokenMatrix queryMatrix(String field) {
    return new TokenMatrix(
        "[query_vectors] of field [" + field + "]", "max_query_vectors", dims, maxQueryVectors);
  }

  /** The vectors of a document that are indexed: fewer ones if {@link #poolFactor} says so. */
  public float[][] pooled(float[][] tokens) {
    return poolFactor == 1 ? tokens : new TokenPooling(poolFactor, NEVER_POOLED).pool(tokens);
  }

  /** The Lucene type of such fields; it makes segments be written with these settings. */
  public FieldType fieldType() {
    return format(bits, raw, trainingThreshold).buildFieldType();
  }

  /**
   * The value of a document as Lucene stores it.
   *
   * @param type {@link #fieldType()}, which is worth keeping
   */
  public static Field luceneField(String field, float[][] tokens, FieldType type) {
    return new Field(field, LateInteractionField.encode(tokens), type);
  }

  private static PlaidDocValuesFormat.Builder format(
      int bits, RawTokens raw, int trainingThreshold) {
    return PlaidDocValuesFormat.builder().bits(bits).raw(raw).trainingThreshold(trainingThreshold);
  }
}
