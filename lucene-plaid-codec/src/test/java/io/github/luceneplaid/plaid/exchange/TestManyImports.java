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

import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.PlaidStatistics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;

/** Imports more folders than a segment has codebook blocks. */
public class TestManyImports extends ImportTestCase {

  private static final int DIMENSION = 16;

  /** What has been imported: the number of tokens, and some documents to look for. */
  private static final class Imported {
    private long tokens;
    private final List<float[][]> documents = new ArrayList<>();

    void add(PlaidFolder plaid) {
      tokens += plaid.tokens();
      float[][] document = plaid.tokens(random().nextInt(plaid.documents()));
      // Few tokens may be those of many documents
      if (document.length >= 8) {
        documents.add(document);
      }
    }
  }

  private static PlaidFolder open(int bits, int documents, int centroids) throws IOException {
    Path folder = createTempDir();
    // None of signs: their tokens are longer than others, and would be the first hits of any query
    RandomDirectories.write(random(), folder, DIMENSION, bits, false, documents, centroids);
    return PlaidFolder.open(folder);
  }

  /** Imports directories one after another, with the merges that an index has by default. */
  private static Imported importAll(Directory directory, int count, IntUnaryOperator bitsOf)
      throws IOException {
    Imported imported = new Imported();
    for (int i = 0; i < count; i++) {
      int documents = TestUtil.nextInt(random(), 1, 12);
      int centroids = TestUtil.nextInt(random(), 150, 400);
      IndexWriterConfig config = config().setMergePolicy(new TieredMergePolicy());
      try (PlaidFolder plaid = open(bitsOf.applyAsInt(i), documents, centroids);
          IndexWriter writer = new IndexWriter(directory, config)) {
        PlaidImport.into(writer, plaid, FIELD, ORDER);
        writer.maybeMerge();
        imported.add(plaid);
      }
    }
    return imported;
  }

