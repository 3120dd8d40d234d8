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
package io.github.luceneplaid.tools;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How text becomes the pieces a model sees, and which of them become tokens.
 *
 * @param queryLength most pieces of a query, with [CLS] and [SEP]
 * @param documentLength most pieces of a document, with [CLS] and [SEP]
 * @param queryMarker id of the piece put after [CLS] of a query; −1 for none
 * @param documentMarker id of the piece put after [CLS] of a document; −1 for none
 * @param keepSpecial whether [CLS], [SEP] and the marker become tokens
 * @param expansion id of the piece that fills queries to {@code queryLength}; −1 for none
 * @param attendExpansion whether the other pieces see the filling ones
 * @param skipped pieces of a document that do not become tokens; null for all pure punctuation
 */
record ModelConfig(
    int queryLength,
    int documentLength,
    long queryMarker,
    long documentMarker,
    boolean keepSpecial,
    long expansion,
    boolean attendExpansion,
    Set<String> skipped) {
  /** The settings of a plain encoder: no markers, no expansion, words only. */
  static final ModelConfig PLAIN = new ModelConfig(32, 180, -1, -1, false, -1, false, null);

  /** The files in which exports of ColBERT models state their settings. */
  static final List<String> FILES =
      List.of("onnx_config.json", "config_sentence_transformers.json");

  ModelConfig {
    if (queryLength < 4 || documentLength < 4) {
      throw new UserException(
          "query_length and document_length must be at least 4, found "
              + queryLength
              + " and "
              + documentLength);
    }
  }

  /** The settings beside a model, {@link #PLAIN} if there are none. */
  static ModelConfig read(Path directory) throws IOException {
    for (String name : FILES) {
      Path file = directory.resolve(name);
      if (Files.exists(file)) {
        JsonNode json = JsonFiles.read(file);
        if (json.has("query_length") && json.has("document_length")) {
          return of(json);
        }
      }
    }
    return PLAIN;
  }

  private static ModelConfig of(JsonNode json) {
    Set<String> skipped = null;
    if (json.has("skiplist_words")) {
      skipped = new HashSet<>();
      for (JsonNode word : json.get("skiplist_words")) {
        skipped.add(word.asText());
      }
    }
    boolean expand = json.path("do_query_expansion").asBoolean(false);
    return new ModelConfig(
        json.get("query_length").asInt(),
        json.get("document_length").asInt(),
        json.path("query_prefix_id").asLong(-1),
        json.path("document_prefix_id").asLong(-1),
        true,
        expand ? json.path("mask_token_id").asLong(103) : -1,
        json.path("attend_to_expansion_tokens").asBoolean(false),
        skipped);
  }

  /** Whether a piece of a document is skipped, because nobody would search for it. */
  boolean skips(String piece) {
    // Some tokenizers make the space before a word a part of it, as one of these letters
    boolean spaced = piece.length() > 1 && "\u2581\u0120".indexOf(piece.charAt(0)) >= 0;
    String bare = spaced ? piece.substring(1) : piece;
    return skipped == null
        ? isPunctuation(bare)
        : skipped.contains(piece) || skipped.contains(bare);
  }

  /** Returns the first char, from a position on, that is not part of skipped pieces only. */
  int firstTelling(String text, int from) {
    int i = from;
    while (skipped == null
        && i < text.length()
        && (isPunctuation(text.charAt(i)) || Character.isWhitespace(text.charAt(i)))) {
      i++;
    }
    return i;
  }

  private static boolean isPunctuation(String piece) {
    for (int i = 0; i < piece.length(); i++) {
      if (isPunctuation(piece.charAt(i)) == false) {
        return false;
      }
    }
    return piece.isEmpty() == false;
  }

  private static boolean isPunctuation(char c) {
    return c > ' ' && c <= '~' && Character.isLetterOrDigit(c) == false;
  }
}
