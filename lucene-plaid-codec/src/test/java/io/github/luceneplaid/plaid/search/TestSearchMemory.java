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

package io.github.luceneplaid.plaid.search;

import com.sun.management.ThreadMXBean;
import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.MaxSimValuesSource;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.PlaidStatistics;
import io.github.luceneplaid.plaid.SearchProfile;
import io.github.luceneplaid.plaid.exchange.PlaidFolder;
import io.github.luceneplaid.plaid.exchange.PlaidImport;
import io.github.luceneplaid.plaid.exchange.RandomDirectories;
import io.github.luceneplaid.plaid.search.request.QueryTokens;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressFileSystems;
import org.apache.lucene.tests.util.TestUtil;

/**
 * The memory that searches hold at once, which {@link CandidateCollector} bounds. The total that
 * they allocate would show nothing: blocks of query tokens, one after the other, take as much as a
 * single table of all tokens.
 */
@SuppressFileSystems("*")
public class TestSearchMemory extends LateInteractionTestCase {

  /** Products with regions and scores of cells. */
  private static final long SCORES = 32L << 20;

  /**
   * Memory that does not grow with regions, cells or documents: the forms of the query, a table of
   * centroids of 8 MB, postings and scores of candidates. Measurements found 2 MB at most.
   */
  private static final long REST = 14L << 20;

  /** The part of a value that is decoded at a time. */
  private static final long FLOATS = (long) Float.BYTES * ExactSegmentSearch.CHUNK;

  private static final LateInteractionOptions FEW =
      LateInteractionOptions.builder().candidates(20).build();

  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  @Override
  public void setUp() throws Exception {
    super.setUp();
    dimension = 8;
    assumeTrue("no count of allocated bytes", THREADS.isThreadAllocatedMemorySupported());
    WeakReference<Object> garbage = new WeakReference<>(new Object());
    System.gc();
    assumeTrue("garbage is not collected when asked for", garbage.get() == null);
  }

  /**
   * Measures the memory that the search holds each time the search asks for the time. The search
   * holds at most the memory of the last measurement plus the allocations since then. Garbage is
   * collected only if that sum is more than allowed. A search that holds too much is ended.
   */
  private static final class Watch implements QueryTimeout {

    private final long allowed;
    private final long before = held();
    private long live;
    private long allocatedAtLook = allocated();
    private long most;

    Watch(long allowed) {
      this.allowed = allowed;
    }

    /** The serial collector leaves some garbage, except in every fourth collection. */
    private static long held() {
      long least = Long.MAX_VALUE;
      for (int i = 0; i < 4; i++) {
        System.gc();
        least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
      }
      return least;
    }

    private static long allocated() {
      return THREADS.getCurrentThreadAllocatedBytes();
    }

    @Override
    public boolean shouldExit() {
      if (live + allocated() - allocatedAtLook > allowed) {
        live = held() - before;
        most = Math.max(most, live);
        allocatedAtLook = allocated();
      }
      return most > allowed;
    }
  }

  private static DocValuesFormat format(int tokensPerCell) {
    return PlaidDocValuesFormat.builder().trainingThreshold(1).tokensPerCell(tokensPerCell).build();
  }

  private static IndexWriterConfig config(DocValuesFormat format) {
    return new IndexWriterConfig()
        .setCodec(TestUtil.alwaysDocValuesFormat(format))
        .setMergePolicy(new LogDocMergePolicy())
        .setRAMBufferSizeMB(512);
  }

  /** A query of the most tokens, with few different ones: the scores take as much memory. */
  private float[][] longQuery() {
    float[][] some = tokens(50);
    float[][] query = new float[QueryTokens.MAX_COUNT][];
    for (int q = 0; q < query.length; q++) {
      query[q] = some[random().nextInt(some.length)];
    }
    return query;
  }

