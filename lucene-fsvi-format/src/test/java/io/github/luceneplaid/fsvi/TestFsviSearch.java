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
import java.util.List;
import java.util.Set;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.FloatVectorSimilarityQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnByteVectorQuery;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.store.NIOFSDirectory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Searches find the same hits as brute force in double precision. */
public class TestFsviSearch extends LuceneTestCase {

  private static FsviEncoding randomEncoding() {
    return RandomPicks.randomFrom(random(), FsviEncoding.values());
  }

  private static VectorSimilarityFunction randomSimilarity() {
    return RandomPicks.randomFrom(random(), VectorSimilarityFunction.values());
  }

  /** Returns a format that searches exactly: without graphs, or with empty graphs. */
  private static KnnVectorsFormat exactFormat(FsviEncoding encoding) {
    return random().nextInt(3) > 0
        ? new FsviVectorsFormat(encoding)
        : FsviHnswVectorsFormat.builder().encoding(encoding).build();
  }

  private static ScoreDoc[] search(IndexReader reader, float[] query, int k) throws IOException {
    return new IndexSearcher(reader)
        .search(new KnnFloatVectorQuery(VectorDocuments.FLOATS, query, k), k)
        .scoreDocs;
  }

  private static void assertHits(IndexReader reader, int dim, VectorSimilarityFunction similarity)
      throws IOException {
    for (int i = 0; i < 5; i++) {
      int k = TestUtil.nextInt(random(), 1, 50);
      float[] query = VectorDocuments.randomVector(dim);
      List<Hit> expected = VectorDocuments.allHits(reader, query, similarity, (leaf, doc) -> true);
      assertNull(VectorDocuments.compare(expected, search(reader, query, k), k));

      byte[] bytes = VectorDocuments.randomBytes(dim);
      TopDocs hits =
          new IndexSearcher(reader)
              .search(new KnnByteVectorQuery(VectorDocuments.BYTES, bytes, k), k);
      assertNull(
          VectorDocuments.compare(
              VectorDocuments.allHits(reader, bytes, similarity), hits.scoreDocs, k));
    }
  }

