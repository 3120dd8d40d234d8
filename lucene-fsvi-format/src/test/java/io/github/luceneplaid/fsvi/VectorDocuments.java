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

import static org.apache.lucene.tests.util.LuceneTestCase.newIndexWriterConfig;
import static org.apache.lucene.tests.util.LuceneTestCase.random;
import static org.apache.lucene.tests.util.LuceneTestCase.rarely;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.Bits;

/** Random documents with vectors, and the expected hits of a search. */
final class VectorDocuments {

  static final String FLOATS = "floats";
  static final String BYTES = "bytes";
  static final String TAG = "tag";

  private VectorDocuments() {}

  static IndexWriterConfig config(KnnVectorsFormat format) {
    return newIndexWriterConfig().setCodec(TestUtil.alwaysKnnVectorsFormat(format));
  }

  /** Makes vectors of norm 0.1 to 10 in a few directions. Some vectors occur several times. */
  static float[] randomVector(int dim) {
    float[] vector = new float[dim];
    float length = random().nextFloat() * 9.9f + 0.1f;
    int direction = random().nextInt(4);
    for (int i = 0; i < dim; i++) {
      float centre = (i + direction) % 4 == 0 ? 1 : 0;
      vector[i] = length * (centre + 0.3f * (float) random().nextGaussian());
    }
    return vector;
  }

  static byte[] randomBytes(int dim) {
    byte[] vector = new byte[dim];
    random().nextBytes(vector);
    // Lucene refuses a vector of zeros if the similarity is cosine
    vector[0] |= 1;
    return vector;
  }

  /** Adds documents, and deletes some of them. A share of the documents has vectors. */
  static void index(
      IndexWriter writer, int documents, int dim, VectorSimilarityFunction similarity, double share)
      throws IOException {
    float[] last = randomVector(dim);
    for (int id = 0; id < documents; id++) {
      Document doc = new Document();
      doc.add(new StringField("id", Integer.toString(id), Field.Store.NO));
      doc.add(new StringField(TAG, "t" + random().nextInt(20), Field.Store.NO));
      if (random().nextDouble() < share) {
        last = rarely() ? last : randomVector(dim);
        doc.add(new KnnFloatVectorField(FLOATS, last.clone(), similarity));
      }
      if (random().nextDouble() < share) {
        doc.add(new KnnByteVectorField(BYTES, randomBytes(dim), similarity));
      }
      writer.addDocument(doc);
      if (random().nextInt(documents) < 3) {
        writer.flush();
      }
      if (random().nextInt(10) == 0) {
        writer.deleteDocuments(new Term("id", Integer.toString(random().nextInt(id + 1))));
      }
    }
  }

  /** Computes scores by Lucene's formulas in double precision. */
  private static Hit hit(
      int doc, VectorSimilarityFunction similarity, double[] query, double[] vector) {
    double dot = 0;
    double distance = 0;
    double queryLength = 0;
    double length = 0;
    for (int i = 0; i < query.length; i++) {
      dot += query[i] * vector[i];
      distance += (query[i] - vector[i]) * (query[i] - vector[i]);
      queryLength += query[i] * query[i];
      length += vector[i] * vector[i];
    }
    double lengths = Math.sqrt(queryLength * length);
    double score =
        switch (similarity) {
          case EUCLIDEAN -> 1 / (1 + distance);
          case DOT_PRODUCT -> Math.max(0, (1 + dot) / 2);
          case COSINE -> Math.max(0, (1 + dot / lengths) / 2);
          case MAXIMUM_INNER_PRODUCT -> dot < 0 ? 1 / (1 - dot) : dot + 1;
        };
    double rounding =
        switch (similarity) {
          case EUCLIDEAN -> score * score * (queryLength + length + lengths);
          case DOT_PRODUCT, MAXIMUM_INNER_PRODUCT -> lengths;
          case COSINE -> 1;
        };
    return new Hit(doc, score, 1e-6 * (rounding + score));
  }

