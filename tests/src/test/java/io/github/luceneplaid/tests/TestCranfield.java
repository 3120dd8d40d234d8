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

import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.PlaidStatistics;
import io.github.luceneplaid.plaid.RawTokens;
import io.github.luceneplaid.testframework.SharedFolder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.SlowCodecReaderWrapper;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BytesRef;
import org.junit.AfterClass;
import org.junit.BeforeClass;

/**
 * Quality, size and history of an index of real documents that was built by many flushes and
 * merges. Prints what it measured; the speed is for information only.
 *
 * <p>Without the vector module everything takes many times as long, so only a part of the
 * collection is used.
 */
public class TestCranfield extends LuceneTestCase {

  private static final String TOKENS = "tokens";
  private static final String ID = "id";
  private static final int K = 10;

  /** Passes over the queries; the first ones warm up. */
  private static final int PASSES = 4;

  private static Cranfield cranfield;
  private static boolean whole;
  private static List<String> figures;

  @BeforeClass
  public static void readCollection() throws IOException {
    SharedFolder.of("data/cranfield");
    whole = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    cranfield = whole ? Cranfield.read() : Cranfield.read().reduced(2, 60, K);
    figures = new ArrayList<>();
  }

  @AfterClass
  public static void printFigures() {
    if (figures != null && figures.isEmpty() == false) {
      System.out.println(
          String.format(
                  Locale.ROOT,
                  "Cranfield: %d documents, %d tokens, %d queries, exact nDCG@%d %.4f%n",
                  cranfield.documents().length,
                  cranfield.tokens(),
                  cranfield.queries().length,
                  K,
                  cranfield.ndcg(cranfield.exact(), K))
              + "                      recall  nDCG  queries   bytes per token                      "
              + "               merged tokens, all merges\n"
              + "                        @10   @10  per CPU-s  all   codes cells posts centroids  raw "
              + "addr  codebooks copied encoded again\n"
              + String.join("\n", figures));
    }
    cranfield = null;
    figures = null;
  }

  public void testFourBits() throws IOException {
    Result result = run("4 bits", PlaidDocValuesFormat.builder().build(), 100);
    assertAtLeast("recall", 0.97, result.recall);
    assertEquals("nDCG", cranfield.ndcg(cranfield.exact(), K), result.ndcg, 0.005);
    assertAtMost("bytes per token", 82, result.bytesPerToken());
  }

  public void testTwoBits() throws IOException {
    Result result = run("2 bits", PlaidDocValuesFormat.builder().bits(2).build(), 100);
    assertAtLeast("recall", 0.93, result.recall);
    assertAtMost("bytes per token", 48, result.bytesPerToken());
  }

  public void testRawTokens() throws IOException {
    DocValuesFormat raw = PlaidDocValuesFormat.builder().raw(RawTokens.FLOAT16).build();
    assertAtLeast("recall", 0.99, run("4 bits, raw f16", raw, 100).recall);
  }

  /** Segments that were trained separately keep their codebooks when they are merged. */
  public void testSeveralCodebooks() throws IOException {
    assumeTrue("a part of the collection is not enough for several codebooks", whole);
    DocValuesFormat raw = PlaidDocValuesFormat.builder().raw(RawTokens.FLOAT16).build();
    Result result = run("the same, small flushes", raw, 37);
    assertAtLeast("codebooks", 2, result.statistics.codebooks().size());
    assertAtLeast("recall", 0.99, result.recall);
  }

  private static void assertAtLeast(String what, double least, double found) {
    assertTrue(what + " " + found + ", expected at least " + least, found >= least);
  }

  private static void assertAtMost(String what, double most, double found) {
    assertTrue(what + " " + found + ", expected at most " + most, found <= most);
  }

  private record Result(double recall, double ndcg, PlaidStatistics statistics) {
    double bytesPerToken() {
      return perToken(statistics.totalBytes());
    }

