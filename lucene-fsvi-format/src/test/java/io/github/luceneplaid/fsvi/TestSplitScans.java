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

import static io.github.luceneplaid.fsvi.OrdRange.ALL;
import static io.github.luceneplaid.fsvi.OrdRange.MAX_RANGES;
import static io.github.luceneplaid.fsvi.OrdRange.TASK_BYTES;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.NamedThreadFactory;

/** Tests scans of one segment by several tasks. */
public class TestSplitScans extends LuceneTestCase {

  public void testRanges() {
    assertEquals(List.of(ALL), OrdRange.split(0, 100, 10));
    int rows = 1 << 20;
    long rowBytes = 64;
    assertEquals(16, OrdRange.split(rows, rowBytes, 10).size());
    assertEquals(List.of(ALL), OrdRange.split((int) (2 * TASK_BYTES / 64) - 1, rowBytes, 10));
    assertEquals(2, OrdRange.split((int) (2 * TASK_BYTES / 64), rowBytes, 10).size());
    assertEquals(MAX_RANGES, OrdRange.split(Integer.MAX_VALUE, 1 << 18, 10).size());
    // There are few vectors for each hit
    assertEquals(10, OrdRange.split(rows, rowBytes, rows / 1000).size());
    assertEquals(List.of(ALL), OrdRange.split(rows, rowBytes, rows));
    assertEquals(List.of(ALL), OrdRange.split(rows, rowBytes, Integer.MAX_VALUE - 16));

    int size = TestUtil.nextInt(random(), 1 << 20, 1 << 24);
    int end = 0;
    for (OrdRange range : OrdRange.split(size, 1024, 10)) {
      assertEquals(end, range.from());
      end = range.to();
    }
    assertEquals(size, end);
  }

  private static List<ScoreDoc> scan(
      StoredVectors stored, float[] query, OrdRange range, int k, Bits accepted, int maxDoc)
      throws IOException {
    KnnCollector collector = new TopKnnCollector(k, Integer.MAX_VALUE);
    ExactSearch.of(stored.copy(), query)
        .search(range, collector, AcceptDocs.fromLiveDocs(accepted, maxDoc));
    return List.of(collector.topDocs().scoreDocs);
  }

  private static String described(ScoreDoc[] hits) {
    StringBuilder text = new StringBuilder();
    for (ScoreDoc hit : hits) {
      text.append(hit.doc).append('=').append(hit.score).append(' ');
    }
    return text.toString();
  }

  /** The best hits of all ranges are the best hits of the segment. */
  public void testPartsTogether() throws IOException {
    FsviEncoding encoding = RandomPicks.randomFrom(random(), FsviEncoding.values());
    VectorSimilarityFunction similarity =
        RandomPicks.randomFrom(random(), VectorSimilarityFunction.values());
    int dim = TestUtil.nextInt(random(), 1, 40);
    try (Directory directory = new ByteBuffersDirectory()) {
      try (IndexWriter writer =
          new IndexWriter(directory, VectorDocuments.config(new FsviVectorsFormat(encoding)))) {
        VectorDocuments.index(writer, 2000, dim, similarity, random().nextBoolean() ? 1 : 0.5);
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        LeafReader leaf = getOnlyLeafReader(reader);
        StoredVectors stored = FsviVectorsFormat.stored(leaf, VectorDocuments.FLOATS);
        for (int trial = 0; trial < 20; trial++) {
          float[] query = VectorDocuments.randomVector(dim);
          int k = TestUtil.nextInt(random(), 1, 100);
          FixedBitSet accepted = null;
          if (random().nextBoolean()) {
            accepted = new FixedBitSet(leaf.maxDoc());
            for (int doc = 0; doc < leaf.maxDoc(); doc++) {
              if (random().nextInt(3) > 0) {
                accepted.set(doc);
              }
            }
          }
          List<ScoreDoc> parts = new ArrayList<>();
          for (int from = 0, to; from < stored.size(); from = to) {
            to = from + 1 + random().nextInt(stored.size());
            OrdRange range = new OrdRange(from, to);
            parts.addAll(scan(stored, query, range, k, accepted, leaf.maxDoc()));
          }
          List<ScoreDoc> whole = scan(stored, query, ALL, k, accepted, leaf.maxDoc());
          assertEquals(
              described(whole.toArray(ScoreDoc[]::new)), described(VectorQuery.best(parts, k)));
        }
      }
    }
  }