  private static void merge(Directory directory) throws IOException {
    IndexWriterConfig config = config().setMergePolicy(new TieredMergePolicy());
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      writer.forceMerge(1);
    }
  }

  private static List<PlaidStatistics> allStatistics(IndexReader reader) throws IOException {
    List<PlaidStatistics> all = new ArrayList<>();
    for (LeafReaderContext context : reader.leaves()) {
      PlaidStatistics statistics = PlaidDocValuesFormat.statistics(context.reader(), FIELD);
      if (statistics != null) {
        all.add(statistics);
      }
    }
    return all;
  }

  /** Whether an index checks, has all tokens, and finds documents by their own tokens. */
  private static void assertSound(Directory directory, Imported imported) throws IOException {
    TestUtil.checkIndex(directory);
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      long tokens = 0;
      for (PlaidStatistics statistics : allStatistics(reader)) {
        tokens += statistics.tokens();
        assertTrue(statistics.toString(), statistics.codebooks().size() <= 16);
        assertTrue(statistics.toString(), statistics.centroids() <= 1 << 16);
        if (statistics.trained()) {
          assertEquals(
              statistics.tokens(),
              statistics.copiedTokens()
                  + statistics.encodedTokens()
                  + statistics.reencodedTokens());
        }
      }
      assertEquals(imported.tokens, tokens);
      int found = 0;
      for (float[][] document : imported.documents) {
        ScoreDoc[] hits = search(reader, document, 5, LateInteractionOptions.DEFAULT);
        found += isLike(document, value(reader, hits[0].doc)) ? 1 : 0;
      }
      assertTrue(
          found + " of " + imported.documents.size(), found >= 0.9 * imported.documents.size());
    }
  }

  private static float[][] value(IndexReader reader, int doc) throws IOException {
    LeafReaderContext leaf = reader.leaves().get(ReaderUtil.subIndex(doc, reader.leaves()));
    BinaryDocValues values = leaf.reader().getBinaryDocValues(FIELD);
    assertTrue(values.advanceExact(doc - leaf.docBase));
    return LateInteractionField.decode(values.binaryValue());
  }

  /** Whether these are the tokens of a document, up to the error of encoding them again. */
  private static boolean isLike(float[][] document, float[][] value) {
    if (document.length != value.length) {
      return false;
    }
    double sum = 0;
    for (int i = 0; i < document.length; i++) {
      double product = 0;
      double squares = 0;
      for (int j = 0; j < DIMENSION; j++) {
        product += document[i][j] * value[i][j];
        squares += document[i][j] * document[i][j];
      }
      // A decoded token has a product of 1 with what it was encoded from, if that has length 1
      sum += product / squares;
    }
    return Math.abs(sum / document.length - 1) < 0.1;
  }

  /** As {@code plaid import} does it: 40 times a new writer and another directory. */
  public void testImportsOfSameBits() throws IOException {
    int bits = 1 << random().nextInt(4);
    try (Directory directory = newDirectory()) {
      Imported imported = importAll(directory, 40, i -> bits);
      assertSound(directory, imported);
      merge(directory);
      assertSound(directory, imported);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        // Room for fifteen of them, and for a codebook that the others are encoded against
        assertEquals(16, statistics(reader).codebooks().size());
      }
    }
  }

  public void testImportsOfAnyBits() throws IOException {
    try (Directory directory = newDirectory()) {
      Imported imported = importAll(directory, 40, i -> 1 << random().nextInt(4));
      assertSound(directory, imported);
      merge(directory);
      assertSound(directory, imported);
    }
  }

  @Nightly
  public void testHundredsOfImports() throws IOException {
    try (Directory directory = newDirectory()) {
      Imported imported = importAll(directory, 400, i -> 1 << random().nextInt(4));
      assertSound(directory, imported);
      merge(directory);
      assertSound(directory, imported);
    }
  }

  /** Ids of centroids have 16 bits. A new codebook must fit beside the largest one. */
  public void testMoreCentroidsThanIds() throws IOException {
    int[] centroids = {40_000, 20_000, 5_520, 300};
    int[] documents = {100, 40, 10, 2};
    long[] tokens = new long[centroids.length];
    try (Directory directory = newDirectory()) {
      Imported imported = new Imported();
      IndexWriterConfig config = config().setMergePolicy(newLogMergePolicy(1000));
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (int i = 0; i < centroids.length; i++) {
          try (PlaidFolder plaid = open(4, documents[i], centroids[i])) {
            PlaidImport.into(writer, plaid, FIELD, ORDER);
            imported.add(plaid);
            tokens[i] = plaid.tokens();
          }
        }
        writer.forceMerge(1);
      }
      assertSound(directory, imported);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        PlaidStatistics statistics = statistics(reader);
        assertEquals(4, statistics.codebooks().size());
        // The third would fit, but not with one that its tokens are encoded against
        assertEquals(tokens[2], statistics.reencodedTokens());
        assertEquals(imported.tokens - tokens[2], statistics.copiedTokens());
      }
    }
  }

  /** A codebook that takes all ids leaves no room for another. */
  public void testAllIdsTaken() throws IOException {
    try (Directory directory = newDirectory()) {
      Imported imported = new Imported();
      IndexWriterConfig config = config().setMergePolicy(newLogMergePolicy(1000));
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (int centroids : new int[] {1 << 16, 300}) {
          try (PlaidFolder plaid = open(4, 20, centroids)) {
            PlaidImport.into(writer, plaid, FIELD, ORDER);
            imported.add(plaid);
          }
        }
        writer.forceMerge(1);
      }
      assertSound(directory, imported);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertTrue(statistics(reader).reencodedTokens() > 0);
        assertEquals(2, statistics(reader).codebooks().size());
      }
    }
  }

  /** If no id is left for imported signs, they are decoded, and keep their lengths. */
  public void testLengthsOfSigns() throws IOException {
    Path folder = createTempDir();
    RandomDirectories.write(random(), folder, DIMENSION, 1, true, 5, 1 << 16);
    DocValuesFormat format = PlaidDocValuesFormat.builder().bits(1).trainingThreshold(1000).build();
    IndexWriterConfig config =
        config()
            .setCodec(TestUtil.alwaysDocValuesFormat(format))
            .setMergePolicy(newLogMergePolicy(1000));
    try (Directory directory = newDirectory();
        PlaidFolder plaid = PlaidFolder.open(folder)) {
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        PlaidImport.into(writer, plaid, FIELD, ORDER);
        Document document = new Document();
        float[] unit = new float[DIMENSION];
        unit[0] = 1;
        document.add(new LateInteractionField(FIELD, new float[][] {unit}));
        writer.addDocument(document);
        writer.forceMerge(1);
      }
      assumeTrue("the folder is empty", plaid.tokens() > 0);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        PlaidStatistics statistics = statistics(reader);
        assertFalse(statistics.toString(), statistics.trained());
        assertFalse(statistics.toString(), statistics.unitLength());
      }
    }
  }
}
