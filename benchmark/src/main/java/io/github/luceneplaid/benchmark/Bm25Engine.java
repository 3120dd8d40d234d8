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
import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.List;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.QueryBuilder;

/** The words of the texts find candidates: any word of a query, stemmed, ranked by BM25. */
final class Bm25Engine extends TwoStageEngine {
  private static final String TEXT = "text";

  private final EnglishAnalyzer analyzer = new EnglishAnalyzer();
  private final QueryBuilder builder = new QueryBuilder(analyzer);
  private final IdentityHashMap<float[][], String> queryTexts = new IdentityHashMap<>();
  private List<TextLine> texts;

  @Override
  WriterSettings writerSettings(JsonNode options) {
    return new WriterSettings(null, analyzer, true);
  }

  @Override
  void openDocuments(DataFolder data) throws IOException {
    texts = TextLine.read(data.textsPath());
  }

  @Override
  void useQueries(DataFolder data, float[][][] queries) throws IOException {
    List<TextLine> lines = TextLine.read(data.queryTextsPath());
    queryTexts.clear();
    for (int q = 0; q < queries.length; q++) {
      queryTexts.put(queries[q], lines.get(q).text());
    }
  }

  @Override
  void addFirstStage(Document document, int position, float[][] tokens) {
    document.add(new TextField(TEXT, texts.get(position).text(), Field.Store.NO));
  }

  @Override
  Query firstStage(float[][] query, int candidates) {
    Query words = builder.createBooleanQuery(TEXT, queryTexts.get(query));
    return words == null ? new MatchNoDocsQuery("only stop words") : words;
  }
}
