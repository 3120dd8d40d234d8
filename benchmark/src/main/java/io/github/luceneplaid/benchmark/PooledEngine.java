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

import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.VectorRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;

/** One pooled vector per document finds candidates. */
final class PooledEngine extends TwoStageEngine {
  private static final String POOLED = "pooled";

  /** Vectors that a model made of the documents; null if they are to be means of tokens. */
  private VectorRows documentVectors;

  private IdentityHashMap<float[][], float[]> queryVectors = new IdentityHashMap<>();

  @Override
  void openDocuments(DataFolder data) throws IOException {
    closeVectors();
    documentVectors = open(data.documentsPath());
  }

  private static VectorRows open(Path folder) throws IOException {
    Path file = folder.resolve(Texts.POOLED);
    return Files.exists(file) ? NpyFile.open(file).vectors() : null;
  }

  @Override
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
  void addFirstStage(Document document, int position, float[][] tokens) throws IOException {
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
  Query firstStage(float[][] query, int candidates) {
    return new KnnFloatVectorQuery(POOLED, queryVectors.get(query), candidates);
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
