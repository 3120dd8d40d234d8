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
package io.github.luceneplaid.fsvi;

import java.io.IOException;
import org.apache.lucene.codecs.hnsw.FlatVectorScorerUtil;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.apache.lucene.util.hnsw.RandomVectorScorerSupplier;
import org.apache.lucene.util.hnsw.UpdateableRandomVectorScorer;

/**
 * Scores vectors for building and searching a graph. It scores stored vectors by their coarse rows.
 * Lucene's scorer scores all other vectors, such as those that are buffered for a flush.
 */
final class GraphScorer implements FlatVectorsScorer {

  private final FlatVectorsScorer others = FlatVectorScorerUtil.getLucene99FlatVectorsScorer();

  @Override
  public RandomVectorScorerSupplier getRandomVectorScorerSupplier(
      VectorSimilarityFunction similarity, KnnVectorValues values) throws IOException {
    return values instanceof StoredFloatVectorValues || values instanceof StoredByteVectorValues
        ? new Supplier(similarity, values)
        : others.getRandomVectorScorerSupplier(similarity, values);
  }

  @Override
  public RandomVectorScorer getRandomVectorScorer(
      VectorSimilarityFunction similarity, KnnVectorValues values, float[] target)
      throws IOException {
    if (values instanceof StoredFloatVectorValues floats) {
      StoredVectors stored = floats.stored();
      return new LuceneScorer(values, TierScorer.of(stored, stored.coarse(), similarity, target));
    }
    return others.getRandomVectorScorer(similarity, values, target);
  }

  @Override
  public RandomVectorScorer getRandomVectorScorer(
      VectorSimilarityFunction similarity, KnnVectorValues values, byte[] target)
      throws IOException {
    if (values instanceof StoredByteVectorValues bytes) {
      return new LuceneScorer(values, TierScorer.of(bytes.stored(), similarity, target));
    }
    return others.getRandomVectorScorer(similarity, values, target);
  }

  @Override
  public String toString() {
    return "GraphScorer(" + others + ")";
  }

  /** Makes scorers that compare the vectors of a field with each other. */
  private static final class Supplier implements RandomVectorScorerSupplier {

    private final VectorSimilarityFunction similarity;
    private final KnnVectorValues values;

    Supplier(VectorSimilarityFunction similarity, KnnVectorValues values) {
      this.similarity = similarity;
      this.values = values;
    }

    @Override
    public UpdateableRandomVectorScorer scorer() throws IOException {
      return new Scorer(similarity, values.copy());
    }

    @Override
    public RandomVectorScorerSupplier copy() throws IOException {
      return new Supplier(similarity, values.copy());
    }
  }

  private static final class Scorer
      extends UpdateableRandomVectorScorer.AbstractUpdateableRandomVectorScorer {

    private final VectorSimilarityFunction similarity;
    private final KnnVectorValues values;
    private TierScorer scorer;

    Scorer(VectorSimilarityFunction similarity, KnnVectorValues values) {
      super(values);
      this.similarity = similarity;
      this.values = values;
    }

    @Override
    public void setScoringOrdinal(int ord) throws IOException {
      scorer =
          switch (values) {
            case StoredFloatVectorValues floats ->
                TierScorer.of(
                    floats.stored(), floats.stored().coarse(), similarity, floats.vectorValue(ord));
            case StoredByteVectorValues bytes ->
                TierScorer.of(bytes.stored(), similarity, bytes.vectorValue(ord));
            default -> throw new AssertionError(values.getClass());
          };
    }

    @Override
    public float score(int ord) throws IOException {
      return scorer.score(ord);
    }

    @Override
    public float bulkScore(int[] ords, float[] scores, int n) throws IOException {
      return scorer.scores(ords, n, scores);
    }
  }
}
