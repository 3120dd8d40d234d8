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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.MvecFile;
import io.github.luceneplaid.fsvi.files.MvecFileWriter;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.exchange.PlaidExport;
import io.github.luceneplaid.plaid.exchange.PlaidFolder;
import io.github.luceneplaid.plaid.exchange.PlaidImport;
import io.github.luceneplaid.testframework.Processes;
import io.github.luceneplaid.testframework.SharedFolder;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.LuceneTestCase.Nightly;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressSysoutChecks;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.Constants;
import org.junit.AfterClass;
import org.junit.BeforeClass;

/**
 * Other programs read the files written here, and the files that they write are read: see {@code
 * tests/peers}. Prints the output of these programs.
 */
@Nightly
@SuppressSysoutChecks(bugUrl = "what the programs say is wanted")
public class TestPeers extends LuceneTestCase {

  private static final String TOKENS = "tokens";
  private static final int NOT_SET_UP = 77;

  /** A limit for each program; some are built first. */
  private static final long MINUTES = 90;

  private static List<String> reports;

  private Path folder;
  private Path ours;
  private Path theirs;

  @BeforeClass
  public static void startReports() {
    assumeFalse("needs a POSIX shell", Constants.WINDOWS);
    // It makes no difference to other programs, and takes some minutes
    assumeTrue("once, with the Vector API", Boolean.getBoolean("plaid.expectPanama"));
    reports = new ArrayList<>();
  }

  @AfterClass
  public static void printReports() {
    if (reports != null && reports.isEmpty() == false) {
      System.out.println("Other programs:\n" + String.join("\n", reports));
    }
    reports = null;
  }

  @Override
  public void setUp() throws Exception {
    super.setUp();
    // Not one of the file systems that Lucene tests with: other processes see the files
    folder = Path.of(createTempDir().toRealPath().toString());
    ours = Files.createDirectory(folder.resolve("ours"));
    theirs = Files.createDirectory(folder.resolve("theirs"));
  }

  /** Has a program read and write files. */
  private void run(String program) throws Exception {
    Path clone = Path.of(System.getProperty("plaid.home"));
    int code = start(clone.resolve("tests/peers/run.sh").toString(), program, folder.toString());
    assumeFalse(program + " cannot be set up: " + reports.getLast(), code == NOT_SET_UP);
    assertEquals(program + ": " + reports.getLast(), 0, code);
  }