  /** Searches the cells of the only segment, and checks the memory that is held at once. */
  private void assertHeld(
      Directory directory, float[][] query, LateInteractionOptions options, long allowed)
      throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      assertEquals(1, reader.leaves().size());
      // The reader loads centroids and the like
      new LateInteractionQuery(FIELD, tokens(1), 1).profile(new IndexSearcher(reader));
      IndexSearcher searcher = new IndexSearcher(reader);
      LateInteractionQuery search = new LateInteractionQuery(FIELD, query, 10, null, options);
      long estimate = search.memory(searcher, 1);
      Watch watch = new Watch(Math.min(allowed, estimate));
      searcher.setTimeout(watch);
      SearchProfile profile = search.profile(searcher);
      assertTrue(
          watch.most + " bytes held, allowed " + allowed + ", estimated " + estimate,
          watch.most <= watch.allowed);
      assertTrue(profile.toString(), profile.cells() > 0 && profile.candidates() > 0);
    }
  }

  /** Few regions of many cells. */
  public void testManyCells() throws IOException {
    try (Directory directory = new MMapDirectory(createTempDir())) {
      try (IndexWriter writer = new IndexWriter(directory, config(format(1)))) {
        for (int id = 0; id < 300; id++) {
          writer.addDocument(document(id, tokens(40)));
        }
      }
      assertHeld(directory, longQuery(), FEW, SCORES + REST);
    }
  }

  /** The cells are the centroids of an import, and all of them are scored. */
  public void testManyCentroids() throws IOException {
    try (Directory directory = new MMapDirectory(createTempDir())) {
      importDirectory(directory, 4_096, 1_000, false);
      assertHeld(directory, longQuery(), FEW, SCORES + REST);
    }
  }

  /** Many regions of some cells. */
  public void testManyRegions() throws IOException {
    try (Directory directory = new MMapDirectory(createTempDir())) {
      importDirectory(directory, 2_048, 1_000, true);
      assertHeld(directory, longQuery(), FEW, SCORES + REST);
    }
  }

  /**
   * Sums are of a window of documents, 4 bytes each. With 3 and 5 million documents, measurements
   * found 13.7 and 12.7 MB.
   */
  @Nightly
  public void testManyDocuments() throws IOException {
    dimension = 2;
    int documents = 4 << 20;
    long window = 1 << 20;
    try (Directory directory = new MMapDirectory(createTempDir())) {
      try (IndexWriter writer = new IndexWriter(directory, config(format(32)))) {
        Document document = new Document();
        for (int id = 0; id < documents; id++) {
          document.clear();
          document.add(new LateInteractionField(FIELD, tokens(1)));
          writer.addDocument(document);
        }
        writer.forceMerge(1);
      }
      assertHeld(directory, tokens(3), FEW, Integer.BYTES * window + (13L << 20));
    }
  }

  /** Usual searches hold no more than the estimate, which is below the bounds of long queries. */
  public void testEstimate() throws IOException {
    dimension = random().nextInt(1, 200);
    DocValuesFormat format = random().nextBoolean() ? format(4) : randomFormat();
    try (Directory directory = new MMapDirectory(createTempDir())) {
      int segments = random().nextInt(1, 6);
      IndexWriterConfig config = config(format).setMergePolicy(NoMergePolicy.INSTANCE);
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (int id = 0; id < 20 * segments; id++) {
          writer.addDocument(document(id, tokens(random().nextInt(1, 60))));
          if (id % 20 == 19) {
            writer.commit();
          }
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        for (int count : new int[] {1, 32, random().nextInt(1, 300)}) {
          assertEstimate(reader, tokens(count), SCORES + segments * REST);
        }
      }
    }
  }

  private static void assertEstimate(DirectoryReader reader, float[][] tokens, long most)
      throws IOException {
    IndexSearcher searcher = new IndexSearcher(reader);
    LateInteractionQuery query = new LateInteractionQuery(FIELD, tokens, random().nextInt(1, 200));
    searcher.rewrite(query); // loads what all searches need
    long estimate = query.memory(searcher, 1);
    Watch watch = new Watch(estimate);
    searcher.setTimeout(watch);
    searcher.rewrite(query);
    assertTrue(watch.most + " bytes held, estimated " + estimate, watch.most <= estimate);
    assertTrue(estimate + " bytes estimated", estimate <= most);
    assertTrue(query.memory(searcher, 2) >= estimate);
    long exact = new MaxSimValuesSource(FIELD, tokens).memory(searcher);
    assertTrue(exact + " and " + estimate, 0 < exact && exact <= estimate);
    expectThrows(IllegalArgumentException.class, () -> query.memory(searcher, 0));
  }

  /** Each thread has a scorer of each segment, and each part of a scan its own best hits. */
  public void testThreadsAndScans() throws IOException {
    long[] ofThread = new long[2];
    for (int segments = 1; segments <= 2; segments++) {
      try (Directory directory = newDirectory()) {
        try (IndexWriter writer =
            new IndexWriter(directory, config(format(32)).setMergePolicy(NoMergePolicy.INSTANCE))) {
          for (int id = 0; id < 2_000; id++) {
            writer.addDocument(document(id, tokens(1)));
            if (id == 999 && segments == 2) {
              writer.commit();
            }
          }
        }
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          assertEquals(segments, reader.leaves().size());
          IndexSearcher searcher = new IndexSearcher(reader);
          float[][] query = tokens(QueryTokens.MAX_COUNT);
          ofThread[segments - 1] = memory(searcher, query, 10, 9) - memory(searcher, query, 10, 8);
          long hits = memory(searcher, query, 32, 1) - memory(searcher, query, 1, 1);
          assertTrue(hits + " bytes", hits >= (2_000 - 128) * Long.BYTES);
        }
      }
    }
    // Products with so few centroids are computed once for all threads
    assertTrue(ofThread[0] + " bytes a thread", ofThread[0] < 700L * QueryTokens.MAX_COUNT);
    assertEquals(2 * ofThread[0], ofThread[1]);
  }

  /** Values as they are take a part as floats in each thread and segment, and an array. */
  public void testExactSearches() throws IOException {
    DocValuesFormat other = TestUtil.getDefaultDocValuesFormat();
    float[][] zero = new float[1][dimension];
    assertTrue(exactSearches(format(32), tokens(1)) < FLOATS);
    assertTrue(exactSearches(other, tokens(1)) > 3 * FLOATS);
    // A document of zeros is stored as it is
    assertTrue(exactSearches(format(32), zero) > 3 * FLOATS);
    // Each of the three segments and the iteration have an array for the value
    long longer = exactSearches(other, tokens(1001)) - exactSearches(other, tokens(1));
    assertEquals(4_000.0 * dimension * Float.BYTES, (double) longer, 100);
  }

  /**
   * A search of documents of another dimension reads only the values that are stored as they are.
   */
  public void testExactSearchesOfOtherDimension() throws IOException {
    float[][] query = new float[1][dimension + 1];
    query[0][0] = 1;
    assertTrue(exactSearches(format(32), tokens(1001), tokens(1), query) < FLOATS);
  }

  /** Sums of a long query token may not be finite, so values are read as they are. */
  public void testExactSearchesOfLongQuery() throws IOException {
    float[][] query = new float[1][dimension];
    query[0][0] = 1e20f;
    long value = 1_000L * dimension * Float.BYTES;
    float[][] zero = new float[1][dimension];
    assertTrue(exactSearches(format(32), tokens(1001), zero, query) > 3 * (FLOATS + value));
  }

  private long exactSearches(DocValuesFormat format, float[][] odd) throws IOException {
    return exactSearches(format, tokens(1), odd, tokens(1));
  }

  /** Bytes of another thread in an index of three segments. */
  private long exactSearches(
      DocValuesFormat format, float[][] first, float[][] odd, float[][] query) throws IOException {
    try (Directory directory = newDirectory()) {
      IndexWriterConfig config = config(format).setMergePolicy(NoMergePolicy.INSTANCE);
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (int segment = 0; segment < 3; segment++) {
          writer.addDocument(document(segment, first));
          writer.addDocument(document(segment, odd));
          writer.commit();
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(3, reader.leaves().size());
        IndexSearcher searcher = new IndexSearcher(reader);
        return memory(searcher, query, 1, 9) - memory(searcher, query, 1, 8);
      }
    }
  }

  /** Many segments of another format, whose values are long. */
  public void testEstimateOfExactSearches() throws IOException {
    int segments = 30;
    try (Directory directory = new MMapDirectory(createTempDir())) {
      IndexWriterConfig config =
          config(TestUtil.getDefaultDocValuesFormat()).setMergePolicy(NoMergePolicy.INSTANCE);
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (int id = 0; id < segments; id++) {
          writer.addDocument(document(id, tokens((int) FLOATS / Float.BYTES / dimension)));
          writer.commit();
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(segments, reader.leaves().size());
        // Not much more than the floats and the values
        assertEstimate(reader, tokens(1), 3L * segments * FLOATS);
      }
    }
  }

  private static long memory(IndexSearcher searcher, float[][] query, int k, int threads)
      throws IOException {
    LateInteractionOptions exact = LateInteractionOptions.builder().exact().build();
    return new LateInteractionQuery(FIELD, query, k, null, exact).memory(searcher, threads);
  }

  private void importDirectory(Directory directory, int centroids, int documents, boolean merged)
      throws IOException {
    Path folder = createTempDir();
    RandomDirectories.write(random(), folder, dimension, 4, false, documents, centroids);
    try (PlaidFolder plaid = PlaidFolder.open(folder);
        IndexWriter writer = new IndexWriter(directory, config(format(1)))) {
      PlaidImport.into(writer, plaid, FIELD, "order");
      if (merged) {
        // A single segment would be left as it is
        writer.addDocument(document(documents, null));
        writer.forceMerge(1);
      }
    }
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      PlaidStatistics statistics =
          PlaidDocValuesFormat.statistics(getOnlyLeafReader(reader), FIELD);
      assertEquals(centroids, statistics.centroids());
    }
  }
}