  private static final int DIM = 1024;
  private static final int DOCUMENTS = 4 * (int) (TASK_BYTES / (DIM * Float.BYTES)) + 10;

  private static Directory largeSegment(KnnVectorsFormat format) throws IOException {
    Directory directory = new ByteBuffersDirectory();
    try (IndexWriter writer = new IndexWriter(directory, VectorDocuments.config(format))) {
      for (int i = 0; i < DOCUMENTS; i++) {
        float[] vector = new float[DIM];
        vector[0] = 1;
        vector[1 + random().nextInt(DIM - 1)] = random().nextInt(100);
        Document document = new Document();
        document.add(new StringField("tag", i % 3 == 0 ? "third" : "other", Field.Store.NO));
        document.add(new KnnFloatVectorField("vector", vector, VectorSimilarityFunction.EUCLIDEAN));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
    return directory;
  }

  /** Searches with an executor and without one. Returns the number of tasks of the executor. */
  private static int tasks(IndexReader reader, Query query) throws IOException {
    String alone = described(new IndexSearcher(reader).search(query, 10).scoreDocs);
    AtomicInteger tasks = new AtomicInteger();
    ExecutorService threads =
        Executors.newFixedThreadPool(
            TestUtil.nextInt(random(), 1, 4), new NamedThreadFactory("split"));
    Executor counting =
        task -> {
          tasks.incrementAndGet();
          threads.execute(task);
        };
    try {
      IndexSearcher searcher = new IndexSearcher(reader, counting);
      Query rewritten = searcher.rewrite(query);
      int searching = tasks.get();
      assertEquals(alone, described(searcher.search(rewritten, 10).scoreDocs));
      return searching;
    } finally {
      TestUtil.shutdownExecutorService(threads);
    }
  }

  public void testTasks() throws IOException {
    float[] query = new float[DIM];
    query[5] = 30;
    Query third = new TermQuery(new Term("tag", "third"));
    try (Directory directory = largeSegment(new FsviVectorsFormat());
        IndexReader reader = DirectoryReader.open(directory)) {
      assertEquals(1, reader.leaves().size());
      // The searching thread runs one of the four tasks itself
      assertEquals(3, tasks(reader, new ExactKnnQuery("vector", query, 10, null)));
      assertEquals(3, tasks(reader, new ExactKnnQuery("vector", query, 10, third)));
      // There are too few vectors for each hit
      assertEquals(0, tasks(reader, new ExactKnnQuery("vector", query, DOCUMENTS, null)));
      assertEquals(
          1,
          tasks(
              reader,
              PrefixKnnQuery.builder("vector", query).prefixDimensions(DIM / 2).k(5).build()));
      assertEquals(
          0,
          tasks(
              reader,
              PrefixKnnQuery.builder("vector", query).prefixDimensions(DIM / 4).k(5).build()));
      assertEquals(
          3,
          tasks(
              reader,
              TwoFieldKnnQuery.builder()
                  .fast("vector", query)
                  .quality("vector", query)
                  .k(3)
                  .filter(third)
                  .build()));
      // Lucene's own query calls the format once for each segment
      assertEquals(0, tasks(reader, new KnnFloatVectorQuery("vector", query, 10)));
    }
  }

  /** Only an exact query scans a field with a graph. */
  public void testTasksOfAGraph() throws IOException {
    float[] query = new float[DIM];
    query[5] = 30;
    KnnVectorsFormat format = FsviHnswVectorsFormat.builder().build();
    try (Directory directory = largeSegment(format);
        IndexReader reader = DirectoryReader.open(directory)) {
      assertEquals(3, tasks(reader, new ExactKnnQuery("vector", query, 10, null)));
      assertEquals(
          0,
          tasks(
              reader,
              TwoFieldKnnQuery.builder()
                  .fast("vector", query)
                  .quality("vector", query)
                  .k(3)
                  .build()));
    }
  }
}
