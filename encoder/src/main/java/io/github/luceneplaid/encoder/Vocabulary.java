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

import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The ids of the pieces in a {@code tokenizer.json}. A piece may be there that the tokenizer makes
 * of no text, such as {@code [unused0]} of BERT.
 */
final class Vocabulary {
  private final Map<String, Long> ids = new HashMap<>();

  private Vocabulary() {}

  /**
   * Reads a file.
   *
   * @throws EncoderException if it is not JSON, or of another form
   */
  static Vocabulary read(Path file) throws IOException {
    Vocabulary vocabulary = new Vocabulary();
    try (JsonReader json = new JsonReader(Files.newBufferedReader(file))) {
      json.beginObject();
      while (json.hasNext()) {
        switch (json.nextName()) {
          case "added_tokens" -> vocabulary.readAdded(json);
          case "model" -> vocabulary.readModel(json);
          default -> json.skipValue();
        }
      }
    } catch (JsonParseException
        | IllegalStateException
        | NumberFormatException
        | MalformedJsonException
        | EOFException
        | CharacterCodingException e) {
      throw new EncoderException(file + ": not a tokenizer: " + e.getMessage(), e);
    }
    return vocabulary;
  }

  private void readAdded(JsonReader json) throws IOException {
    json.beginArray();
    while (json.hasNext()) {
      String content = null;
      long id = -1;
      json.beginObject();
      while (json.hasNext()) {
        switch (json.nextName()) {
          case "content" -> content = json.nextString();
          case "id" -> id = json.nextLong();
          default -> json.skipValue();
        }
      }
      json.endObject();
      ids.put(content, id);
    }
    json.endArray();
  }

  private void readModel(JsonReader json) throws IOException {
    json.beginObject();
    while (json.hasNext()) {
      if (json.nextName().equals("vocab") == false) {
        json.skipValue();
      } else if (json.peek() == JsonToken.BEGIN_ARRAY) {
        readList(json);
      } else {
        json.beginObject();
        while (json.hasNext()) {
          ids.putIfAbsent(json.nextName(), json.nextLong());
        }
        json.endObject();
      }
    }
    json.endObject();
  }

  /** Reads pieces with their scores, whose order gives the ids. */
  private void readList(JsonReader json) throws IOException {
    json.beginArray();
    for (long id = 0; json.hasNext(); id++) {
      json.beginArray();
      ids.putIfAbsent(json.nextString(), id);
      json.skipValue();
      json.endArray();
    }
    json.endArray();
  }

  /** The id of the first of some pieces that is there; −1 if none is. */
  long id(String... pieces) {
    for (String piece : pieces) {
      if (ids.containsKey(piece)) {
        return ids.get(piece);
      }
    }
    return -1;
  }
}