  public void testAgainstBruteForce() throws IOException {
    for (FsviEncoding encoding : FsviEncoding.values()) {
      for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
        int dim = TestUtil.nextInt(random(), 1, 200);
        double share = random().nextInt(3) == 0 ? 1 : random().nextDouble();
        try (Directory directory = newDirectory();
            IndexWriter writer =
                new IndexWriter(directory, VectorDocuments.config(exactFormat(encoding)))) {
          VectorDocuments.index(writer, atLeast(300), dim, similarity, share);
          try (IndexReader reader = DirectoryReader.open(writer)) {
            assertHits(reader, dim, similarity);
          }
          writer.forceMerge(1);
          try (IndexReader reader = DirectoryReader.open(writer)) {
            assertHits(reader, dim, similarity);
          }
        }
      }
    }
  }

  private static boolean hasTag(LeafReader leaf, int doc, String tag) throws IOException {
    PostingsEnum postings = leaf.postings(new Term(VectorDocuments.TAG, tag));
    return postings != null && postings.advance(doc) == doc;
  }

  public void testFilter() throws IOException {
    for (FsviEncoding encoding : FsviEncoding.values()) {
      int dim = TestUtil.nextInt(random(), 1, 100);
      VectorSimilarityFunction similarity = randomSimilarity();
      try (Directory directory = newDirectory()) {
        VectorDocuments.write(
            directory, exactFormat(encoding), atLeast(500), dim, similarity, random().nextDouble());
        try (IndexReader reader = DirectoryReader.open(directory)) {
          for (int k : new int[] {1, 5, 1000}) {
            String tag = "t" + random().nextInt(20);
            float[] query = VectorDocuments.randomVector(dim);
            TopDocs hits =
                new IndexSearcher(reader)
                    .search(
                        new KnnFloatVectorQuery(
                            VectorDocuments.FLOATS,
                            query,
                            k,
                            new TermQuery(new Term(VectorDocuments.TAG, tag))),
                        k);
            List<Hit> expected =
                VectorDocuments.allHits(
                    reader, query, similarity, (leaf, doc) -> hasTag(leaf, doc, tag));
            assertNull(VectorDocuments.compare(expected, hits.scoreDocs, k));
          }
        }
      }
    }
  }

  /** Searches work with collectors that have no fixed number of hits. */
  public void testBySimilarity() throws IOException {
    for (FsviEncoding encoding : FsviEncoding.values()) {
      // In one dimension all scores may be equal
      int dim = TestUtil.nextInt(random(), 2, 100);
      VectorSimilarityFunction similarity = randomSimilarity();
      try (Directory directory = newDirectory()) {
        VectorDocuments.write(directory, exactFormat(encoding), 300, dim, similarity, 0.7);
        try (IndexReader reader = DirectoryReader.open(directory)) {
          float[] query = VectorDocuments.randomVector(dim);
          List<Hit> all = VectorDocuments.allHits(reader, query, similarity, (leaf, doc) -> true);
          // Between two scores whose difference is larger than rounding errors
          int n = 20;
          while (all.get(n - 1).score() - all.get(n).score() < 8 * all.get(n).tolerance()) {
            n++;
          }
          float least = (float) ((all.get(n - 1).score() + all.get(n).score()) / 2);
          TopDocs hits =
              new IndexSearcher(reader)
                  .search(
                      new FloatVectorSimilarityQuery.Adaptive(VectorDocuments.FLOATS, query, least),
                      1000);
          assertNull(
              VectorDocuments.compare(all.subList(0, n), hits.scoreDocs, hits.scoreDocs.length));
          assertEquals(n, hits.scoreDocs.length);
        }
      }
    }
  }

  /** A field with two slabs has exactly the hits and scores of its fine slab alone. */
  public void testTwoSlabsAsOne() throws IOException {
    for (FsviEncoding encoding : FsviEncoding.values()) {
      if (encoding.tiers().size() == 2) {
        FsviEncoding alone = FsviEncoding.valueOf(encoding.tiers().get(1).name());
        VectorSimilarityFunction similarity = randomSimilarity();
        int dim = TestUtil.nextInt(random(), 1, 300);
        try (Directory one = newDirectory();
            Directory two = newDirectory()) {
          try (IndexWriter writer = new IndexWriter(two, inOrder(encoding))) {
            VectorDocuments.index(writer, atLeast(500), dim, similarity, 0.9);
            writer.forceMerge(1);
          }
          try (IndexWriter writer = new IndexWriter(one, inOrder(alone));
              DirectoryReader source = DirectoryReader.open(two)) {
            TestUtil.addIndexesSlowly(writer, source);
            writer.forceMerge(1);
          }
          try (IndexReader expected = DirectoryReader.open(one);
              IndexReader actual = DirectoryReader.open(two)) {
            for (int i = 0; i < 10; i++) {
              float[] query = VectorDocuments.randomVector(dim);
              int k = TestUtil.nextInt(random(), 1, 100);
              assertSameHits(search(expected, query, k), search(actual, query, k));
            }
          }
        }
      }
    }
  }

  /** Returns a merge policy that keeps the order of documents. */
  private static IndexWriterConfig inOrder(FsviEncoding encoding) {
    return VectorDocuments.config(new FsviVectorsFormat(encoding))
        .setMergePolicy(newLogMergePolicy());
  }

  private static void assertSameHits(ScoreDoc[] expected, ScoreDoc[] actual) {
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i].doc, actual[i].doc);
      assertEquals(expected[i].score, actual[i].score, 0);
    }
  }

  /** Searches give the same hits in all kinds of directories. */
  public void testDirectories() throws IOException {
    FsviEncoding encoding = randomEncoding();
    VectorSimilarityFunction similarity = randomSimilarity();
    int dim = TestUtil.nextInt(random(), 1, 300);
    float[] query = VectorDocuments.randomVector(dim);
    try (Directory directory = newDirectory()) {
      IndexWriterConfig config = VectorDocuments.config(new FsviVectorsFormat(encoding));
      config.setUseCompoundFile(random().nextBoolean());
      config.setMergePolicy(NoMergePolicy.INSTANCE);
      ScoreDoc[] expected;
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        VectorDocuments.index(writer, atLeast(300), dim, similarity, 0.8);
        try (IndexReader reader = DirectoryReader.open(writer)) {
          expected = search(reader, query, 20);
        }
      }
      long[] chunks = {1 << 12, 1 << 16, 1 << 30};
      for (Directory copy :
          List.of(
              new NIOFSDirectory(createTempDir()),
              new MMapDirectory(createTempDir(), chunks[random().nextInt(3)]),
              new MMapDirectory(createTempDir()))) {
        try (copy) {
          for (String file : directory.listAll()) {
            if (Set.of("write.lock", "extra0").contains(file) == false) {
              copy.copyFrom(directory, file, file, newIOContext(random()));
            }
          }
          for (int i = 0; i < 2; i++) {
            try (IndexReader reader = DirectoryReader.open(copy)) {
              assertSameHits(expected, search(reader, query, 20));
            }
          }
        }
      }
    }
  }

  public void testWrongQueries() throws IOException {
    try (Directory directory = newDirectory()) {
      VectorDocuments.write(
          directory,
          exactFormat(FsviEncoding.FLOAT16),
          20,
          4,
          VectorSimilarityFunction.DOT_PRODUCT,
          1);
      try (IndexReader reader = DirectoryReader.open(directory)) {
        IllegalArgumentException e =
            expectThrows(IllegalArgumentException.class, () -> search(reader, new float[3], 1));
        assertTrue(e.getMessage(), e.getMessage().contains("dimension"));
      }
    }
  }

  /** A vector whose score is beyond the largest float is the last one, and hides no other. */
  public void testOverflow() throws IOException {
    for (FsviEncoding encoding : FsviEncoding.values()) {
      for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
        try (Directory directory = newDirectory()) {
          IndexWriterConfig config =
              new IndexWriterConfig()
                  .setCodec(TestUtil.alwaysKnnVectorsFormat(new FsviVectorsFormat(encoding)));
          try (IndexWriter writer = new IndexWriter(directory, config)) {
            for (int i = 0; i < 20; i++) {
              Document document = new Document();
              float[] vector = i == 7 ? new float[] {3e38f, -3e38f} : new float[] {i + 1, 1};
              document.add(new KnnFloatVectorField(VectorDocuments.FLOATS, vector, similarity));
              writer.addDocument(document);
            }
          }
          try (IndexReader reader = DirectoryReader.open(directory)) {
            for (int k : new int[] {5, 20, 30}) {
              ScoreDoc[] hits = search(reader, new float[] {10, 10}, k);
              assertEquals(encoding + " " + similarity, Math.min(k, 20), hits.length);
              for (int i = 0; i < Math.min(hits.length, 19); i++) {
                assertNotEquals(encoding + " " + similarity, 7, hits[i].doc);
                assertTrue(hits[i].score > 0);
              }
            }
          }
        }
      }
    }
  }
}
