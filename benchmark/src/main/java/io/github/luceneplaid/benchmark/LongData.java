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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Documents as long as the pages of scans that models of images encode: each is made of several
 * documents of another data set that follow one another. Queries are the same.
 */
final class LongData {
  private final DataFolder source;
  private final int joined;

  /**
   * @param joined how many documents make a long one
   */
  LongData(DataFolder source, int joined) {
    this.source = source;
    this.joined = joined;
  }

  void make(DataFolder data) throws IOException {
    source.copyPieces(data);
    // The rows stay as they are, only lengths change.
    DataFolder.copy(
        source.documentsPath().resolve(Texts.TOKENS), data.documentsPath().resolve(Texts.TOKENS));
    DataFolder.copy(
        source.queriesPath().resolve(Texts.TOKENS), data.queriesPath().resolve(Texts.TOKENS));
    Map<String, String> newIds = joinDocuments(data);
    if (source.judgements() == null) {
      renameQueries(data, newIds);
    } else {
      Files.writeString(data.judgementsPath(), judgements(newIds));
    }
  }

  /** Returns, for the id of each document, that of the long one that contains it. */
  private Map<String, String> joinDocuments(DataFolder data) throws IOException {
    List<TextLine> texts = TextLine.read(source.textsPath());
    int[] lengths = Json.read(source.documentsPath().resolve(Texts.LENGTHS), int[].class);
    List<TextLine> longTexts = new ArrayList<>();
    List<Integer> longLengths = new ArrayList<>();
    Map<String, String> newIds = new HashMap<>();
    for (int from = 0; from < texts.size(); from += joined) {
      String id = texts.get(from).id();
      List<String> parts = new ArrayList<>();
      int length = 0;
      for (int i = from; i < Math.min(texts.size(), from + joined); i++) {
        newIds.put(texts.get(i).id(), id);
        parts.add(texts.get(i).text());
        length += lengths[i];
      }
      longTexts.add(new TextLine(id, String.join("\n", parts)));
      longLengths.add(length);
    }
    TextLine.write(data.textsPath(), longTexts);
    Path documents = data.documentsPath();
    Json.writeCompact(documents.resolve(Texts.LENGTHS), longLengths);
    Json.writeCompact(documents.resolve(Texts.IDS), longTexts.stream().map(TextLine::id).toList());
    return newIds;
  }

  /** Renames queries: a query and the document that it was made from have the same id. */
  private void renameQueries(DataFolder data, Map<String, String> newIds) throws IOException {
    List<TextLine> queries = new ArrayList<>();
    for (TextLine query : TextLine.read(source.queryTextsPath())) {
      queries.add(new TextLine(newIds.getOrDefault(query.id(), query.id()), query.text()));
    }
    TextLine.write(data.queryTextsPath(), queries);
    Json.writeCompact(
        data.queriesPath().resolve(Texts.IDS), queries.stream().map(TextLine::id).toList());
  }

  /** A long document has the best grade of its parts. */
  private String judgements(Map<String, String> newIds) throws IOException {
    Map<String, Integer> best = new TreeMap<>();
    source
        .judgements()
        .forEach(
            (query, grades) ->
                grades.forEach(
                    (document, grade) ->
                        best.merge(
                            query + "\t" + newIds.getOrDefault(document, document),
                            grade,
                            Math::max)));
    StringBuilder lines = new StringBuilder();
    best.forEach((pair, grade) -> lines.append(pair).append('\t').append(grade).append('\n'));
    return lines.toString();
  }
}
