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
package io.github.luceneplaid.tools;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import io.github.luceneplaid.fsvi.FsviEncoding;
import io.github.luceneplaid.fsvi.FsviVectorsFormat;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.RawTokens;
import io.github.luceneplaid.plaid.exchange.PlaidFolder;
import io.github.luceneplaid.plaid.exchange.PlaidImport;
import io.github.luceneplaid.testframework.SharedFolder;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.tests.util.LuceneTestCase.Nightly;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.BytesRef;

/**
 * Changes an index by writers with other formats and options. The check finds it sound after each
 * change.
 */
public class TestSoundIndexes extends CommandTestCase {
  private static final String TOKENS = "tokens";
  private static final String[] VECTORS = {"first", "second"};

  /** Dimension of most tokens. That of the folder is 16. */
  private int dimension;

  private int next;

  public void testFewTokens() throws IOException {
    change(3, 20);
  }

  /** Segments with provisional codes, and with more than one cell in a region. */
  public void testManyTokens() throws IOException {
    change(3, 200);
  }

  @Nightly
  public void testLongHistory() throws IOException {
    for (int i = 0; i < 20; i++) {
      change(10, TestUtil.nextInt(random(), 10, 200));
    }
  }

  private static void zero(Path file, int share) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int header = 10 + (bytes[8] & 0xFF) + ((bytes[9] & 0xFF) << Byte.SIZE);
    int end = header + (bytes.length - header) / share;
    Arrays.fill(bytes, header, end, (byte) 0);
    Files.write(file, bytes);
  }

  /** Copies the folder without residuals. The first half of its centroids are zeros. */
  private static Path folderWithZeros() throws IOException {
    Path copy = createTempDir();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder())) {
      for (Path file : files) {
        Files.write(copy.resolve(file.getFileName().toString()), Files.readAllBytes(file));
      }
    }
    zero(copy.resolve("bucket_weights.npy"), 1);
    zero(copy.resolve("centroids.npy"), 2);
    return copy;
  }

  /** Adds documents with tokens that can be coded, and merges all. */
  private void addAndMerge(Path index, DocValuesFormat format) throws IOException {
    try (Directory directory = FSDirectory.open(index);
        IndexWriter writer = new IndexWriter(directory, config(format))) {
      for (int i = 0; i < 50; i++) {
        Document document = new Document();
        document.add(new LateInteractionField(TOKENS, new float[][] {vector(dimension, 1)}));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
  }

  private static int zeros(Path index) throws IOException {
    int zeros = 0;
    try (DirectoryReader reader = DirectoryReader.open(FSDirectory.open(index))) {
      for (LeafReaderContext leaf : reader.leaves()) {
        BinaryDocValues values = leaf.reader().getBinaryDocValues(TOKENS);
        while (values.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
          for (float[] token : LateInteractionField.decode(values.binaryValue())) {
            double sum = 0;
            for (float x : token) {
              sum += Math.abs(x);
            }
            zeros += sum == 0 ? 1 : 0;
          }
        }
      }
    }
    return zeros;
  }

  /** Imported codes that decode to zeros are encoded again, in segments of several codebooks. */
  public void testZeros() throws IOException {
    dimension = 16;
    Path index = createTempDir();
    try (Directory directory = FSDirectory.open(index);
        IndexWriter writer = new IndexWriter(directory, config(new PlaidDocValuesFormat()));
        PlaidFolder folder = PlaidFolder.open(folderWithZeros())) {
      PlaidImport.into(writer, folder, TOKENS, "order");
    }
    int zeros = zeros(index);
    assertTrue(zeros > 0);
    DocValuesFormat format = PlaidDocValuesFormat.builder().bits(8).trainingThreshold(1).build();
    for (int i = 0; i < 3; i++) {
      addAndMerge(index, format);
      assertEquals(zeros, zeros(index));
      int code = plaid("check", "--deep", index);
      assertEquals(out.toString(), 0, code);
    }
    try (DirectoryReader reader = DirectoryReader.open(FSDirectory.open(index))) {
      LeafReader leaf = reader.leaves().get(0).reader();
      assertTrue(PlaidDocValuesFormat.statistics(leaf, TOKENS).codebooks().size() > 1);
    }
  }

  private void change(int rounds, int documents) throws IOException {
    Path index = createTempDir();
    dimension = random().nextBoolean() ? 16 : TestUtil.nextInt(random(), 1, 200);
    for (int round = 0; round < rounds; round++) {
      DocValuesFormat format = format();
      try (Directory directory = FSDirectory.open(index);
          IndexWriter writer = new IndexWriter(directory, config(format))) {
        for (int i = 0; i < 3; i++) {
          change(writer, format, documents);
        }
      }
      int code = plaid("check", "--deep", index);
      assertEquals(out.toString(), 0, code);
    }
  }

  /** A format with random options, with those of before, or of Lucene. */
  private static DocValuesFormat format() {
    return switch (random().nextInt(6)) {
      case 0 -> DocValuesFormat.forName("Lucene90");
      case 1, 2 -> new PlaidDocValuesFormat();
      default ->
          PlaidDocValuesFormat.builder()
              .bits(new int[] {1, 2, 3, 4, 4, 4, 8}[random().nextInt(7)])
              .raw(RandomPicks.randomFrom(random(), RawTokens.values()))
              .trainingThreshold(1 << random().nextInt(12))
              .tokensPerCell(TestUtil.nextInt(random(), 1, 8))
              .build();
    };
  }

  private static IndexWriterConfig config(DocValuesFormat format) {
    KnnVectorsFormat vectors =
        new FsviVectorsFormat(RandomPicks.randomFrom(random(), FsviEncoding.values()));
    return new IndexWriterConfig()
        .setMergePolicy(new LogDocMergePolicy())
        .setMaxDocValuesOverlays(random().nextInt(4))
        .setCodec(
            new Lucene104Codec() {
              @Override
              public DocValuesFormat getDocValuesFormatForField(String field) {
                return field.equals(TOKENS) ? format : super.getDocValuesFormatForField(field);
              }

              @Override
              public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return vectors;
              }
            });
  }

  private void change(IndexWriter writer, DocValuesFormat format, int documents)
      throws IOException {
    switch (random().nextInt(6)) {
      case 0 -> writer.forceMerge(1);
      case 1 -> {
        // It keeps its bits, so a format with others would not take it
        boolean takes = format instanceof PlaidDocValuesFormat plaid && plaid.bits().orElse(4) == 4;
        if (takes) {
          importFolder(writer);
        }
      }
      case 2 -> {
        writer.commit();
        for (int i = 0; i < 3 && next > 0; i++) {
          Term id = new Term("id", Integer.toString(random().nextInt(next)));
          writer.updateBinaryDocValue(id, TOKENS, value());
        }
      }
      case 3 -> {
        for (int i = 0; i < 3 && next > 0; i++) {
          writer.deleteDocuments(new Term("id", Integer.toString(random().nextInt(next))));
        }
      }
      default -> {
        for (int i = 0; i < documents; i++) {
          writer.addDocument(document());
        }
        writer.flush();
      }
    }
  }

  private static Path folder() {
    return SharedFolder.of("golden/next-plaid/small-for-damage/created/index");
  }

  private static void importFolder(IndexWriter writer) throws IOException {
    try (PlaidFolder folder = PlaidFolder.open(folder())) {
      PlaidImport.into(writer, folder, TOKENS, "order");
    }
  }

  private Document document() {
    Document document = new Document();
    document.add(new StringField("id", Integer.toString(next++), Field.Store.NO));
    if (random().nextInt(10) > 0) {
      document.add(new BinaryDocValuesField(TOKENS, value()));
    }
    for (String field : VECTORS) {
      if (random().nextInt(10) > 0) {
        float[] vector = vector(7, (float) Math.scalb(1.0, random().nextInt(20) - 10));
        if (random().nextInt(2000) == 0) {
          vector = vector(7, (float) Math.scalb(1.0, random().nextInt(250) - 130));
        }
        document.add(new KnnFloatVectorField(field, vector, VectorSimilarityFunction.EUCLIDEAN));
      }
    }
    return document;
  }

  /** Tokens, most of which can be coded. */
  private BytesRef value() {
    int d = random().nextInt(10) > 0 ? dimension : TestUtil.nextInt(random(), 1, 20);
    float[][] tokens = new float[TestUtil.nextInt(random(), 1, 20)][];
    boolean unit = random().nextInt(4) > 0;
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = vector(d, unit ? 1 : 0.5f + random().nextFloat());
    }
    if (random().nextInt(10) == 0) {
      float[] odd = {0, 1e-4f, 65520, Float.NaN};
      tokens[0] = new float[d];
      tokens[0][0] = odd[random().nextInt(odd.length)];
    }
    return LateInteractionField.encode(tokens);
  }

  /** A vector of a length. A few have one large component, which cells limit. */
  private static float[] vector(int dimension, float length) {
    float[] vector = new float[dimension];
    for (int j = 0; j < dimension; j++) {
      vector[j] = (float) random().nextGaussian();
    }
    if (random().nextInt(10) == 0) {
      vector[random().nextInt(dimension)] = 30;
    }
    double squares = 0;
    for (float x : vector) {
      squares += (double) x * x;
    }
    for (int j = 0; j < dimension; j++) {
      vector[j] *= (float) (length / Math.sqrt(squares));
    }
    return vector;
  }
}
