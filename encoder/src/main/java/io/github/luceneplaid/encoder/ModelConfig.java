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
package io.github.luceneplaid.encoder;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
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
 * @param lowerCase whether text is made lower-case before it is cut into pieces
 */
record ModelConfig(
    int queryLength,
    int documentLength,
    long queryMarker,
    long documentMarker,
    boolean keepSpecial,
    long expansion,
    boolean attendExpansion,
    Set<String> skipped,
    boolean lowerCase) {
  /** The settings of a plain encoder: no markers, no expansion, words only. */
  static final ModelConfig PLAIN = new ModelConfig(32, 180, -1, -1, false, -1, false, null, false);

  /** The files in which exports of ColBERT models state their settings. */
  static final List<String> FILES =
      List.of("onnx_config.json", "config_sentence_transformers.json");

  /** What tells that a file has such settings. The second one may be of another kind of model. */
  private static final List<String> KEYS =
      List.of(
          "query_length",
          "document_length",
          "query_prefix",
          "document_prefix",
          "query_prefix_id",
          "document_prefix_id",
          "do_query_expansion",
          "mask_token_id",
          "attend_to_expansion_tokens",
          "skiplist_words",
          "do_lower_case");

  ModelConfig {
    if (queryLength < 4 || documentLength < 4) {
      throw new EncoderException(
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
        JsonObject json = json(file);
        if (KEYS.stream().anyMatch(json::has)) {
          return of(file, json);
        }
      }
    }
    return PLAIN;
  }

  private static JsonObject json(Path file) throws IOException {
    try (JsonReader reader = new JsonReader(Files.newBufferedReader(file))) {
      reader.setStrictness(Strictness.STRICT);
      JsonObject json = new Gson().getAdapter(JsonObject.class).read(reader);
      if (reader.peek() != JsonToken.END_DOCUMENT) {
        throw new EncoderException(file + ": not a JSON object: more follows it");
      }
      return json;
    } catch (JsonParseException
        | IllegalStateException
        | MalformedJsonException
        | EOFException
        | CharacterCodingException e) {
      throw new EncoderException(file + ": not a JSON object: " + e.getMessage(), e);
    }
  }

  private static ModelConfig of(Path file, JsonObject json) throws IOException {
    Finder pieces = new Finder(file.resolveSibling("tokenizer.json"));
    try {
      Set<String> skipped = null;
      if (isSet(json, "skiplist_words")) {
        skipped = new HashSet<>();
        for (JsonElement word : json.getAsJsonArray("skiplist_words")) {
          skipped.add(word.getAsString());
        }
      }
      // As in the programs that write these files, queries are expanded unless they say otherwise
      boolean expand =
          isSet(json, "do_query_expansion") == false || flag(json, "do_query_expansion");
      return new ModelConfig(
          length(json, "query_length"),
          length(json, "document_length"),
          pieces.prefix(json, "query_prefix"),
          pieces.prefix(json, "document_prefix"),
          true,
          expand ? pieces.mask(json) : -1,
          flag(json, "attend_to_expansion_tokens"),
          skipped,
          flag(json, "do_lower_case"));
    } catch (EncoderException e) {
      throw new EncoderException(file + ": " + e.getMessage(), e);
    } catch (RuntimeException e) {
      throw new EncoderException(file + ": a setting is of another type: " + e.getMessage(), e);
    }
  }

  private static boolean isSet(JsonObject json, String name) {
    return json.has(name) && json.get(name).isJsonNull() == false;
  }

  private static boolean flag(JsonObject json, String name) {
    return isSet(json, name) && json.get(name).getAsBoolean();
  }

  private static int length(JsonObject json, String name) {
    if (isSet(json, name) == false) {
      throw new EncoderException(name + ": found none, expected a number of pieces");
    }
    return json.get(name).getAsInt();
  }

  /** Finds pieces that settings name. */
  private static final class Finder {
    private final Path tokenizer;
    private Vocabulary vocabulary;

    Finder(Path tokenizer) {
      this.tokenizer = tokenizer;
    }

    private Vocabulary vocabulary() throws IOException {
      vocabulary = vocabulary == null ? Vocabulary.read(tokenizer) : vocabulary;
      return vocabulary;
    }

    /** The piece before a text, by its id or else by its name; −1 if there is none. */
    long prefix(JsonObject json, String name) throws IOException {
      if (isSet(json, name + "_id")) {
        return json.get(name + "_id").getAsLong();
      }
      String prefix = isSet(json, name) ? json.get(name).getAsString() : "";
      if (prefix.isBlank()) {
        return -1;
      }
      long id = vocabulary().id(prefix, prefix.strip());
      if (id < 0) {
        throw new EncoderException(
            name + ": found \"" + prefix + "\", expected a piece of " + tokenizer.getFileName());
      }
      return id;
    }

    /** The piece that fills queries. */
    long mask(JsonObject json) throws IOException {
      if (isSet(json, "mask_token_id")) {
        return json.get("mask_token_id").getAsLong();
      }
      long id = vocabulary().id("[MASK]", "<mask>");
      if (id < 0) {
        throw new EncoderException(
            "mask_token_id: found none, expected the id of a piece that fills queries, as "
                + tokenizer.getFileName()
                + " has neither [MASK] nor <mask> (or do_query_expansion false)");
      }
      return id;
    }
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
