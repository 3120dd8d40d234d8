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

package io.github.luceneplaid.plaid;

import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.plaid.exchange.ImportTestCase;
import io.github.luceneplaid.plaid.exchange.PlaidFolder;
import io.github.luceneplaid.plaid.exchange.PlaidImport;
import io.github.luceneplaid.plaid.exchange.RandomDirectories;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;

/** Tokens that are decoded from imported codes, and then stored as rows or encoded again. */
public class TestPlaidImportedTokens extends ImportTestCase {

  private static final int DIMENSION = 32;
  private static final int CENTROIDS = 6;

  private static PlaidFolder open() throws IOException {
    Path folder = createTempDir();
    RandomDirectories.write(random(), folder, DIMENSION, 2, false, 40, CENTROIDS);
    return PlaidFolder.open(folder);
  }

  private static void replace(Path file, float[] floats, int... rowShape) throws IOException {
    Files.delete(file);
    try (NpyWriter out = new NpyWriter(file, ElementType.FLOAT32, rowShape)) {
      out.writeFloats(floats, 0, floats.length);
      out.finish();
    }
  }

  /** Opens a folder without residuals. The first centroid is zero, and so are its tokens. */
  private static PlaidFolder openWithZeros() throws IOException {
    Path folder = createTempDir();
    RandomDirectories.write(random(), folder, DIMENSION, 2, false, 40, CENTROIDS);
    float[] centroids = new float[CENTROIDS * DIMENSION];
    for (int i = DIMENSION; i < centroids.length; i++) {
      centroids[i] = (float) random().nextGaussian();
    }
    replace(folder.resolve("centroids.npy"), centroids, DIMENSION);
    replace(folder.resolve("bucket_weights.npy"), new float[4]);
    return PlaidFolder.open(folder);
  }

  /** Adds a document, and merges it with all others. */
  private static void merge(Directory directory, DocValuesFormat format) throws IOException {
    try (IndexWriter writer =
        new IndexWriter(directory, config(format).setMergePolicy(newLogMergePolicy()))) {
      Document document = new Document();
      float[][] tokens = RandomDirectories.tokens(random(), 10, DIMENSION);
      document.add(new LateInteractionField(FIELD, tokens));
      writer.addDocument(document);
      writer.forceMerge(1);
    }
  }

  private static void assertZerosStay(
      String message, PlaidFolder folder, List<float[][]> found, float by) {
    int zeros = 0;
    for (int doc = 0; doc < folder.documents(); doc++) {
      float[][] expected = folder.tokens(doc);
      assertEquals(expected.length, found.get(doc).length);
      for (int i = 0; i < expected.length; i++) {
        boolean isZero = TokenDocuments.length(expected[i]) == 0;
        zeros += isZero ? 1 : 0;
        assertArrayEquals(message, expected[i], found.get(doc)[i], isZero ? 0 : by);
      }
    }
    assertTrue(message, zeros > 0);
  }

  /** Imported codes may decode to zeros, unlike codes of the format. */
  public void testZeros() throws IOException {
    DocValuesFormat[] formats = {
      PlaidDocValuesFormat.builder().bits(8).trainingThreshold(1 << 20).build(),
      PlaidDocValuesFormat.builder().bits(8).trainingThreshold(1).build(),
      PlaidDocValuesFormat.builder().bits(4).trainingThreshold(1).build()
    };
    int first = random().nextInt(2);
    try (PlaidFolder folder = openWithZeros();
        Directory directory = newDirectory()) {
      try (IndexWriter writer = writer(directory)) {
        PlaidImport.into(writer, folder, FIELD, ORDER);
      }
      for (int i = first; i < formats.length; i++) {
        merge(directory, formats[i]);
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          assertFalse(statistics(reader).unitLength());
          assertZerosStay(formats[i].toString(), folder, documents(reader), 0.15f);
        }
      }
    }
  }

  /** Writes the only segment of an index to another one. */
  private static Directory rewritten(Directory from, DocValuesFormat format) throws IOException {
    Directory to = newDirectory();
    TokenDocuments.rewrite(from, to, config(format));
    from.close();
    return to;
  }

  private static void assertTimesEncoded(Directory directory, int codes, int tokens)
      throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      assertEquals(codes, statistics(reader).timesEncoded());
      PlaidSegment segment = PlaidSegment.of(getOnlyLeafReader(reader), FIELD);
      assertEquals(tokens, segment.tokensTimesEncoded());
    }
  }

  /** Rows that are decoded from imported codes are no better than these. */
  public void testRawTokens() throws IOException {
    RawTokens rows = random().nextBoolean() ? RawTokens.FLOAT16 : RawTokens.FLOAT32;
    DocValuesFormat raw = PlaidDocValuesFormat.builder().bits(2).raw(rows).build();
    boolean late = random().nextBoolean();
    Directory directory = newDirectory();
    try (PlaidFolder folder = open()) {
      DocValuesFormat first = late ? new PlaidDocValuesFormat() : raw;
      try (IndexWriter writer = new IndexWriter(directory, config(first))) {
        PlaidImport.into(writer, folder, FIELD, ORDER);
      }
      assertTimesEncoded(directory, late ? 1 : 2, 1);
      for (int i = 0; i < 2; i++) {
        directory = rewritten(directory, raw);
        assertTimesEncoded(directory, 2, 1);
        // Without rows the codes are what is read, and they were encoded once
        directory = rewritten(directory, PlaidDocValuesFormat.builder().bits(2).build());
        assertTimesEncoded(directory, 1, 1);
      }
      directory = rewritten(directory, raw);
      DocValuesFormat other = PlaidDocValuesFormat.builder().bits(4).trainingThreshold(1).build();
      directory = rewritten(directory, other);
      assertTimesEncoded(directory, 2, 2);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(folder.tokens(), statistics(reader).reencodedTokens());
      }
    } finally {
      directory.close();
    }
  }
}