  static double[] doubles(float[] vector) {
    double[] doubles = new double[vector.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = vector[i];
    }
    return doubles;
  }

  /** A document, its score in double precision, and a bound on the rounding error. */
  record Hit(int doc, double score, double tolerance) {}

  /** Decides which documents take part. */
  interface Filter {
    boolean accepts(LeafReader leaf, int doc) throws IOException;
  }

  /** Lists all live accepted documents with a vector: the best first, ties by document. */
  static List<Hit> allHits(
      IndexReader reader, float[] query, VectorSimilarityFunction similarity, Filter filter)
      throws IOException {
    List<Hit> hits = new ArrayList<>();
    double[] doubles = doubles(query);
    for (LeafReaderContext context : reader.leaves()) {
      FloatVectorValues values = context.reader().getFloatVectorValues(FLOATS);
      if (values != null) {
        DocIndexIterator docs = values.iterator();
        for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
          if (lives(context, doc) && filter.accepts(context.reader(), doc)) {
            double[] vector = doubles(values.vectorValue(docs.index()));
            hits.add(hit(context.docBase + doc, similarity, doubles, vector));
          }
        }
      }
    }
    return sorted(hits);
  }

  /** Does the same for vectors of bytes, whose dot products Lucene scales. */
  static List<Hit> allHits(IndexReader reader, byte[] query, VectorSimilarityFunction similarity)
      throws IOException {
    List<Hit> hits = new ArrayList<>();
    for (LeafReaderContext context : reader.leaves()) {
      ByteVectorValues values = context.reader().getByteVectorValues(BYTES);
      if (values != null) {
        DocIndexIterator docs = values.iterator();
        for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
          if (lives(context, doc)) {
            float score = similarity.compare(query, values.vectorValue(docs.index()));
            double rounding = similarity == VectorSimilarityFunction.COSINE ? 1 : score;
            hits.add(new Hit(context.docBase + doc, score, 1e-6 * rounding));
          }
        }
      }
    }
    return sorted(hits);
  }

  private static List<Hit> sorted(List<Hit> hits) {
    hits.sort(Comparator.comparingDouble((Hit hit) -> -hit.score).thenComparingInt(Hit::doc));
    return hits;
  }

  private static boolean lives(LeafReaderContext context, int doc) {
    Bits liveDocs = context.reader().getLiveDocs();
    return liveDocs == null || liveDocs.get(doc);
  }

  /**
   * Checks that hits are the best ones, in order. Scores may differ by rounding errors. Documents
   * may differ where rounding errors decide.
   *
   * @return null if the hits are right, else a description of the error
   */
  static String compare(List<Hit> expected, ScoreDoc[] actual, int k) {
    int n = Math.min(k, expected.size());
    if (actual.length != n) {
      return actual.length + " hits, expected " + n;
    }
    for (int i = 0; i < n; i++) {
      ScoreDoc found = actual[i];
      Hit same = expected.stream().filter(hit -> hit.doc == found.doc).findFirst().orElseThrow();
      if (Math.abs(same.score - found.score) > same.tolerance) {
        return "document " + found.doc + ": score " + found.score + ", expected " + same.score;
      }
      Hit best = expected.get(i);
      if (Math.abs(best.score - found.score) > same.tolerance + best.tolerance) {
        return "hit " + i + ": score " + found.score + ", expected " + best.score;
      }
      if (i > 0 && found.score == actual[i - 1].score && found.doc <= actual[i - 1].doc) {
        return "documents of the same score: " + actual[i - 1].doc + " before " + found.doc;
      }
    }
    return null;
  }

  /** Adds documents to an index in a directory and closes the writer. */
  static void write(
      Directory directory,
      KnnVectorsFormat format,
      int documents,
      int dim,
      VectorSimilarityFunction similarity,
      double share)
      throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, config(format))) {
      index(writer, documents, dim, similarity, share);
    }
  }
}
