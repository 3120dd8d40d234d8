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

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import io.github.luceneplaid.fsvi.VectorDocuments.Hit;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.search.CheckHits;
import org.apache.lucene.tests.search.QueryUtils;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Tests exact, prefix and two-field queries over this module's formats and Lucene's own. */
public class TestVectorQueries extends LuceneTestCase {

  private static KnnVectorsFormat randomFormat() {
    FsviEncoding encoding = RandomPicks.randomFrom(random(), FsviEncoding.values());
    return switch (random().nextInt(4)) {
      case 0 -> new Lucene99HnswVectorsFormat();
      case 1 -> TestUtil.getDefaultKnnVectorsFormat();
      case 2 -> FsviHnswVectorsFormat.builder().encoding(encoding).graphThreshold(0).build();
      default -> new FsviVectorsFormat(encoding);
    };
  }

  private static VectorSimilarityFunction randomSimilarity() {
    return RandomPicks.randomFrom(random(), VectorSimilarityFunction.values());
  }

  private static ScoreDoc[] search(IndexReader reader, Query query, int n) throws IOException {
    return newSearcher(reader).search(query, n).scoreDocs;
  }

  public void testExact() throws IOException {
    for (int round = 0; round < 5; round++) {
      int dim = TestUtil.nextInt(random(), 1, 100);
      VectorSimilarityFunction similarity = randomSimilarity();
      try (Directory directory = newDirectory()) {
        VectorDocuments.write(
            directory, randomFormat(), atLeast(300), dim, similarity, random().nextDouble());
        try (IndexReader reader = DirectoryReader.open(directory)) {
          int k = TestUtil.nextInt(random(), 1, 400);
          float[] floats = VectorDocuments.randomVector(dim);
          assertNull(
              VectorDocuments.compare(
                  VectorDocuments.allHits(reader, floats, similarity, (leaf, doc) -> true),
                  search(reader, new ExactKnnQuery(VectorDocuments.FLOATS, floats, k, null), k),
                  k));

          byte[] bytes = VectorDocuments.randomBytes(dim);
          assertNull(
              VectorDocuments.compare(
                  VectorDocuments.allHits(reader, bytes, similarity),
                  search(reader, new ExactKnnQuery(VectorDocuments.BYTES, bytes, k, null), k),
                  k));

          Term tag = new Term(VectorDocuments.TAG, "t" + random().nextInt(20));
          List<Hit> expected =
              VectorDocuments.allHits(
                  reader,
                  floats,
                  similarity,
                  (leaf, doc) -> {
                    PostingsEnum postings = leaf.postings(tag);
                    return postings != null && postings.advance(doc) == doc;
                  });
          Query query = new ExactKnnQuery(VectorDocuments.FLOATS, floats, k, new TermQuery(tag));
          assertNull(VectorDocuments.compare(expected, search(reader, query, k), k));
        }
      }
    }
  }

  /** If all documents are candidates, the prefix has no influence. */
  public void testPrefixWithAllCandidates() throws IOException {
    int dim = TestUtil.nextInt(random(), 1, 100);
    VectorSimilarityFunction similarity = randomSimilarity();
    try (Directory directory = newDirectory()) {
      VectorDocuments.write(directory, randomFormat(), atLeast(300), dim, similarity, 0.8);
      try (IndexReader reader = DirectoryReader.open(directory)) {
        float[] target = VectorDocuments.randomVector(dim);
        int prefix = TestUtil.nextInt(random(), 1, dim);
        Query query =
            PrefixKnnQuery.builder(VectorDocuments.FLOATS, target)
                .prefixDimensions(prefix)
                .k(10)
                .oversample(1000)
                .build();
        assertNull(
            VectorDocuments.compare(
                VectorDocuments.allHits(reader, target, similarity, (leaf, doc) -> true),
                search(reader, query, 10),
                10));
      }
    }
  }

