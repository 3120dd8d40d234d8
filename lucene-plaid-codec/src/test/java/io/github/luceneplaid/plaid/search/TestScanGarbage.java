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
import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressFileSystems;
import org.apache.lucene.tests.util.TestUtil;

/** Exact scans over floats allocate nothing for each document, once they are compiled. */
@SuppressFileSystems("*")
public class TestScanGarbage extends LateInteractionTestCase {

  private static final int DOCUMENTS = 100;
  private static final int TOKENS = 70;

  /** Whole panels of queries, whatever the length of vectors. */
  private static final int QUERY = 32;

  /** Measurements until the compiler is done, which needs far fewer. */
  private static final int MAX_ROUNDS = 500;

  /** Milliseconds that the compiler gets before the next measurement. */
  private static final int PAUSE = 50;

  /** A row of floats takes 272 bytes, a value of each query token 144; Lucene takes some. */
  private static final double MAX_BYTES_PER_DOCUMENT = 50;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    assumeTrue("JDK 21 keeps vectors on the heap", Runtime.version().feature() > 21);
    dimension = 64;
  }

  public void testFlat() throws Exception {
    assertNoGarbage(PlaidDocValuesFormat.builder().trainingThreshold(1 << 30).build());
  }

  public void testForeign() throws Exception {
    assertNoGarbage(TestUtil.getDefaultDocValuesFormat());
  }

  private void assertNoGarbage(DocValuesFormat format) throws Exception {
    mixSpecies();
    float[][] query = tokens(QUERY);
    try (Directory one = index(1, format);
        Directory many = index(1 + DOCUMENTS, format);
        DirectoryReader ofOne = DirectoryReader.open(one);
        DirectoryReader ofMany = DirectoryReader.open(many)) {
      double bytes = Double.POSITIVE_INFINITY;
      for (int round = 0; round < MAX_ROUNDS && bytes > MAX_BYTES_PER_DOCUMENT; round++) {
        // Subtracts the memory that a search takes for itself, to leave that for documents
        long more = allocated(ofMany, query) - allocated(ofOne, query);
        bytes = (double) more / DOCUMENTS;
        if (bytes > MAX_BYTES_PER_DOCUMENT) {
          Thread.sleep(PAUSE);
        }
      }
      assertTrue(bytes + " bytes a document", bytes <= MAX_BYTES_PER_DOCUMENT);
    }
  }

  private Directory index(int documents, DocValuesFormat format) throws IOException {
    Directory directory = new MMapDirectory(createTempDir());
    IndexWriterConfig config =
        new IndexWriterConfig().setCodec(TestUtil.alwaysDocValuesFormat(format));
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int id = 0; id < documents; id++) {
        writer.addDocument(document(id, tokens(TOKENS)));
      }
    }
    return directory;
  }

  /** The bytes that a search allocates. */
  private static long allocated(DirectoryReader reader, float[][] query) throws IOException {
    ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    assumeTrue("no count of allocated bytes", threads.isThreadAllocatedMemorySupported());
    LateInteractionOptions exact = LateInteractionOptions.builder().exact().build();
    IndexSearcher searcher = new IndexSearcher(reader);
    long before = threads.getCurrentThreadAllocatedBytes();
    searcher.search(new LateInteractionQuery(FIELD, query, 1, null, exact), 1);
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  /** Has the kernels of codes use vectors of several lengths, as searches do. */
  private static void mixSpecies() {
    VectorKernels kernels = VectorKernels.get();
    float[] ones = new float[VectorKernels.TILE_LANES];
    for (int i = 0; i < 2_000; i++) {
      int nq = i % 2 == 0 ? 4 : 8;
      int[] rows = new int[VectorKernels.TILE_LANES];
      short[] sums = new short[VectorKernels.sumsLength(nq)];
      kernels.maxTile(
          sums, nq, VectorKernels.TILE_LANES, ones, nq, rows, ones, ones, ones, new float[nq]);
    }
  }
}