    double perToken(long bytes) {
      return (double) bytes / statistics.tokens();
    }
  }

  /** Sums over all merges of an index. */
  private static final class History {
    private long copied;
    private long encoded;
    private long reencoded;

    private void add(PlaidStatistics merged) {
      copied += merged.copiedTokens();
      encoded += merged.encodedTokens();
      reencoded += merged.reencodedTokens();
      assertTrue("timesEncoded " + merged.timesEncoded(), merged.timesEncoded() <= 1);
    }
  }

  private Result run(String name, DocValuesFormat format, int bufferedDocs) throws IOException {
    History history = new History();
    try (Directory directory = FSDirectory.open(createTempDir());
        IndexWriter writer = new IndexWriter(directory, config(format, bufferedDocs, history))) {
      for (int doc = 0; doc < cranfield.documents().length; doc++) {
        Document document = new Document();
        document.add(new LateInteractionField(TOKENS, cranfield.documents()[doc]));
        document.add(new StringField(ID, Integer.toString(doc), Field.Store.YES));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
      writer.commit();
      Result result;
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        PlaidStatistics statistics = onlySegment(reader);
        assertEncodedOnce(history, statistics);
        assertEquals((double) bytesOfFiles(directory), (double) statistics.totalBytes(), 4096);
        result = search(name, reader, history);
      }
      assertRewriteCopies(format, directory, writer);
      return result;
    }
  }

  private static IndexWriterConfig config(
      DocValuesFormat format, int bufferedDocs, History history) {
    TieredMergePolicy mergePolicy = new TieredMergePolicy();
    // Without compound files, so that each file can be measured
    mergePolicy.setNoCFSRatio(0);
    return new IndexWriterConfig()
        .setCodec(PlaidCodec.of(TOKENS, format))
        .setMaxBufferedDocs(bufferedDocs)
        .setRAMBufferSizeMB(IndexWriterConfig.DISABLE_AUTO_FLUSH)
        .setMergePolicy(mergePolicy)
        .setMergeScheduler(new SerialMergeScheduler())
        .setUseCompoundFile(false)
        .setMergedSegmentWarmer(
            reader -> history.add(PlaidDocValuesFormat.statistics(reader, TOKENS)));
  }

  private static PlaidStatistics onlySegment(DirectoryReader reader) throws IOException {
    return PlaidDocValuesFormat.statistics(getOnlyLeafReader(reader), TOKENS);
  }

  private static void assertEncodedOnce(History history, PlaidStatistics statistics) {
    assertTrue(statistics.trained());
    assertEquals(cranfield.documents().length, statistics.documents());
    assertEquals(cranfield.tokens(), statistics.tokens());
    assertEquals(statistics.tokens(), statistics.copiedTokens() + statistics.encodedTokens());
    assertEquals(0, statistics.reencodedTokens());
    assertEquals(1, statistics.timesEncoded());
    assertEquals(cranfield.tokens(), history.encoded);
    assertEquals(0, history.reencoded);
    assertTrue("several trained segments were merged", history.copied > 0 || whole == false);
  }

  private static long bytesOfFiles(Directory directory) throws IOException {
    long bytes = 0;
    for (String file : directory.listAll()) {
      bytes += file.endsWith(".vec") || file.endsWith(".veq") ? directory.fileLength(file) : 0;
    }
    return bytes;
  }

