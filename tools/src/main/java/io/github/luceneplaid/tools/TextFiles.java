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

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads passages from text.
 *
 * <ul>
 *   <li>A folder: every {@code .txt}, {@code .md} and {@code .jsonl} file in it and below, by path.
 *       Prose is cut at headings and blank lines into passages of up to about {@value
 *       PassageCutter#WORDS} words. Hidden files are left out.
 *   <li>{@code .md}: likewise.
 *   <li>{@code .jsonl}: an object per line with a {@code text}, and if wanted an {@code id} (or
 *       {@code _id}) and a {@code title}.
 *   <li>Any other file: a passage per line that is not blank.
 * </ul>
 */
final class TextFiles {
  private final List<Passage> passages = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();

  private TextFiles() {}

  /**
   * Reads what the given files and folders hold.
   *
   * @param option what the user wrote the paths after, for messages
   */
  static List<Passage> read(List<Path> paths, String option) throws IOException {
    TextFiles files = new TextFiles();
    for (Path path : paths) {
      files.readAny(path, option);
    }
    if (files.passages.isEmpty()) {
      throw new UserException(
          option
              + " "
              + paths.get(0)
              + ": no text found (.txt, .md or .jsonl files were expected)");
    }
    return files.passages;
  }

  private void readAny(Path path, String option) throws IOException {
    if (Files.isDirectory(path)) {
      for (Path file : filesBelow(path)) {
        String name = path.relativize(file).toString();
        if (isJsonLines(name)) {
          readJsonLines(file);
        } else {
          addAll(PassageCutter.cut(name, content(file), isMarkdown(name)));
        }
      }
    } else if (Files.isRegularFile(path) == false) {
      throw new UserException(option + " " + path + ": no such file or folder");
    } else if (isJsonLines(path.toString())) {
      readJsonLines(path);
    } else if (isMarkdown(path.toString())) {
      addAll(PassageCutter.cut(path.getFileName().toString(), content(path), true));
    } else {
      readLines(path);
    }
  }

  private static List<Path> filesBelow(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile)
          .filter(file -> isText(file.getFileName().toString()))
          .filter(file -> isHidden(folder.relativize(file)) == false)
          .sorted()
          .toList();
    }
  }

  private static boolean isText(String name) {
    return isMarkdown(name) || isJsonLines(name) || lower(name).endsWith(".txt");
  }

  private static boolean isMarkdown(String name) {
    return lower(name).endsWith(".md") || lower(name).endsWith(".markdown");
  }

  private static boolean isJsonLines(String name) {
    return lower(name).endsWith(".jsonl");
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private static boolean isHidden(Path relative) {
    for (Path part : relative) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  /** The file as UTF-8; what is not becomes a replacement character. */
  private static String content(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  private void readLines(Path file) throws IOException {
    int number = 0;
    for (String line : content(file).lines().toList()) {
      number++;
      if (line.isBlank() == false) {
        add(new Passage(Integer.toString(number), "", line.strip()), file, number);
      }
    }
  }

  private void readJsonLines(Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    int number = 0;
    for (String line : content(file).lines().toList()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      JsonNode json;
      try {
        json = mapper.readTree(line);
      } catch (JsonProcessingException e) {
        throw new UserException(file + ":" + number + ": not JSON: " + e.getOriginalMessage(), e);
      }
      if (json.path("text").isTextual() == false) {
        throw new UserException(
            file + ":" + number + ": expected an object with a string \"text\"");
      }
      String id = json.path("id").asText(json.path("_id").asText(Integer.toString(number)));
      String title = json.path("title").asText("");
      add(new Passage(id, title.strip(), json.get("text").textValue().strip()), file, number);
    }
  }

  private void addAll(List<Passage> cut) {
    for (Passage passage : cut) {
      ids.add(passage.id());
      passages.add(passage);
    }
  }

  private void add(Passage passage, Path file, int line) {
    if (ids.add(passage.id()) == false) {
      throw new UserException(
          file + ":" + line + ": the id " + passage.id() + " occurs for the second time");
    }
    passages.add(passage);
  }
}
