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
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.queries.function.FunctionScoreQuery;
import org.apache.lucene.search.LateInteractionFloatValuesSource;
import org.apache.lucene.search.MatchAllDocsQuery;

/** Lucene's late-interaction field, each document scored. */
final class AllDocumentsEngine extends LuceneEngine {
  @Override
  WriterSettings writerSettings(JsonNode options) {
    return new WriterSettings(null, true);
  }

  @Override
  void addFields(Document document, int position, float[][] tokens) {
    document.add(new LateInteractionField(TOKENS, tokens));
  }

  @Override
  LuceneSearch search(int k, JsonNode params) {
    return (searcher, query) ->
        searcher.search(
            new FunctionScoreQuery(
                MatchAllDocsQuery.INSTANCE,
                new LateInteractionFloatValuesSource(
                    TOKENS, query, VectorSimilarityFunction.DOT_PRODUCT)),
            k);
  }
}
