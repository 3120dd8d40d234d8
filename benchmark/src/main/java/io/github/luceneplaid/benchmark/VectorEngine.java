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
import io.github.luceneplaid.fsvi.ExactKnnQuery;
import io.github.luceneplaid.fsvi.FsviEncoding;
import io.github.luceneplaid.fsvi.FsviVectorsFormat;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.KnnFloatVectorQuery;

/**
 * Texts of one vector each, searched exactly: in an encoding of {@link FsviVectorsFormat}, or in
 * Lucene's flat format.
 */
final class VectorEngine extends LuceneEngine {
  /** The value of the option {@code format} for Lucene's flat format, else an encoding. */
  static final String LUCENE = "LUCENE";

  /** The value of the parameter {@code by} for Lucene's own query. */
  static final String LUCENE_QUERY = "KnnFloatVectorQuery";

  private static final String VECTOR = "vector";

  @Override
  WriterSettings writerSettings(JsonNode options) {
    KnnVectorsFormat format = format(options.path("format").asText(FsviEncoding.FLOAT32.name()));
    Codec codec =
        new Lucene104Codec() {
          @Override
          public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            return format;
          }
        };
    return new WriterSettings(codec, true);
  }

  private static KnnVectorsFormat format(String name) {
    // Lucene's flat format is not found by name when an index is opened. This format writes the
    // same if no segment is large enough for a graph.
    return name.equals(LUCENE)
        ? new Lucene99HnswVectorsFormat(
            Lucene99HnswVectorsFormat.DEFAULT_MAX_CONN,
            Lucene99HnswVectorsFormat.DEFAULT_BEAM_WIDTH,
            Lucene99HnswVectorsFormat.DEFAULT_NUM_MERGE_WORKER,
            null,
            Integer.MAX_VALUE)
        : new FsviVectorsFormat(FsviEncoding.valueOf(name));
  }

  @Override
  void addFields(Document document, int position, float[][] tokens) {
    document.add(new KnnFloatVectorField(VECTOR, tokens[0], VectorSimilarityFunction.DOT_PRODUCT));
  }

  @Override
  LuceneSearch search(int k, JsonNode params) {
    if (params.path("by").asText().equals(LUCENE_QUERY)) {
      return (searcher, query) -> searcher.search(new KnnFloatVectorQuery(VECTOR, query[0], k), k);
    }
    return (searcher, query) -> searcher.search(new ExactKnnQuery(VECTOR, query[0], k), k);
  }
}
