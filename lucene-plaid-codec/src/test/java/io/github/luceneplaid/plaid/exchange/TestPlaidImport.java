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

package io.github.luceneplaid.plaid.exchange;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.PlaidStatistics;
import io.github.luceneplaid.plaid.RawTokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;

/** Imports of random directories, alone and beside other segments. */
public class TestPlaidImport extends ImportTestCase {

  private static PlaidFolder openRandom() throws IOException {
    return RandomDirectories.open(random(), createTempDir());
  }

  private static PlaidFolder open(int dimension, int bits, boolean binary, int documents)
      throws IOException {
    Path folder = createTempDir();
    RandomDirectories.write(random(), folder, dimension, bits, binary, documents);
    return PlaidFolder.open(folder);
  }

  static float[][][] allTokens(PlaidFolder plaid) {
    float[][][] all = new float[plaid.documents()][][];
    Arrays.setAll(all, plaid::tokens);
    return all;
  }

  private static void addOwn(IndexWriter writer, int documents, int dimension) throws IOException {
    for (int i = 0; i < documents; i++) {
      Document document = new Document();
      document.add(new StringField("id", "own" + i, Field.Store.NO));
      int tokens = TestUtil.nextInt(random(), 1, 30);
      document.add(
          new LateInteractionField(FIELD, RandomDirectories.tokens(random(), tokens, dimension)));
      writer.addDocument(document);
    }
    writer.commit();
  }

