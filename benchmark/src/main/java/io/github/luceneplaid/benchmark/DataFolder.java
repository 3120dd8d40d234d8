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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A data set, as the driver prepares it and all engines read it.
 *
 * @param path holds {@code documents}, {@code queries}, {@code exact.json}, the encoded texts in
 *     {@code texts.jsonl} and {@code queries.jsonl} (unless tokens are copies with noise) and, if
 *     people judged documents, {@code qrels.tsv}
 */
record DataFolder(Path path) {
  static final int DEPTH = 100;

  Path documentsPath() {
    return path.resolve("documents");
  }

  Path queriesPath() {
    return path.resolve("queries");
  }

  Path exactPath() {
    return path.resolve("exact.json");
  }

  /** The texts of the documents, in their order. */
  Path textsPath() {
    return path.resolve("texts.jsonl");
  }

  /** The texts of the queries, in their order. */
  Path queryTextsPath() {
    return path.resolve("queries.jsonl");
  }

  Path judgementsPath() {
    return path.resolve("qrels.tsv");
  }

  Texts documents() throws IOException {
    return Texts.open(documentsPath());
  }

  Texts queries() throws IOException {
    return Texts.open(queriesPath());
  }

  /** The exact hits of each query. */
  Hits[] exact() throws IOException {
    return Json.read(exactPath(), Hits[].class);
  }

  /** Copies the texts and their judgements to a folder for the same texts. */
  void copyTexts(DataFolder to) throws IOException {
    Files.createDirectories(to.path);
    copy(textsPath(), to.textsPath());
    copy(queryTextsPath(), to.queryTextsPath());
    if (Files.exists(judgementsPath())) {
      copy(judgementsPath(), to.judgementsPath());
    }
  }

  /** Copies the same, and all files that do not depend on the vectors of tokens. */
  void copyPieces(DataFolder to) throws IOException {
    copyTexts(to);
    Files.createDirectories(to.documentsPath());
    Files.createDirectories(to.queriesPath());
    for (String name : List.of(Texts.LENGTHS, Texts.IDS, Texts.PIECES)) {
      copy(documentsPath().resolve(name), to.documentsPath().resolve(name));
      copy(queriesPath().resolve(name), to.queriesPath().resolve(name));
    }
  }

  static void copy(Path from, Path to) throws IOException {
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Grades of documents by query and document id; null if nobody judged them. */
  Map<String, Map<String, Integer>> judgements() throws IOException {
    if (Files.notExists(judgementsPath())) {
      return null;
    }
    Map<String, Map<String, Integer>> grades = new HashMap<>();
    for (String line : Files.readAllLines(judgementsPath())) {
      String[] columns = line.split("\t", -1);
      grades
          .computeIfAbsent(columns[0], query -> new HashMap<>())
          .put(columns[1], Integer.parseInt(columns[2]));
    }
    return grades;
  }
}
