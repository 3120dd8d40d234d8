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
package io.github.luceneplaid.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A text before it is encoded: a line of a JSONL file. */
record TextLine(String id, String text) {
  static List<TextLine> read(Path file) throws IOException {
    List<TextLine> lines = new ArrayList<>();
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        JsonNode json = Json.parse(line);
        lines.add(new TextLine(json.get("id").asText(), json.get("text").asText()));
      }
    } catch (NoSuchFileException e) {
      throw new IOException(
          file + " is missing; without " + file.getParent() + " it is made again", e);
    }
    return lines;
  }

  static void write(Path file, Iterable<TextLine> lines) throws IOException {
    try (Writer writer = Files.newBufferedWriter(file)) {
      for (TextLine line : lines) {
        writer.write(
            "{\"id\": " + Json.text(line.id) + ", \"text\": " + Json.text(line.text) + "}\n");
      }
    }
  }
}