  public void testRandomDirectories() throws IOException {
    for (int i = 0; i < atLeast(10); i++) {
      try (PlaidFolder plaid = openRandom();
          Directory directory = newDirectory()) {
        try (IndexWriter writer = writer(directory)) {
          PlaidImport.into(writer, plaid, FIELD, ORDER);
          assertEquals(plaid.documents(), writer.getDocStats().numDocs);
        }
        TestUtil.checkIndex(directory);
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          assertTokens("read back", allTokens(plaid), documents(reader), 0);
        }
      }
    }
  }

  /** Documents of a second folder can have the numbers after those of the first. */
  public void testNumbersGoOn() throws IOException {
    try (PlaidFolder plaid = openRandom();
        Directory directory = newDirectory()) {
      int n = plaid.documents();
      try (IndexWriter writer = writer(directory)) {
        PlaidImport.into(writer, plaid, FIELD, ORDER);
        PlaidImport.Progress none = PlaidImport.Progress.NONE;
        PlaidImport.into(writer, plaid, FIELD, ORDER, n, new BareReader(n), none);
      }
      TestUtil.checkIndex(directory);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        float[][][] twice = new float[2 * n][][];
        Arrays.setAll(twice, i -> plaid.tokens(i % n));
        assertTokens("twice", twice, documents(reader), 0);
      }
    }
  }

  public void testExactSearch() throws IOException {
    for (int i = 0; i < atLeast(5); i++) {
      try (PlaidFolder plaid = openRandom();
          Directory directory = newDirectory()) {
        try (IndexWriter writer = writer(directory)) {
          PlaidImport.into(writer, plaid, FIELD, ORDER);
        }
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          int count = TestUtil.nextInt(random(), 1, 40);
          float[][] query = RandomDirectories.tokens(random(), count, plaid.dimension());
          if (plaid.tokens() > 0) {
            checkExact(reader, query, plaid);
          }
        }
      }
    }
  }

  private static void checkExact(DirectoryReader reader, float[][] query, PlaidFolder plaid)
      throws IOException {
    for (ScoreDoc hit : exhaustively(reader, query)) {
      double expected = 0;
      for (double maximum : GoldenDirectory.maxima(query, plaid.tokens(hit.doc))) {
        expected += Math.max(0, (1 + maximum) / 2);
      }
      assertEquals(expected, hit.score, 1e-5 * Math.max(10, expected));
    }
  }

  /** Imported codes are copied, however segments are merged. */
  public void testMergesWithOwnSegments() throws IOException {
    for (int i = 0; i < atLeast(6); i++) {
      try (PlaidFolder first = openRandom();
          Directory directory = newDirectory()) {
        DocValuesFormat format =
            PlaidDocValuesFormat.builder()
                .bits(first.bits())
                .trainingThreshold(TestUtil.nextInt(random(), 1, 2000))
                .raw(RandomPicks.randomFrom(random(), RawTokens.values()))
                .build();
        IndexWriterConfig config = config(format).setMergePolicy(newLogMergePolicy());
        try (IndexWriter writer = new IndexWriter(directory, config)) {
          if (random().nextBoolean()) {
            addOwn(writer, TestUtil.nextInt(random(), 1, 80), first.dimension());
          }
          PlaidImport.into(writer, first, FIELD, ORDER);
          if (random().nextBoolean()) {
            addOwn(writer, TestUtil.nextInt(random(), 1, 80), first.dimension());
          }
          if (random().nextBoolean()) {
            writer.deleteDocuments(new Term("id", "own" + random().nextInt(5)));
          }
          writer.forceMerge(1);
          addOwn(writer, TestUtil.nextInt(random(), 1, 10), first.dimension());
          writer.forceMerge(1);
        }
        TestUtil.checkIndex(directory);
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          float by = statistics(reader).raw() == RawTokens.FLOAT16 ? 1e-3f : 0;
          assertTokens("merged", allTokens(first), documents(reader), by);
          if (first.tokens() > 0) {
            assertTrue(statistics(reader).copiedTokens() >= first.tokens());
          }
        }
      }
    }
  }

  /** The same hits, whether a directory is one segment of two or merged with the other. */
  public void testForceMergeKeepsHits() throws IOException {
    for (int i = 0; i < atLeast(4); i++) {
      try (PlaidFolder plaid = open(64, 2, false, 60);
          Directory directory = newDirectory()) {
        IndexWriterConfig config = config().setMergePolicy(newLogMergePolicy());
        try (IndexWriter writer = new IndexWriter(directory, config)) {
          PlaidImport.into(writer, plaid, FIELD, ORDER);
          PlaidImport.into(writer, plaid, FIELD, ORDER);
          writer.commit();
          float[][] query = RandomDirectories.tokens(random(), 12, 64);
          ScoreDoc[] before;
          try (DirectoryReader reader = DirectoryReader.open(directory)) {
            before = exhaustively(reader, query);
          }
          writer.forceMerge(1);
          writer.commit();
          try (DirectoryReader reader = DirectoryReader.open(directory)) {
            // Twice the same codebook is one
            assertEquals(1, statistics(reader).codebooks().size());
            ScoreDoc[] after = exhaustively(reader, query);
            assertEquals(before.length, after.length);
            for (int h = 0; h < before.length; h++) {
              assertEquals(before[h].doc, after[h].doc);
              assertEquals(before[h].score, after[h].score, 0);
            }
          }
        }
      }
    }
  }

  /** Beside trained codes there is room for fifteen codebooks. The smallest ones are dropped. */
  public void testTooManyCodebooks() throws IOException {
    try (Directory directory = newDirectory()) {
      DocValuesFormat format = PlaidDocValuesFormat.builder().bits(2).build();
      IndexWriterConfig config = config(format).setMergePolicy(newLogMergePolicy(1000));
      List<Long> tokens = new ArrayList<>();
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (int i = 0; i < 16; i++) {
          try (PlaidFolder plaid = open(8, 2, false, TestUtil.nextInt(random(), 5, 30))) {
            PlaidImport.into(writer, plaid, FIELD, ORDER);
            tokens.add(plaid.tokens());
          }
        }
        writer.forceMerge(1);
        writer.commit();
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          assertEquals(16, statistics(reader).codebooks().size());
          assertEquals(0, statistics(reader).reencodedTokens());
        }
        addOwn(writer, 3, 8);
        writer.forceMerge(1);
      }
      TestUtil.checkIndex(directory);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        Collections.sort(tokens);
        PlaidStatistics statistics = statistics(reader);
        assertEquals(16, statistics.codebooks().size());
        assertEquals((long) tokens.get(0), statistics.reencodedTokens());
        long kept = tokens.subList(1, 16).stream().mapToLong(Long::longValue).sum();
        assertEquals(kept, statistics.copiedTokens());
      }
    }
  }

  public void testDeletedDocuments() throws IOException {
    try (PlaidFolder plaid = open(16, 4, false, 50);
        Directory directory = newDirectory()) {
      IndexWriterConfig config = config().setMergePolicy(newLogMergePolicy());
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        PlaidImport.into(writer, plaid, FIELD, ORDER);
        writer.deleteDocuments(NumericDocValuesField.newSlowRangeQuery(ORDER, 25, 49));
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        float[][][] expected = Arrays.copyOf(allTokens(plaid), 25);
        assertTokens("live", expected, documents(reader), 0);
      }
    }
  }

  public void testOtherFields() throws IOException {
    try (PlaidFolder plaid = open(8, 1, true, 30);
        Directory directory = newDirectory();
        Directory besides = newDirectory()) {
      IndexWriterConfig oneSegment = newIndexWriterConfig().setMergePolicy(NoMergePolicy.INSTANCE);
      try (IndexWriter writer =
          new IndexWriter(besides, oneSegment.setMaxBufferedDocs(1000).setRAMBufferSizeMB(16))) {
        for (int doc = 0; doc < plaid.documents(); doc++) {
          Document document = new Document();
          document.add(new StringField("title", "title" + doc, Field.Store.YES));
          document.add(new LongPoint("year", 1900 + doc));
          writer.addDocument(document);
        }
      }
      try (DirectoryReader others = DirectoryReader.open(besides);
          IndexWriter writer = writer(directory)) {
        PlaidImport.into(
            writer, plaid, FIELD, ORDER, getOnlyLeafReader(others), PlaidImport.Progress.NONE);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertTokens("beside", allTokens(plaid), documents(reader), 0);
        IndexSearcher searcher = new IndexSearcher(reader);
        ScoreDoc[] hits = searcher.search(new TermQuery(new Term("title", "title7")), 9).scoreDocs;
        assertEquals(List.of(7), Arrays.stream(hits).map(hit -> hit.doc).toList());
        assertEquals("title7", reader.storedFields().document(7).get("title"));
        assertEquals(1, searcher.count(LongPoint.newExactQuery("year", 1929)));
      }
    }
  }

  public void testOtherBitsAreRefused() throws IOException {
    try (PlaidFolder plaid = open(8, 2, false, 9);
        Directory directory = newDirectory()) {
      DocValuesFormat format = PlaidDocValuesFormat.builder().bits(4).build();
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        addOwn(writer, 3, 8);
        IllegalArgumentException e =
            expectThrows(
                IllegalArgumentException.class,
                () -> PlaidImport.into(writer, plaid, FIELD, ORDER));
        assertEquals(
            "bits of the format of field \"tokens\": found 4, expected 2 as in the folder",
            e.getMessage());
        assertEquals(3, writer.getDocStats().numDocs);
      }
    }
  }

  /** Another codec stores the decoded tokens. */
  public void testOtherFormats() throws IOException {
    try (PlaidFolder plaid = open(24, 8, false, 20);
        Directory directory = newDirectory()) {
      DocValuesFormat format = TestUtil.getDefaultDocValuesFormat();
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        PlaidImport.into(writer, plaid, FIELD, ORDER);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertTokens("floats", allTokens(plaid), documents(reader), 0);
      }
    }
  }

  /** If the options have fewer bits, tokens are encoded again and counted. */
  public void testFewerBitsLater() throws IOException {
    try (PlaidFolder plaid = open(32, 8, false, 40);
        Directory directory = newDirectory()) {
      try (IndexWriter writer = writer(directory)) {
        PlaidImport.into(writer, plaid, FIELD, ORDER);
      }
      DocValuesFormat format = PlaidDocValuesFormat.builder().bits(4).trainingThreshold(1).build();
      IndexWriterConfig config = config(format).setMergePolicy(newLogMergePolicy());
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        addOwn(writer, 1, 32);
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        PlaidStatistics statistics = statistics(reader);
        assertEquals(plaid.tokens(), statistics.reencodedTokens());
        assertEquals(2, statistics.timesEncoded());
      }
    }
  }

  /** Tokens of signs have components of 1 and -1, also if they are encoded with other bits. */
  public void testMoreBitsForSigns() throws IOException {
    for (int threshold : new int[] {1, 1 << 20}) {
      try (PlaidFolder plaid = open(32, 1, true, 40);
          Directory directory = newDirectory()) {
        try (IndexWriter writer = writer(directory)) {
          PlaidImport.into(writer, plaid, FIELD, ORDER);
        }
        DocValuesFormat format =
            PlaidDocValuesFormat.builder().bits(8).trainingThreshold(threshold).build();
        IndexWriterConfig config = config(format).setMergePolicy(newLogMergePolicy());
        try (IndexWriter writer = new IndexWriter(directory, config)) {
          addOwn(writer, 1, 32);
          writer.forceMerge(1);
        }
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          assertTokens("8 bits", allTokens(plaid), documents(reader), 0.1f);
          // Quick scores and exact ones are of the same tokens
          float[][] query = RandomDirectories.tokens(random(), 3, 32);
          ScoreDoc[] exact = exhaustively(reader, query);
          ScoreDoc[] quick = search(reader, query, reader.maxDoc(), LateInteractionOptions.DEFAULT);
          assertEquals(exact[0].score, quick[0].score, 0.01f * Math.abs(exact[0].score));
        }
      }
    }
  }
}
