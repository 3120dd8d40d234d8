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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.BytesRef;

/** Directories that were exported. */
public class TestPlaidExport extends ImportTestCase {

  private static final PlaidExport.Options OPTIONS = PlaidExport.Options.ofDefaults();

  /** Imports a directory and exports what was imported. */
  private static Path roundTrip(PlaidFolder plaid, PlaidExport.Options options) throws IOException {
    Path target = createTempDir().resolve("exported");
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = writer(directory)) {
        PlaidImport.into(writer, plaid, FIELD, ORDER);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        PlaidExport.Result result = PlaidExport.to(reader, FIELD, target, options);
        assertEquals(plaid.documents(), result.documents());
        assertEquals(plaid.tokens(), result.tokens());
        assertFalse(result.encoded());
      }
    }
    return target;
  }

  private static void assertSameCodes(PlaidFolder expected, PlaidFolder found) {
    assertEquals(expected.codebook().id(), found.codebook().id());
    assertEquals(expected.documents(), found.documents());
    PlaidFolder.Cursor a = expected.cursor();
    PlaidFolder.Cursor b = found.cursor();
    for (int doc = 0; doc < expected.documents(); doc++) {
      a.moveTo(doc);
      b.moveTo(doc);
      int n = a.tokenCount();
      assertEquals(n, b.tokenCount());
      int[][] centroids = new int[2][n];
      byte[][] residuals = new byte[2][n * expected.dimension()];
      a.centroids(0, n, centroids[0]);
      a.residuals(0, n, residuals[0]);
      b.centroids(0, n, centroids[1]);
      b.residuals(0, n, residuals[1]);
      assertArrayEquals(centroids[0], centroids[1]);
      assertArrayEquals(residuals[0], residuals[1]);
    }
  }

  public void testGoldenRoundTrips() throws IOException {
    assumeGoldenFiles();
    for (String program : List.of("next-plaid", "next-plaid-1.8.5", "fast-plaid")) {
      for (GoldenDirectory golden : GoldenDirectory.all(program)) {
        try (PlaidFolder plaid = PlaidFolder.open(golden.index())) {
          Path exported = roundTrip(plaid, OPTIONS.orderedBy(ORDER));
          try (PlaidFolder again = PlaidFolder.open(exported)) {
            assertSameCodes(plaid, again);
          }
          if (program.equals("next-plaid-1.8.5") && golden.name().endsWith("created")) {
            checkFiles(golden, exported);
          }
        }
      }
    }
  }

  /** Files that next-plaid has written itself are written alike. */
  private static void checkFiles(GoldenDirectory golden, Path exported) throws IOException {
    for (String name : List.of("ivf.npy", "ivf_lengths.npy", "centroids.npy")) {
      try (NpyFile expected = NpyFile.open(golden.index().resolve(name));
          NpyFile found = NpyFile.open(exported.resolve(name))) {
        assertEquals(name, expected.type(), found.type());
        assertArrayEquals(name, expected.shape(), found.shape());
        for (long i = 0; i < expected.size(); i++) {
          if (name.equals("centroids.npy")) {
            assertEquals(expected.floatAt(i), found.floatAt(i), 0);
          } else {
            assertEquals(name + " " + i, expected.longAt(i), found.longAt(i));
          }
        }
      }
    }
    ObjectMapper mapper = new ObjectMapper();
    JsonNode expected = mapper.readTree(golden.index().resolve("metadata.json").toFile());
    JsonNode found = mapper.readTree(exported.resolve("metadata.json").toFile());
    for (String key :
        List.of(
            "nbits",
            "num_partitions",
            "num_embeddings",
            "num_documents",
            "embedding_dim",
            "avg_doclen",
            "next_plaid_compatible",
            "binary")) {
      assertEquals(key, expected.get(key), found.get(key));
    }
    assertEquals(expected.size(), found.size());
  }

  public void testRandomRoundTrips() throws IOException {
    for (int i = 0; i < atLeast(10); i++) {
      try (PlaidFolder plaid = RandomDirectories.open(random(), createTempDir())) {
        if (plaid.tokens() == 0) {
          continue;
        }
        int chunk = TestUtil.nextInt(random(), 1, 100);
        Path exported = roundTrip(plaid, OPTIONS.withChunksOf(chunk));
        try (PlaidFolder again = PlaidFolder.open(exported)) {
          assertSameCodes(plaid, again);
        }
        assertEquals(
            (plaid.documents() + chunk - 1) / chunk, PlaidFolderMetadata.read(exported).chunks());
        checkLists(exported);
      }
    }
  }

  /** Each centroid lists the documents that have it. */
  private static void checkLists(Path exported) throws IOException {
    try (PlaidFolder plaid = PlaidFolder.open(exported);
        NpyFile lengths = NpyFile.open(exported.resolve("ivf_lengths.npy"));
        NpyFile lists = NpyFile.open(exported.resolve("ivf.npy"))) {
      List<TreeSet<Long>> expected = new ArrayList<>();
      for (int c = 0; c < plaid.centroids(); c++) {
        expected.add(new TreeSet<>());
      }
      PlaidFolder.Cursor cursor = plaid.cursor();
      for (int doc = 0; doc < plaid.documents(); doc++) {
        cursor.moveTo(doc);
        int[] centroids = new int[cursor.tokenCount()];
        cursor.centroids(0, centroids.length, centroids);
        for (int centroid : centroids) {
          expected.get(centroid).add((long) doc);
        }
      }
      assertEquals(plaid.centroids(), lengths.size());
      long at = 0;
      for (int c = 0; c < plaid.centroids(); c++) {
        assertEquals(expected.get(c).size(), lengths.longAt(c));
        for (long doc : expected.get(c)) {
          assertEquals(doc, lists.longAt(at++));
        }
      }
      assertEquals(at, lists.size());
    }
  }

  private static Document document(int id, float[][] tokens) {
    Document document = new Document();
    document.add(new StringField("id", Integer.toString(id), Field.Store.NO));
    document.add(new NumericDocValuesField(ORDER, -id));
    if (tokens != null) {
      document.add(new LateInteractionField(FIELD, tokens));
    }
    return document;
  }

  /** Tokens without imported codes are encoded by PLAID's quantiser. */
  public void testOwnSegments() throws IOException {
    for (int bits : new int[] {1, 2, 4, 8}) {
      int dimension = 8 * TestUtil.nextInt(random(), 1, 9);
      PlaidDocValuesFormat format =
          PlaidDocValuesFormat.builder().bits(8).trainingThreshold(500).build();
      List<float[][]> documents = new ArrayList<>();
      try (Directory directory = newDirectory()) {
        try (IndexWriter writer = new IndexWriter(directory, config(format))) {
          for (int id = 0; id < 150; id++) {
            int n = TestUtil.nextInt(random(), 0, 30);
            float[][] tokens = n == 0 ? null : RandomDirectories.tokens(random(), n, dimension);
            documents.add(tokens == null ? new float[0][] : tokens);
            writer.addDocument(document(id, tokens));
            if (random().nextInt(60) == 0) {
              writer.commit();
            }
          }
          writer.deleteDocuments(new Term("id", "17"));
          documents.remove(17);
        }
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          Path target = createTempDir().resolve("exported");
          boolean backwards = random().nextBoolean();
          PlaidExport.Options options =
              (backwards ? OPTIONS.orderedBy(ORDER) : OPTIONS).withBits(bits);
          assertTrue(PlaidExport.to(reader, FIELD, target, options).encoded());
          if (backwards) {
            Collections.reverse(documents);
          }
          check(target, documents, bits);
        }
      }
    }
  }

  private static void check(Path exported, List<float[][]> documents, int bits) throws IOException {
    try (PlaidFolder plaid = PlaidFolder.open(exported)) {
      assertEquals(bits, plaid.bits());
      assertEquals(documents.size(), plaid.documents());
      long wanted = Long.highestOneBit((long) (16 * Math.sqrt((double) plaid.tokens())));
      assertTrue(plaid.centroids() + " of " + wanted, plaid.centroids() <= wanted);
      double similarity = 0;
      for (int doc = 0; doc < documents.size(); doc++) {
        float[][] found = plaid.tokens(doc);
        float[][] expected = documents.get(doc);
        assertEquals(expected.length, found.length);
        for (int t = 0; t < found.length; t++) {
          for (int j = 0; j < plaid.dimension(); j++) {
            similarity += (double) expected[t][j] * found[t][j];
          }
        }
      }
      // Over 10 seeds at least 0.841, 0.943, 0.9934 and 0.9998, and more of few dimensions
      double least = bits == 1 ? 0.8 : bits == 2 ? 0.92 : bits == 4 ? 0.985 : 0.999;
      assertTrue("" + similarity / plaid.tokens(), similarity / plaid.tokens() > least);
      float[] cutoffs = plaid.codebook().buckets().cutoffs();
      float[] weights = plaid.codebook().buckets().weights();
      for (int i = 0; i < cutoffs.length; i++) {
        assertTrue(weights[i] <= cutoffs[i] && cutoffs[i] <= weights[i + 1]);
      }
      checkLists(exported);
    }
  }

  public void testTargetThatIsThere() throws IOException {
    Path parent = createTempDir();
    Path target = parent.resolve("exported");
    Files.createDirectory(target);
    Files.writeString(target.resolve("important"), "text");
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = writer(directory)) {
        writer.addDocument(document(0, RandomDirectories.tokens(random(), 5, 16)));
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        expectThrows(
            FileAlreadyExistsException.class, () -> PlaidExport.to(reader, FIELD, target, OPTIONS));
        assertTrue(Files.exists(target.resolve("important")));
        PlaidExport.to(reader, FIELD, target, OPTIONS.replacing());
        assertFalse(Files.exists(target.resolve("important")));
        PlaidFolder.open(target).close();
        assertNothingElse(parent);
        Path link = Files.createSymbolicLink(createTempDir().resolve("link"), parent.resolve("x"));
        expectThrows(
            FileAlreadyExistsException.class, () -> PlaidExport.to(reader, FIELD, link, OPTIONS));
        assertTrue(Files.isSymbolicLink(link));
      }
    }
  }

  /** The postings of a pass fit into an array, however many documents a chunk has. */
  public void testPostingsOfPass() {
    int chunk = TestUtil.nextInt(random(), 1, PlaidFolderWriter.CHUNK_DOCUMENTS);
    assertEquals(512L * chunk, PlaidFolderWriter.postingsOfPass(chunk));
    chunk = TestUtil.nextInt(random(), 1 << 22, Integer.MAX_VALUE);
    assertEquals(PlaidFolderWriter.MAX_POSTINGS_A_PASS, PlaidFolderWriter.postingsOfPass(chunk));
  }

  private static void assertNothingElse(Path parent) throws IOException {
    try (Stream<Path> entries = Files.list(parent)) {
      // Lucene's file systems for tests add files of their own
      assertEquals(1, entries.filter(e -> e.getFileName().toString().contains("exp")).count());
    }
  }

  /** A failed export does not change an existing target. */
  public void testRefused() throws IOException {
    float[][] tokens = RandomDirectories.tokens(random(), 3, 8);
    float[][] infinite = RandomDirectories.tokens(random(), 3, 8);
    infinite[1][2] = Float.POSITIVE_INFINITY;
    assertRefused("field \"tokens\" has no tokens", OPTIONS, document(0, null));
    assertRefused(
        "document 1 has dimension 4, expected 8 as the others",
        OPTIONS,
        document(0, tokens),
        document(1, RandomDirectories.tokens(random(), 1, 4)));
    assertRefused("document 0 has component Infinity", OPTIONS, document(0, infinite));
    Document odd = new Document();
    odd.add(new BinaryDocValuesField(FIELD, new BytesRef(new byte[] {1, 2, 3})));
    assertRefused(
        "document 0 has no late-interaction value: found 3 bytes and dimension 0", OPTIONS, odd);
    assertRefused(
        "bits: found 1, expected whole bytes for 12 dimensions",
        OPTIONS.withBits(1),
        document(0, RandomDirectories.tokens(random(), 3, 12)));
  }

  private static void assertRefused(
      String message, PlaidExport.Options options, Document... documents) throws IOException {
    Path parent = createTempDir();
    Path target = parent.resolve("exported");
    Files.createDirectory(target);
    try (Directory directory = newDirectory()) {
      IndexWriterConfig config = config();
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        writer.addDocuments(Arrays.asList(documents));
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IllegalArgumentException e =
            expectThrows(
                IllegalArgumentException.class,
                () -> PlaidExport.to(reader, FIELD, target, options.replacing()));
        assertEquals(message, e.getMessage());
      }
    }
    assertTrue(Files.isDirectory(target));
    assertNothingElse(parent);
  }

  public void testQuantiles() {
    float[] sorted = {1, 2, 4, 8};
    assertEquals(1, PlaidTrainer.quantile(sorted, 0), 0);
    assertEquals(3, PlaidTrainer.quantile(sorted, 0.5), 0);
    assertEquals(8, PlaidTrainer.quantile(sorted, 1), 0);
    assertEquals(4 + 0.25 * 4, PlaidTrainer.quantile(sorted, 0.75), 1e-6);
  }

  /** The table of the reference: tokens and centroids. */
  public void testNumberOfCentroids() {
    assertEquals(256, PlaidTrainer.centroids(1_000));
    assertEquals(1024, PlaidTrainer.centroids(10_000));
    assertEquals(4096, PlaidTrainer.centroids(100_000));
    assertEquals(8192, PlaidTrainer.centroids(1_000_000));
    assertEquals(32_768, PlaidTrainer.centroids(10_000_000));
    assertEquals(65_536, PlaidTrainer.centroids(600_000_000));
    assertEquals(16, PlaidTrainer.centroids(1));
  }

  /**
   * The tokens of an index that is partly imported are all encoded, in whatever order they come.
   */
  public void testOwnAndImported() throws IOException {
    for (boolean ownFirst : new boolean[] {true, false}) {
      Path source = createTempDir();
      RandomDirectories.write(random(), source, 16, 4, false, 20);
      try (PlaidFolder plaid = PlaidFolder.open(source);
          Directory directory = newDirectory()) {
        try (IndexWriter writer = new IndexWriter(directory, config())) {
          for (int part = 0; part < 3; part++) {
            if ((part % 2 == 0) == ownFirst) {
              writer.addDocument(document(part, RandomDirectories.tokens(random(), 30, 16)));
              writer.commit();
            } else {
              PlaidImport.into(writer, plaid, FIELD, ORDER);
            }
          }
        }
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          Path target = createTempDir().resolve("exported");
          assertTrue(PlaidExport.to(reader, FIELD, target, OPTIONS).encoded());
          try (PlaidFolder exported = PlaidFolder.open(target)) {
            assertEquals(reader.numDocs(), exported.documents());
          }
        }
      }
    }
  }
}
