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

import io.github.luceneplaid.plaid.TokenMatch;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.Query;

/**
 * Shows what of a hit answered the vectors of a query. Of a field with vectors it shows their
 * numbers. In a text it marks words.
 *
 * @lucene.internal
 */
public final class HitHighlighter {

  /** The type of the highlighter. */
  public static final String TYPE = LateInteractionRequest.QUERY;

  private static final String VECTORS = "vectors";
  private static final String OFFSETS = "offsets";
  private static final String MODEL = "model";
  private static final String SIMILARITIES = "similarities";

  private final boolean numbers;
  private final String field;
  private final String vectors;
  private final String offsets;
  private final String model;
  private final boolean similarities;

  /**
   * For a field that is shown.
   *
   * @param field its name
   * @param numbers whether it has vectors, whose numbers are shown, and not a text
   * @param options the options of a request; null for none
   * @throws IllegalArgumentException naming the option, what was found and what was expected
   */
  public HitHighlighter(String field, boolean numbers, Map<String, Object> options) {
    Map<String, Object> given = options == null ? Map.of() : options;
    this.field = field;
    this.numbers = numbers;
    Set<String> known =
        numbers ? Set.of(SIMILARITIES) : Set.of(SIMILARITIES, VECTORS, OFFSETS, MODEL);
    for (String name : given.keySet()) {
      if (known.contains(name) == false) {
        throw refused(name, "an unknown option", "one of " + known.stream().sorted().toList());
      }
    }
    this.vectors = numbers ? field : option(given, VECTORS, String.class);
    this.offsets = option(given, OFFSETS, String.class);
    this.model = option(given, MODEL, String.class);
    this.similarities = Boolean.TRUE.equals(option(given, SIMILARITIES, Boolean.class));
    if (offsets != null && model != null) {
      throw refused(MODEL, model, "none, as there are [" + OFFSETS + "]");
    }
  }

  private <T> T option(Map<String, Object> options, String name, Class<T> type) {
    Object value = options.get(name);
    if (value != null && type.isInstance(value) == false) {
      throw refused(name, value.toString(), "a " + type.getSimpleName());
    }
    return type.cast(value);
  }

  private IllegalArgumentException refused(String option, String found, String expected) {
    return new IllegalArgumentException(
        "highlighter ["
            + TYPE
            + "] of field ["
            + field
            + "], option ["
            + option
            + "]: found "
            + found
            + ", expected "
            + expected);
  }

  /** Finds the parts of texts from which a model makes vectors. */
  @FunctionalInterface
  public interface Encoder {

    /**
     * Returns what finds the parts.
     *
     * @param model its name; null for the built-in one
     * @return null if this node encodes no texts
     */
    TokenOffsets offsets(String model);
  }

  /**
   * The queries of a request whose matches are shown.
   *
   * @param names finds the name in Lucene of a field that the request names, perhaps by an alias
   */
  public HitMatches queries(Query query, UnaryOperator<String> names) {
    return HitMatches.of(query, vectors == null ? null : names.apply(vectors));
  }

  /**
   * Shows a hit.
   *
   * @param marker marks words
   * @param queries from {@link #queries}
   * @param reader a segment
   * @param doc a document of the segment
   * @param encoder finds the vectors of texts without the option {@code offsets}
   * @param source values of the document by the names of fields, as a parser of JSON has read them;
   *     null if there is none
   * @return what is shown; nothing if the hit has no vectors, or not the fields that it takes
   * @throws IOException if the segment cannot be read
   * @throws IllegalArgumentException if the fields do not have what they should
   */
  public List<String> highlight(
      WordMarker marker,
      HitMatches queries,
      LeafReader reader,
      int doc,
      Encoder encoder,
      Function<String, Object> source)
      throws IOException {
    List<TokenMatch> matches = queries.of(reader, doc);
    if (numbers) {
      return HitMatches.numbers(matches, similarities);
    }
    Object text = source.apply(field);
    Object places = offsets == null ? null : source.apply(offsets);
    if (text == null || matches.isEmpty() || (offsets != null && places == null)) {
      return List.of();
    }
    if (text instanceof String == false) {
      throw new IllegalArgumentException(
          "field [" + field + "]: found " + text + ", expected one text for highlighting");
    }
    TokenOffsets finder =
        offsets == null ? encoder.offsets(model) : TokenOffsets.given(offsets, places);
    if (finder == null) {
      throw refused(
          OFFSETS,
          "none",
          "the name of a field with [start, end] of each vector in the text, or the plugin that"
              + " encodes texts");
    }
    int[][] tokens = finder.of((String) text);
    int expected = queries.vectors(reader, doc);
    if (tokens.length != expected) {
      throw new IllegalArgumentException(
          "field ["
              + field
              + "]: found offsets of "
              + tokens.length
              + " vectors, expected those of the "
              + expected
              + " vectors of the document"
              + (tokens.length > expected
                  ? ", which has fewer than were sent if their field has a [pool_factor] above 1"
                  : ""));
    }
    return marker.mark((String) text, tokens, matches, similarities);
  }
}
