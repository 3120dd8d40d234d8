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
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.LateInteractionRescorer;
import org.apache.lucene.search.Query;

/**
 * Lucene's two stages: some query finds candidates, whose tokens are then scored. Subclasses choose
 * that query.
 */
abstract class TwoStageEngine extends LuceneEngine {
  @Override
  WriterSettings writerSettings(JsonNode options) {
    return new WriterSettings(null, true);
  }

  @Override
  final void addFields(Document document, int position, float[][] tokens) throws IOException {
    document.add(new LateInteractionField(TOKENS, tokens));
    addFirstStage(document, position, tokens);
  }

  /** Adds the fields that the first stage searches. */
  abstract void addFirstStage(Document document, int position, float[][] tokens) throws IOException;

  /** The query of the first stage; making it counts as part of a search. */
  abstract Query firstStage(float[][] query, int candidates) throws IOException;

  @Override
  final LuceneSearch search(int k, JsonNode params) {
    int candidates = Math.max(k, params.path("candidates").asInt(100));
    return (searcher, query) ->
        LateInteractionRescorer.create(TOKENS, query, VectorSimilarityFunction.DOT_PRODUCT)
            .rescore(searcher, searcher.search(firstStage(query, candidates), candidates), k);
  }
}
