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
package io.github.luceneplaid.tests;

import com.sun.management.ThreadMXBean;
import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;

/**
 * Counts the bytes that scans over floats or codes allocate for each document, once they are
 * compiled. {@code main} takes an empty folder, a seed and a {@link Format}, and prints the bytes.
 */
final class ScanGarbage {

  /** What the documents are stored in. */
  enum Format {
    /** Floats in a flat segment. A row of them takes 272 bytes, a value of each query token 144. */
    PLAID(50),
    /**
     * Codes of 2 bits, whose decoder is the largest that the compiler inlines. Each document has an
     * array with a value of each query token. Vectors of one kernel would take 100 kB and more.
     */
    CODES(1000),
    /**
     * Codes of 4 bits, from which a search scores documents in integers before it scores the best
     * one exactly. Vectors of one kernel would take 10 kB and more.
     */
    CANDIDATES(1500),
    /** Floats in Lucene's own doc values; Lucene takes some. */
    LUCENE(50);

    /** The bytes that a document may take. */
    final double maxBytes;

    Format(double maxBytes) {
      this.maxBytes = maxBytes;
    }
  }

  private static final String FIELD = "tokens";
  private static final int DOCUMENTS = 100;
  private static final int TOKENS = 70;
  private static final int DIMENSION = 64;

  /** Whole panels of queries, whatever the length of vectors. */
  private static final int QUERY = 32;

  /** No whole groups of query tokens, so that the kernel for the rest is called, too. */
  private static final int QUERY_OF_CODES = 31;

  /** Measurements until the compiler is done, which needs far fewer. */
  private static final int MAX_ROUNDS = 200;

  /** Milliseconds that the compiler gets before the next measurement. */
  private static final int PAUSE = 50;

  private final float[][] query;
  private final LateInteractionOptions options;

  private ScanGarbage(float[][] query, LateInteractionOptions options) {
    this.query = query;
    this.options = options;
  }

  /** Prints the bytes a document. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Random random = new Random(Long.parseLong(arguments[1]));
    Format format = Format.valueOf(arguments[2]);
    mixSpecies();
    int queryTokens = format == Format.CODES ? QUERY_OF_CODES : QUERY;
    LateInteractionOptions.Builder options = LateInteractionOptions.builder();
    if (format == Format.CANDIDATES) {
      // All of them, without an early end
      options.candidates(1 + DOCUMENTS).deviations(Float.POSITIVE_INFINITY);
    } else {
      options.exact();
    }
    try (Directory one = index(folder.resolve("one"), format, 1, random);
        Directory many = index(folder.resolve("many"), format, 1 + DOCUMENTS, random);
        DirectoryReader ofOne = DirectoryReader.open(one);
        DirectoryReader ofMany = DirectoryReader.open(many)) {
      System.out.println(
          new ScanGarbage(tokens(random, queryTokens), options.build())
              .count(ofOne, ofMany, format.maxBytes));
    }
  }

  private double count(DirectoryReader ofOne, DirectoryReader ofMany, double maxBytes)
      throws IOException, InterruptedException {
    double bytes = Double.POSITIVE_INFINITY;
    for (int round = 0; round < MAX_ROUNDS && bytes > maxBytes; round++) {
      // Subtracts the memory that a search takes for itself, to leave that for documents
      long more = allocated(ofMany) - allocated(ofOne);
      bytes = (double) more / DOCUMENTS;
      if (bytes > maxBytes) {
        Thread.sleep(PAUSE);
      }
    }
    return bytes;
  }

  private static Directory index(Path folder, Format format, int documents, Random random)
      throws IOException {
    Directory directory = new MMapDirectory(folder);
    Codec codec = codec(format);
    try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig().setCodec(codec))) {
      for (int id = 0; id < documents; id++) {
        Document document = new Document();
        document.add(new LateInteractionField(FIELD, tokens(random, TOKENS)));
        writer.addDocument(document);
      }
    }
    return directory;
  }

  private static Codec codec(Format format) {
    PlaidDocValuesFormat.Builder builder = PlaidDocValuesFormat.builder();
    return switch (format) {
      case PLAID -> PlaidCodec.of(FIELD, builder.trainingThreshold(1 << 30).build());
      case CODES -> PlaidCodec.of(FIELD, builder.trainingThreshold(1).bits(2).build());
      case CANDIDATES -> PlaidCodec.of(FIELD, builder.trainingThreshold(1).build());
      case LUCENE -> Codec.getDefault();
    };
  }

  private static float[][] tokens(Random random, int count) {
    float[][] tokens = new float[count][];
    Arrays.setAll(tokens, i -> UnitVectors.random(random, DIMENSION));
    return tokens;
  }

  /** The bytes that a search allocates. */
  private long allocated(DirectoryReader reader) throws IOException {
    ThreadMXBean threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
    IndexSearcher searcher = new IndexSearcher(reader);
    long before = threads.getCurrentThreadAllocatedBytes();
    searcher.search(new LateInteractionQuery(FIELD, query, 1, null, options), 1);
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