  private static Result search(String name, DirectoryReader reader, History history)
      throws IOException {
    IndexSearcher searcher = new IndexSearcher(reader);
    int[] documents = new int[reader.maxDoc()];
    for (int doc = 0; doc < documents.length; doc++) {
      documents[doc] = Integer.parseInt(searcher.storedFields().document(doc).get(ID));
    }
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    ScoreDoc[][] hits = new ScoreDoc[cranfield.queries().length][];
    long fastest = Long.MAX_VALUE;
    for (int pass = 0; pass < (whole ? PASSES : 1); pass++) {
      long start = threads.getCurrentThreadCpuTime();
      for (int query = 0; query < hits.length; query++) {
        float[][] tokens = cranfield.queries()[query];
        hits[query] = searcher.search(new LateInteractionQuery(TOKENS, tokens, K), K).scoreDocs;
      }
      fastest = Math.min(fastest, threads.getCurrentThreadCpuTime() - start);
    }
    int[][] found = new int[hits.length][];
    for (int query = 0; query < hits.length; query++) {
      assertEquals(K, hits[query].length);
      found[query] = Arrays.stream(hits[query]).mapToInt(hit -> documents[hit.doc]).toArray();
    }
    Result result =
        new Result(cranfield.recall(found, K), cranfield.ndcg(found, K), onlySegment(reader));
    figures.add(figures(name, result, hits.length * 1e9 / fastest, history));
    return result;
  }

  private static String figures(String name, Result result, double speed, History history) {
    PlaidStatistics s = result.statistics;
    return String.format(
        Locale.ROOT,
        "%-23s %.4f %.4f %6.0f   %6.2f %6.2f  %5.2f %5.2f %5.2f %7.2f %5.2f %6d  %9d %7d %4d",
        name,
        result.recall,
        result.ndcg,
        speed,
        result.bytesPerToken(),
        result.perToken(s.codeBytes()),
        result.perToken(s.cellBytes()),
        result.perToken(s.postingBytes()),
        result.perToken(s.centroidBytes()),
        result.perToken(s.rawBytes()),
        result.perToken(s.addressBytes()),
        s.codebooks().size(),
        history.copied,
        history.encoded,
        history.reencoded);
  }

  /** Codes are copied unchanged whenever Lucene rewrites a trained segment. */
  private void assertRewriteCopies(DocValuesFormat format, Directory directory, IndexWriter writer)
      throws IOException {
    int deleted = random().nextInt(cranfield.documents().length);
    writer.deleteDocuments(new Term(ID, Integer.toString(deleted)));
    try (DirectoryReader before = DirectoryReader.open(directory)) {
      writer.forceMerge(1);
      writer.commit();
      try (DirectoryReader after = DirectoryReader.open(directory)) {
        assertAllCopied(before, after, deleted);
      }
      try (Directory other = FSDirectory.open(createTempDir())) {
        try (IndexWriter copy = new IndexWriter(other, config(format, 100, new History()))) {
          LeafReader source = getOnlyLeafReader(before);
          copy.addIndexes(new CodecReader[] {SlowCodecReaderWrapper.wrap(source)});
        }
        try (DirectoryReader after = DirectoryReader.open(other)) {
          assertAllCopied(before, after, -1);
        }
      }
    }
  }

  private static void assertAllCopied(DirectoryReader before, DirectoryReader after, int deleted)
      throws IOException {
    PlaidStatistics statistics = onlySegment(after);
    assertEquals(before.maxDoc() - (deleted < 0 ? 0 : 1), after.maxDoc());
    assertEquals(statistics.tokens(), statistics.copiedTokens());
    assertEquals(0, statistics.encodedTokens());
    assertEquals(0, statistics.reencodedTokens());
    assertEquals(1, statistics.timesEncoded());
    BinaryDocValues expected = getOnlyLeafReader(before).getBinaryDocValues(TOKENS);
    BinaryDocValues found = getOnlyLeafReader(after).getBinaryDocValues(TOKENS);
    for (int doc = 0; doc < before.maxDoc(); doc++) {
      expected.nextDoc();
      String id = before.storedFields().document(doc).get(ID);
      if (id.equals(Integer.toString(deleted)) == false) {
        BytesRef value = expected.binaryValue();
        found.nextDoc();
        assertEquals(id, after.storedFields().document(found.docID()).get(ID));
        assertEquals(value, found.binaryValue());
      }
    }
  }
}
