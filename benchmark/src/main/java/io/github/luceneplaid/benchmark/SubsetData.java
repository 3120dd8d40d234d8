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

import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/** Every n-th document of a data set, and the queries that were made from one of these. */
final class SubsetData {
  private final DataFolder source;
  private final int step;

  SubsetData(DataFolder source, int step) {
    this.source = source;
    this.step = step;
  }

  void make(DataFolder data) throws IOException {
    try (Texts documents = source.documents();
        Texts queries = source.queries()) {
      copy(documents, doc -> doc % step == 0, source.documentsPath(), data.documentsPath());
      Set<String> kept = new HashSet<>();
      for (int doc = 0; doc < documents.size(); doc += step) {
        kept.add(documents.ids().get(doc));
      }
      copy(
          queries,
          query -> kept.contains(queries.ids().get(query)),
          source.queriesPath(),
          data.queriesPath());
      copy(source.textsPath(), kept, data.textsPath());
      copy(source.queryTextsPath(), kept, data.queryTextsPath());
    }
  }

  private static void copy(Path from, Set<String> ids, Path to) throws IOException {
    TextLine.write(
        to, TextLine.read(from).stream().filter(line -> ids.contains(line.id())).toList());
  }

  /** Copies some texts with their pieces. */
  static void copy(Texts texts, IntPredicate keep, Path from, Path to) throws IOException {
    Files.createDirectories(to);
    int[] pieces = Json.read(from.resolve(Texts.PIECES), int[].class);
    List<Integer> lengths = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    List<Integer> keptPieces = new ArrayList<>();
    try (NpyWriter output =
        new NpyWriter(to.resolve(Texts.TOKENS), ElementType.FLOAT16, texts.dimension())) {
      for (int i = 0; i < texts.size(); i++) {
        if (keep.test(i)) {
          float[] tokens = texts.flat(i, i + 1);
          output.writeFloats(tokens, 0, tokens.length);
          lengths.add(texts.length(i));
          ids.add(texts.ids().get(i));
          for (int token = 0; token < texts.length(i); token++) {
            keptPieces.add(pieces[Math.toIntExact(texts.start(i) + token)]);
          }
        }
      }
      output.finish();
    }
    Json.writeCompact(to.resolve(Texts.LENGTHS), lengths);
    Json.writeCompact(to.resolve(Texts.IDS), ids);
    Json.writeCompact(to.resolve(Texts.PIECES), keptPieces);
  }
}