  /** Runs the {@code plaid} command. */
  private void plaid(Object... args) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Processes.java());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("io.github.luceneplaid.tools.Plaid");
    Arrays.stream(args).map(Object::toString).forEach(command::add);
    int code = start(command.toArray(String[]::new));
    assertEquals(reports.getLast(), 0, code);
  }

  /** Runs a process, keeps its output, and returns its exit code. */
  private static int start(String... command) throws Exception {
    File output = createTempFile().toFile();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    int code = Processes.await(process, MINUTES);
    reports.add(Files.readString(output.toPath(), StandardCharsets.UTF_8).strip());
    return code;
  }

  private static Path golden() {
    return SharedFolder.path("golden");
  }

  public void testNextPlaid() throws Exception {
    writeDirectories();
    Path texts = Files.writeString(folder.resolve("texts.jsonl"), texts());
    Path index = folder.resolve("index");
    plaid("index", texts, "-o", index);
    exportWithMetadata("of-texts", index);
    Path metadata = golden().resolve("next-plaid-1.8.5/d24-b4-metadata/updated-deleted/index");
    if (Files.exists(metadata)) {
      Path imported = folder.resolve("imported");
      plaid("import", metadata, imported);
      exportWithMetadata("of-import", imported);
    }
    run("next-plaid");
  }

  /** Texts with titles, as lines of JSON. */
  private static String texts() {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      String title = i % 3 == 0 ? "" : ", \"title\": \"Größe ✓ " + i + "\"";
      lines.append(
          "{\"id\": \"doc" + i + "\"" + title + ", \"text\": \"text number " + i + "\"}\n");
    }
    return lines.toString();
  }

  /** Exports an index by the command, and writes the metadata that its documents have. */
  private void exportWithMetadata(String name, Path index) throws Exception {
    PeerDirectory directory = PeerDirectory.make(ours.resolve(name));
    plaid("export", index, directory.index());
    directory.describe(random());
    directory.describeMetadata(index);
  }

  public void testFastPlaid() throws Exception {
    writeDirectories();
    run("fast-plaid");
    PeerDirectory written = new PeerDirectory(theirs);
    float[][][] queries = written.texts("queries");
    JsonNode scores = json(theirs.resolve("scores.json"));
    try (PlaidFolder plaid = PlaidFolder.open(written.index())) {
      assertEquals(scores.get(0).size(), plaid.documents());
      for (int q = 0; q < queries.length; q++) {
        for (int doc = 0; doc < plaid.documents(); doc++) {
          double expected = scores.get(q).get(doc).asDouble();
          double found = PeerDirectory.score(queries[q], plaid.tokens(doc));
          // It computes with 16-bit floats
          assertEquals("document " + doc, expected, found, 2e-3 * queries[q].length);
        }
      }
    }
  }

  /** Writes directories of freshly encoded tokens, and of imported codes. */
  private void writeDirectories() throws IOException {
    PlaidExport.Options options = PlaidExport.Options.ofDefaults().withChunksOf(500);
    export("few", 60, 48, options);
    // More documents than next-plaid keeps raw tokens for
    export("many", 1100, 32, options.withBits(2));
    export("one-bit", 200, 64, options.withBits(1));
    export("eight-bits", 200, 24, options.withBits(8));
    for (String program : List.of("next-plaid", "next-plaid-1.8.5", "fast-plaid")) {
      for (Path source : imported(golden().resolve(program))) {
        String name = golden().relativize(source.getParent()).toString().replace('/', '_');
        try (PlaidFolder plaid = PlaidFolder.open(source);
            Directory directory = newDirectory()) {
          try (IndexWriter writer =
              new IndexWriter(directory, config(new PlaidDocValuesFormat()))) {
            PlaidImport.into(writer, plaid, TOKENS, "order");
          }
          export(name, directory, options.orderedBy("order"));
        }
      }
    }
  }

  /** Directories of a set of golden files; none if the set is not here. */
  private static List<Path> imported(Path set) throws IOException {
    if (Files.notExists(set)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(set, 3)) {
      return paths
          .filter(path -> path.endsWith("index"))
          .filter(path -> path.toString().contains("opened") == false)
          .sorted()
          .toList();
    }
  }

  private static IndexWriterConfig config(PlaidDocValuesFormat format) {
    return new IndexWriterConfig().setCodec(PlaidCodec.of(TOKENS, format));
  }

  private void export(String name, int documents, int dimension, PlaidExport.Options options)
      throws IOException {
    PlaidDocValuesFormat format =
        PlaidDocValuesFormat.builder().bits(8).trainingThreshold(1000).build();
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        for (int i = 0; i < documents; i++) {
          Document document = new Document();
          int n = TestUtil.nextInt(random(), 1, 30);
          float[][] tokens = PeerDirectory.tokens(random(), n, dimension);
          document.add(new LateInteractionField(TOKENS, tokens));
          writer.addDocument(document);
        }
      }
      export(name, directory, options);
    }
  }

  private void export(String name, Directory directory, PlaidExport.Options options)
      throws IOException {
    PeerDirectory target = PeerDirectory.make(ours.resolve(name));
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      PlaidExport.to(reader, TOKENS, target.index(), options);
    }
    target.describe(random());
  }

  public void testVectorFiles() throws Exception {
    for (MvecFile.Metric metric : MvecFile.Metric.values()) {
      writeStore(ours.resolve(metric + ".mvec"), metric);
    }
    for (ElementType type : PeerArray.MMAP_TYPES) {
      for (int axes = 1; axes <= 6; axes++) {
        Path file = ours.resolve(type + "-" + axes + "d.mmap");
        PeerArray.random(random(), type, axes, false).writeMmap(file);
      }
    }
    Path converted = ours.resolve("converted.mmap");
    plaid("convert", ours.resolve("COSINE.mvec"), converted);
    JsonNode rows = json(described(ours.resolve("COSINE.mvec"))).get("vectors");
    PeerArray.ofRows(rows).describe(converted);

    run("vector-files");
    for (Path file : files(theirs, ".mvec")) {
      JsonNode expected = json(described(file));
      try (MvecFile store = MvecFile.open(file)) {
        assertEquals(expected.get("metric").asText(), store.metric().toString());
        assertEquals(expected.get("keys").size(), store.rows());
        float[] vector = new float[store.dimension()];
        for (int row = 0; row < store.rows(); row++) {
          assertEquals(expected.get("keys").get(row).asText(), store.id(row));
          store.read(row, vector);
          JsonNode wanted = expected.get("vectors").get(row);
          assertArrayEquals(new ObjectMapper().convertValue(wanted, float[].class), vector, 0);
        }
      }
    }
    for (Path file : files(theirs, ".mmap")) {
      PeerArray.described(file).getFirst().assertIsMmap(file);
    }
  }

  /** Entries with keys of all lengths, so that vectors lie at any offset. */
  private static void writeStore(Path file, MvecFile.Metric metric) throws IOException {
    int dimension = TestUtil.nextInt(random(), MvecFile.MIN_DIMENSION, 100);
    List<String> keys = new ArrayList<>();
    float[][] vectors = PeerDirectory.tokens(random(), 50, dimension);
    try (MvecFileWriter writer = new MvecFileWriter(file, metric, dimension)) {
      for (float[] vector : vectors) {
        String text = TestUtil.randomRealisticUnicodeString(random(), 20);
        keys.add(text + keys.size());
        writer.add(keys.getLast(), vector);
      }
      writer.finish();
    }
    Map<String, Object> content =
        Map.of("metric", metric.toString(), "keys", keys, "vectors", vectors);
    new ObjectMapper().writeValue(described(file).toFile(), content);
  }

  public void testNumPy() throws Exception {
    for (ElementType type : ElementType.values()) {
      for (int axes = 1; axes <= 4; axes++) {
        Path file = ours.resolve(type + "-" + axes + "d.npy");
        PeerArray.random(random(), type, axes, true).writeNpy(file);
      }
    }
    Path store = folder.resolve("store.mvec");
    writeStore(store, MvecFile.Metric.COSINE);
    Path converted = ours.resolve("converted.npy");
    plaid("convert", store, converted);
    PeerArray.ofRows(json(described(store)).get("vectors")).describe(converted);
    Path texts = Files.writeString(folder.resolve("texts.txt"), "one text\nanother text\n");
    plaid("encode", texts, "-o", folder.resolve("encoded"));
    Path encoded = Files.move(folder.resolve("encoded/tokens.npy"), ours.resolve("encoded.npy"));
    PeerArray.readNpy(encoded).describe(encoded);

    run("numpy");
    for (Path file : files(theirs, ".npy")) {
      PeerArray.described(file).getFirst().assertIsNpy(file);
    }
    for (Path file : files(theirs, ".npz")) {
      for (PeerArray array : PeerArray.described(file)) {
        array.assertIsInNpz(file);
      }
      Path copy = folder.resolve("copy.npy");
      plaid("convert", file, copy, "--array=f4", "--force");
      PeerArray expected = PeerArray.described(file).get(1);
      assertEquals("f4", expected.name());
      expected.assertIsNpy(copy);
    }
  }

  /** Files of an extension, of which there are some. */
  private static List<Path> files(Path folder, String extension) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found = files.filter(f -> f.toString().endsWith(extension)).sorted().toList();
      assertFalse("files " + extension, found.isEmpty());
      return found;
    }
  }

  static Path described(Path file) {
    return file.resolveSibling(file.getFileName() + ".json");
  }

  static JsonNode json(Path file) throws IOException {
    return PeerArray.MAPPER.readTree(file.toFile());
  }
}
