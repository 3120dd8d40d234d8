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
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** Adapts a {@link TierScorer} to Lucene's two kinds of scorers for vectors. */
final class LuceneScorer extends RandomVectorScorer.AbstractRandomVectorScorer {

  private final TierScorer scorer;

  LuceneScorer(KnnVectorValues values, TierScorer scorer) {
    super(values);
    this.scorer = scorer;
  }

  @Override
  public float score(int ord) throws IOException {
    return scorer.score(ord);
  }

  @Override
  public float bulkScore(int[] ords, float[] scores, int n) throws IOException {
    return scorer.scores(ords, n, scores);
  }

  /** Returns a scorer that iterates over the documents. */
  VectorScorer asVectorScorer(VectorDocs docs) throws IOException {
    DocIndexIterator iterator = docs.iterator();
    return new VectorScorer() {
      @Override
      public float score() throws IOException {
        return scorer.score(iterator.index());
      }

      @Override
      public DocIdSetIterator iterator() {
        return iterator;
      }

      @Override
      public Bulk bulk(DocIdSetIterator matchingDocs) {
        return docs.isDense()
            ? Bulk.fromRandomScorerDense(LuceneScorer.this, iterator, matchingDocs)
            : Bulk.fromRandomScorerSparse(LuceneScorer.this, iterator, matchingDocs);
      }
    };
  }
}