  /** The first dimensions select candidates, and all dimensions determine scores. */
  public void testPrefix() throws IOException {
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      KnnVectorsFormat format = randomFormat();
      try (Directory directory = newDirectory();
          IndexWriter writer =
              new IndexWriter(
                  directory, VectorDocuments.config(format).setMergePolicy(newLogMergePolicy()))) {
        float[][] vectors = {
          {3, 4, 12, 0}, {4, 3, 0, 12}, {-3, 4, 0, 12}, {-3, -4, 12, 0}, {-4, -3, 12, 0}
        };
        for (float[] vector : vectors) {
          Document doc = new Document();
          doc.add(new KnnFloatVectorField("v", vector, similarity));
          writer.addDocument(doc);
        }
        writer.forceMerge(1);
        try (IndexReader reader = DirectoryReader.open(writer)) {
          // By the first two dimensions 0 and 1 are best. By all of them 3 and 4 are better than 1
          float[] target = {3, 4, 12, 0};
          ScoreDoc[] hits =
              new IndexSearcher(reader)
                  .search(
                      PrefixKnnQuery.builder("v", target)
                          .prefixDimensions(2)
                          .k(2)
                          .oversample(1)
                          .build(),
                      10)
                  .scoreDocs;
          assertEquals(2, hits.length);
          assertEquals(0, hits[0].doc);
          assertEquals(1, hits[1].doc);
          float score = similarity.compare(target, vectors[1]);
          assertEquals(score, hits[1].score, 0.02 * score);
        }
      }
    }
  }

  /** A scan of a slab finds the same candidates as a scan of single vectors. */
  public void testPrefixScorer() throws IOException {
    for (FsviEncoding encoding : FsviEncoding.values()) {
      VectorSimilarityFunction similarity = randomSimilarity();
      int dim = TestUtil.nextInt(random(), 2, 100);
      try (Directory directory = newDirectory();
          IndexWriter writer =
              new IndexWriter(directory, VectorDocuments.config(new FsviVectorsFormat(encoding)))) {
        VectorDocuments.index(writer, 100, dim, similarity, 1);
        writer.forceMerge(1);
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          StoredVectors stored =
              FsviVectorsFormat.stored(getOnlyLeafReader(reader), VectorDocuments.FLOATS);
          float[] first = VectorDocuments.randomVector(TestUtil.nextInt(random(), 1, dim));
          PrefixScorer scorer = new PrefixScorer(stored, first);
          float[] vector = new float[dim];
          float[] score = new float[1];
          for (int ord = 0; ord < stored.size(); ord++) {
            stored.coarse().decode(ord, vector);
            scorer.scores(new int[] {ord}, 1, score);
            float[] prefix = Arrays.copyOf(vector, first.length);
            float expected = PrefixScorer.score(PrefixScorer.similarity(similarity), first, prefix);
            assertEquals(expected, score[0], 1e-4f * Math.max(1, expected));
          }
        }
      }
    }
  }

  public void testTwoFields() throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(
                directory,
                VectorDocuments.config(new FsviVectorsFormat())
                    .setMergePolicy(newLogMergePolicy()))) {
      // Scores by maximum inner product are 1 + product
      float[][] fastAndQuality = {{5, 0}, {4, 8}, {3, Float.NaN}, {1, 10}, {0, 100}};
      for (float[] each : fastAndQuality) {
        Document doc = new Document();
        doc.add(
            new KnnFloatVectorField(
                "fast", new float[] {each[0]}, VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT));
        if (Float.isNaN(each[1]) == false) {
          doc.add(
              new KnnFloatVectorField(
                  "quality",
                  new float[] {each[1]},
                  VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT));
        }
        writer.addDocument(doc);
        if (random().nextBoolean()) {
          writer.flush();
        }
      }
      try (IndexReader reader = DirectoryReader.open(writer)) {
        float[] one = {1};
        Query query =
            TwoFieldKnnQuery.builder()
                .fast("fast", one)
                .quality("quality", one)
                .k(2)
                .oversample(2)
                .qualityWeight(0.7f)
                .build();
        TopDocs hits = new IndexSearcher(reader).search(query, 10);
        assertEquals(2, hits.scoreDocs.length);
        // Of four candidates: 0.3·1, 0.7·0.8 + 0.3·0.75, 0.5, 0.7·1
        assertEquals(1, hits.scoreDocs[0].doc);
        assertEquals(0.785f, hits.scoreDocs[0].score, 1e-6f);
        assertEquals(3, hits.scoreDocs[1].doc);
        assertEquals(0.7f, hits.scoreDocs[1].score, 1e-6f);

        query = TwoFieldKnnQuery.builder().fast("fast", one).quality("quality", one).k(10).build();
        assertEquals(5, search(reader, query, 10).length);
        // The worst candidate matches, too
        query = TwoFieldKnnQuery.builder().fast("fast", one).quality("none", one).k(10).build();
        assertEquals(0, new IndexSearcher(reader).search(query, 10).scoreDocs[0].doc);
      }
    }
  }

  private static void assertScores(float[] expected, IndexReader reader, Query query)
      throws IOException {
    float[] scores = new float[expected.length];
    for (ScoreDoc hit : new IndexSearcher(reader).search(query, expected.length).scoreDocs) {
      scores[hit.doc] = hit.score;
    }
    assertArrayEquals(expected, scores, 1e-6f);
  }

  /** A product that overflows is the best score, and does not count as no vector. */
  public void testTwoFieldsOverflow() throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer =
            new IndexWriter(
                directory,
                VectorDocuments.config(new FsviVectorsFormat(FsviEncoding.FLOAT32))
                    .setMergePolicy(newLogMergePolicy()))) {
      VectorSimilarityFunction product = VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT;
      for (float[] each : new float[][] {{3, 1}, {2, 3e38f}, {1, 2}}) {
        Document doc = new Document();
        doc.add(new KnnFloatVectorField("usual", new float[] {each[0]}, product));
        doc.add(new KnnFloatVectorField("long", new float[] {each[1]}, product));
        writer.addDocument(doc);
      }
      try (IndexReader reader = DirectoryReader.open(writer)) {
        TwoFieldKnnQuery.Builder builder = TwoFieldKnnQuery.builder().k(3).qualityWeight(0.7f);
        float[] one = {1};
        float[] ten = {10};
        Query quality = builder.fast("usual", one).quality("long", ten).build();
        assertScores(new float[] {0.3f, 0.85f, 0}, reader, quality);
        Query fast = builder.fast("long", ten).quality("usual", one).build();
        assertScores(new float[] {0.7f, 0.65f, 0}, reader, fast);
      }
    }
  }

  /** There are vectors, but the filter matches none of their documents. */
  public void testNoHits() throws IOException {
    try (Directory directory = newDirectory()) {
      VectorDocuments.write(
          directory, randomFormat(), 20, 4, VectorSimilarityFunction.EUCLIDEAN, 1);
      try (IndexReader reader = DirectoryReader.open(directory)) {
        Query filter = new TermQuery(new Term(VectorDocuments.TAG, "none"));
        Query query = new ExactKnnQuery(VectorDocuments.FLOATS, new float[4], 5, filter);
        assertEquals(
            new MatchNoDocsQuery("no document matches").toString(),
            new IndexSearcher(reader).rewrite(query).toString());
      }
    }
  }

  public void testQueryContract() throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer =
          new IndexWriter(directory, VectorDocuments.config(randomFormat()))) {
        VectorDocuments.index(writer, 100, 4, VectorSimilarityFunction.COSINE, 0.7);
        // One segment, because the test searches some segments alone and expects the same hits
        writer.forceMerge(1);
      }
      try (IndexReader reader = DirectoryReader.open(directory)) {
        String field = VectorDocuments.FLOATS;
        float[] target = {1, 2, 3, 4};
        Query all = MatchAllDocsQuery.INSTANCE;
        List<Query> queries =
            List.of(
                new ExactKnnQuery(field, target, 5, null),
                new ExactKnnQuery(field, target, 6, null),
                new ExactKnnQuery(field, target, 5, all),
                new ExactKnnQuery(field, new float[] {1, 2, 3, 5}, 5, null),
                new ExactKnnQuery(VectorDocuments.BYTES, new byte[] {1, 2, 3, 4}, 5, null),
                PrefixKnnQuery.builder(field, target).prefixDimensions(2).k(5).build(),
                PrefixKnnQuery.builder(field, target).prefixDimensions(3).k(5).build(),
                PrefixKnnQuery.builder(field, target)
                    .prefixDimensions(2)
                    .k(5)
                    .oversample(4)
                    .build(),
                TwoFieldKnnQuery.builder().fast(field, target).quality(field, target).k(5).build(),
                TwoFieldKnnQuery.builder()
                    .fast(field, target)
                    .quality(field, target)
                    .k(5)
                    .oversample(3)
                    .qualityWeight(0.5f)
                    .build(),
                TwoFieldKnnQuery.builder()
                    .fast(field, target)
                    .quality("other", target)
                    .k(5)
                    .build());
        IndexSearcher searcher = newSearcher(reader);
        for (Query query : queries) {
          QueryUtils.check(query);
          QueryUtils.check(random(), query, searcher);
          CheckHits.checkExplanations(query, field, searcher);
        }
        assertEquals(queries.size(), new HashSet<>(queries).size());
        assertEquals(queries.get(0), new ExactKnnQuery(field, target.clone(), 5, null));
      }
    }
  }

  public void testWrongArguments() {
    float[] one = {1};
    expectThrows(IllegalArgumentException.class, () -> new ExactKnnQuery("f", one, 0, null));
    expectThrows(
        IllegalArgumentException.class, () -> new ExactKnnQuery("f", new float[0], 1, null));
    expectThrows(
        IllegalArgumentException.class, () -> new ExactKnnQuery("f", new byte[0], 1, null));
    expectThrows(
        IllegalArgumentException.class,
        () -> new ExactKnnQuery("f", new float[] {Float.NaN}, 1, null));
    expectThrows(
        IllegalArgumentException.class,
        () -> PrefixKnnQuery.builder("f", one).prefixDimensions(2).k(1).build());
    expectThrows(
        IllegalArgumentException.class,
        () -> PrefixKnnQuery.builder("f", one).prefixDimensions(1).k(1).oversample(0).build());
    expectThrows(
        IllegalArgumentException.class,
        () ->
            TwoFieldKnnQuery.builder()
                .fast("f", one)
                .quality("g", one)
                .k(1)
                .oversample(0)
                .qualityWeight(0.7f)
                .build());
    expectThrows(
        IllegalArgumentException.class,
        () ->
            TwoFieldKnnQuery.builder()
                .fast("f", one)
                .quality("g", one)
                .k(1)
                .oversample(3)
                .qualityWeight(Float.NaN)
                .build());
  }
}
