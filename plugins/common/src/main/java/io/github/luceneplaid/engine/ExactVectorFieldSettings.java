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

import io.github.luceneplaid.fsvi.FsviEncoding;
import io.github.luceneplaid.fsvi.FsviVectorsFormat;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.Version;

/**
 * The settings of a field with one vector for each document, as its mapping states them.
 *
 * @param dims numbers of a vector, 1 to {@link #MAX_DIMS}
 * @param encoding how segments store the vectors
 * @param similarity what is compared, and thus the scores
 * @lucene.experimental
 */
public record ExactVectorFieldSettings(
    int dims, FsviEncoding encoding, VectorSimilarityFunction similarity) {

  /** What the field type is called. */
  public static final String TYPE = "exact_vector";

  /** Largest {@link #dims}. */
  public static final int MAX_DIMS = FsviVectorsFormat.MAX_DIMENSIONS;

  /** Default of {@link #encoding}. */
  public static final FsviEncoding DEFAULT_ENCODING = FsviEncoding.FLOAT32;

  /** Default of {@link #similarity}. */
  public static final VectorSimilarityFunction DEFAULT_SIMILARITY = VectorSimilarityFunction.COSINE;

  /** The oldest Lucene whose readers of vectors {@link FsviVectorsFormat} can extend. */
  private static final Version OLDEST_LUCENE = Version.fromBits(10, 5, 0);

  /** The names that the engines' own vector fields use. */
  private static final Map<VectorSimilarityFunction, String> SIMILARITIES =
      Map.of(
          VectorSimilarityFunction.COSINE, "cosine",
          VectorSimilarityFunction.DOT_PRODUCT, "dot_product",
          VectorSimilarityFunction.EUCLIDEAN, "l2_norm",
          VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT, "max_inner_product");

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException naming the setting, what was found and what was expected
   */
  public ExactVectorFieldSettings {
    if (dims < 1 || dims > MAX_DIMS) {
      throw new IllegalArgumentException("[dims]: found " + dims + ", expected 1 to " + MAX_DIMS);
    }
    Objects.requireNonNull(encoding, "encoding");
    Objects.requireNonNull(similarity, "similarity");
  }

  /**
   * Whether a version of Lucene has what the format needs. Late interaction needs less.
   *
   * @param lucene of the node
   */
  public static boolean supports(Version lucene) {
    return lucene.onOrAfter(OLDEST_LUCENE);
  }

  /**
   * Refuses fields on a node whose Lucene is too old.
   *
   * @param lucene of the node
   * @throws IllegalArgumentException naming both versions
   */
  public static void checkLucene(Version lucene) {
    if (supports(lucene) == false) {
      throw new IllegalArgumentException(
          "type [" + TYPE + "]: expected Lucene " + OLDEST_LUCENE + " or later, found " + lucene);
    }
  }

  /**
   * Reads a value of {@link #encoding}, such as {@code int8_then_float16}.
   *
   * @throws IllegalArgumentException if there is no such encoding
   */
  public static FsviEncoding encoding(String text) {
    for (FsviEncoding encoding : FsviEncoding.values()) {
      if (name(encoding).equals(text)) {
        return encoding;
      }
    }
    String names =
        Arrays.stream(FsviEncoding.values())
            .map(ExactVectorFieldSettings::name)
            .collect(Collectors.joining(", "));
    throw new IllegalArgumentException("[encoding]: found " + text + ", expected one of " + names);
  }

  /** The name of an encoding in mappings. */
  public static String name(FsviEncoding encoding) {
    return encoding.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a value of {@link #similarity}, such as {@code cosine}.
   *
   * @throws IllegalArgumentException if there is no such similarity
   */
  public static VectorSimilarityFunction similarity(String text) {
    for (Map.Entry<VectorSimilarityFunction, String> entry : SIMILARITIES.entrySet()) {
      if (entry.getValue().equals(text)) {
        return entry.getKey();
      }
    }
    throw new IllegalArgumentException(
        "[similarity]: found "
            + text
            + ", expected one of "
            + SIMILARITIES.values().stream().sorted().collect(Collectors.joining(", ")));
  }

  /** The name of a similarity in mappings. */
  public static String name(VectorSimilarityFunction similarity) {
    return SIMILARITIES.get(similarity);
  }

  /** The Lucene type of such fields. */
  public FieldType fieldType() {
    return KnnFloatVectorField.createFieldType(dims, similarity);
  }

  /**
   * The value of a document as Lucene stores it.
   *
   * @param type {@link #fieldType()}, which is worth keeping
   */
  public static Field luceneField(String field, float[] vector, FieldType type) {
    return new KnnFloatVectorField(field, vector, type);
  }
}
