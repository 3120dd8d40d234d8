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
import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.VectorRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.LateInteractionRescorer;
import org.apache.lucene.search.TopDocs;

/**
 * Lucene's two stages: one pooled vector per document finds candidates, whose tokens are then
 * scored.
 */
final class PooledEngine extends LuceneEngine {
  private static final String POOLED = "pooled";

  /** Vectors that a model made of the documents; null if they are to be means of tokens. */
  private VectorRows documentVectors;

  private IdentityHashMap<float[][], float[]> queryVectors = new IdentityHashMap<>();

  @Override
  WriterSettings writerSettings(JsonNode options) {
    return new WriterSettings(null, true);
  }

  @Override
  void openDocuments(DataFolder data) throws IOException {
    closeVectors();
    documentVectors = open(data.documentsPath());
  }

  private static VectorRows open(Path folder) throws IOException {
    Path file = folder.resolve(Texts.POOLED);
    return Files.exists(file) ? NpyFile.open(file).vectors() : null;
  }

  /** Keeps the vectors of the queries that searches will come with. */
  void useQueries(DataFolder data, float[][][] queries) throws IOException {
    queryVectors = new IdentityHashMap<>();
    try (VectorRows vectors = open(data.queriesPath())) {
      for (int q = 0; q < queries.length; q++) {
        float[] vector = vectors == null ? mean(queries[q]) : vectors.read(q, 1)[0];
        queryVectors.put(queries[q], vector);
      }
    }
  }

  @Override
  void addFields(Document document, int position, float[][] tokens) throws IOException {
    document.add(new LateInteractionField(TOKENS, tokens));
    float[] vector = documentVectors == null ? mean(tokens) : documentVectors.read(position, 1)[0];
    document.add(new KnnFloatVectorField(POOLED, vector, VectorSimilarityFunction.COSINE));
  }

  /** The mean at length 1. */
  private static float[] mean(float[][] tokens) {
    float[] sum = new float[tokens[0].length];
    for (float[] token : tokens) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += token[i];
      }
    }
    double squares = 0;
    for (float component : sum) {
      squares += (double) component * component;
    }
    for (int i = 0; i < sum.length; i++) {
      sum[i] /= (float) Math.sqrt(squares);
    }
    return sum;
  }

  @Override
  LuceneSearch search(int k, JsonNode params) {
    int candidates = Math.max(k, params.path("candidates").asInt(100));
    return (searcher, query) -> {
      float[] vector = queryVectors.get(query);
      TopDocs first =
          searcher.search(new KnnFloatVectorQuery(POOLED, vector, candidates), candidates);
      return LateInteractionRescorer.create(TOKENS, query, VectorSimilarityFunction.DOT_PRODUCT)
          .rescore(searcher, first, k);
    };
  }

  @Override
  public void close() throws IOException {
    super.close();
    closeVectors();
  }

  private void closeVectors() throws IOException {
    if (documentVectors != null) {
      documentVectors.close();
      documentVectors = null;
    }
  }
}
