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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import io.github.luceneplaid.testframework.SharedFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.DoubleField;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/** The commands import, export and check. */
public class TestExchangeCommands extends CommandTestCase {
  /** The files of an import; of 20 documents, 175 tokens, 24 dimensions, 4 bits. */
  private Path source;

  private Path index;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    source = ExchangeTestCase.copyTo(createTempDir().resolve("a directory"));
    index = createTempDir().resolve("index");
  }

  public void testImport() throws IOException {
    JsonNode json = json("import", source, index, "--json");
    assertEquals(20, json.get("documents").intValue());
    assertEquals(175, json.get("tokens").intValue());
    assertEquals(6, json.get("metadata").size());
    try (Directory directory = FSDirectory.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexSearcher searcher = new IndexSearcher(reader);
      assertEquals(7, searcher.count(new TermQuery(new Term("category", "A"))));
      assertEquals(1, searcher.count(new TermQuery(new Term("id", "3"))));
      assertEquals(4, searcher.count(LongField.newRangeQuery("year", 2001, 2004)));
      assertEquals(3, searcher.count(DoubleField.newRangeQuery("score", 0, 0.25)));
      LeafReader leaf = reader.leaves().get(0).reader();
      NumericDocValues order = leaf.getNumericDocValues(IndexBuilder.ORDER);
      for (int doc = 0; doc < leaf.maxDoc(); doc++) {
        assertTrue(order.advanceExact(doc));
        Document stored = searcher.storedFields().document(doc);
        assertEquals(Long.toString(order.longValue()), stored.get("id"));
        assertEquals(2000L + order.longValue(), stored.getField("year").numericValue());
        assertEquals(order.longValue() / 8.0, stored.getField("score").numericValue());
      }
      assertEquals("größe ✓", searcher.storedFields().document(0).get("note"));
      assertNull(searcher.storedFields().document(1).get("note"));
    }
    // A normal reader would make files beside a database with a write-ahead log
    assertFalse(Files.exists(source.resolve("metadata.db-wal")));
    assertFalse(Files.exists(source.resolve("metadata.db-shm")));
    assertEquals(0, plaid("info", index));
    assertTrue(out.toString(), out.toString().contains("Field tokens"));
  }

  public void testImportGolden() throws IOException {
    Path golden = SharedFolder.of("golden");
    for (String name :
        List.of(
            "next-plaid/d48-b4-metadata/created",
            "next-plaid/d48-b4-metadata/updated-deleted",
            "next-plaid-1.8.5/d24-b4-metadata/updated-deleted",
            "next-plaid-1.8.5/d40-binary-metadata/updated")) {
      Path stage = golden.resolve(name);
      Path target = createTempDir().resolve("index");
      assertEquals(name, 0, plaid("import", stage.resolve("index"), target));
      JsonNode expected =
          new ObjectMapper().readTree(stage.resolve("expected_metadata.json").toFile());
      try (Directory directory = FSDirectory.open(target);
          DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(expected.size(), reader.numDocs());
        for (int doc = 0; doc < expected.size(); doc++) {
          Document stored = reader.storedFields().document(doc);
          for (String column : List.of("category", "note", "open", "score", "title", "year")) {
            JsonNode value = expected.get(doc).get(column);
            String found = stored.get(column);
            assertEquals(name + " " + doc, value.isNull() ? null : value.asText(), found);
          }
        }
      }
      assertEquals(out.toString(), 0, plaid("check", target));
    }
  }

  public void testImportTwice() throws IOException {
    assertEquals(0, plaid("import", source, index));
    assertEquals(0, plaid("import", source, index, "--id-prefix=b", "--prefix=second."));
    try (Directory directory = FSDirectory.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      assertEquals(40, reader.numDocs());
      IndexSearcher searcher = new IndexSearcher(reader);
      assertEquals(1, searcher.count(new TermQuery(new Term("id", "b3"))));
      assertEquals(7, searcher.count(new TermQuery(new Term("second.category", "A"))));
    }
    assertEquals(out.toString(), 0, plaid("check", index));
  }

  public void testImportWithoutMetadata() throws IOException {
    Files.delete(source.resolve("metadata.db"));
    assertEquals(0, json("import", source, index, "--json").get("metadata").size());
    try (Directory directory = FSDirectory.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      assertEquals("19", reader.storedFields().document(19).get("id"));
    }
  }

  public void testImportKeepsWhatWasThere() throws IOException {
    assertFails(1, "no such folder", "import", source.resolve("x"), index);
    Path codes = source.resolve("0.codes.npy");
    byte[] bytes = Files.readAllBytes(codes);
    Files.write(codes, Arrays.copyOf(bytes, bytes.length - 1));
    assertFails(1, codes + ": ", "import", source, index);
    assertFalse(Files.exists(index));
    Files.write(codes, bytes);

    // A field of the same name and another kind, which is noticed only when documents are added
    writeStored("category");
    List<String> before = files();
    assertFails(1, "category", "import", source, index);
    assertEquals(before, files());
    assertEquals(0, plaid("import", source, index, "--prefix=m."));
    assertEquals(0, plaid("check", index));
  }

  public void testImportIntoOtherIndexes() throws IOException {
    try (Directory directory = FSDirectory.open(index);
        IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
      Document document = new Document();
      document.add(new LateInteractionField("tokens", new float[][] {new float[24]}));
      writer.addDocument(document);
    }
    assertFails(1, "format of field tokens: found ", "import", source, index);
    Path matrix = createTempDir().resolve("tokens.npy");
    try (NpyWriter writer = new NpyWriter(matrix, ElementType.FLOAT32, 23)) {
      float[] token = new float[23];
      token[0] = 1;
      writer.add(token);
      writer.finish();
    }
    Files.writeString(matrix.resolveSibling("doclens.json"), "[1]");
    assertEquals(0, plaid("index", matrix, "-o", index, "--force"));
    assertFails(1, "dimension: found 24, expected 23", "import", source, index);
    assertEquals(0, plaid("index", matrix, "-o", index, "--force", "--bits=2"));
    assertFails(1, "bits: found 4, expected 2", "import", source, index);
  }

  /** Makes an index of one document, whose only field is stored. */
  private void writeStored(String field) throws IOException {
    try (Directory directory = FSDirectory.open(index);
        IndexWriter writer =
            new IndexWriter(directory, IndexBuilder.config(new PlaidDocValuesFormat()))) {
      Document document = new Document();
      document.add(new StoredField(field, "x"));
      writer.addDocument(document);
    }
  }

  private List<String> files() throws IOException {
    try (Directory directory = FSDirectory.open(index)) {
      return List.of(directory.listAll());
    }
  }

  public void testImportRefusals() throws IOException {
    Path journal = Files.writeString(source.resolve("metadata.db-journal"), "changes");
    assertFails(1, journal + ": found 7 bytes to undo changes", "import", source, index);
    Files.delete(journal);
    Path database = source.resolve("metadata.db");
    byte[] bytes = Files.readAllBytes(database);
    Files.writeString(database, "not a database, but long enough to be taken for one, maybe");
    assertFails(1, database + ": expected a SQLite database", "import", source, index);
    Files.write(database, bytes);
    Path other = Files.createDirectories(index);
    Files.writeString(other.resolve("file"), "mine");
    assertFails(1, "expected an empty folder", "import", source, index);
  }

  public void testExport() throws IOException {
    assertEquals(0, plaid("import", source, index));
    Path target = createTempDir().resolve("out");
    JsonNode json = json("export", index, target, "--json");
    assertFalse(json.get("encoded").booleanValue());
    assertEquals(20, json.get("documents").intValue());
    for (String name : List.of("0.codes.npy", "0.residuals.npy", "centroids.npy")) {
      byte[] expected = Files.readAllBytes(source.resolve(name));
      byte[] found = Files.readAllBytes(target.resolve(name));
      // Headers are padded in their own ways
      int n = expected.length - 128;
      assertArrayEquals(
          name,
          Arrays.copyOfRange(expected, expected.length - n, expected.length),
          Arrays.copyOfRange(found, found.length - n, found.length));
    }
    Files.writeString(target.resolve("mine"), "mine");
    assertFails(1, "exists (--force replaces it)", "export", index, target);
    assertTrue(Files.exists(target.resolve("mine")));
    assertEquals(0, plaid("export", index, target, "--force"));
    assertFalse(Files.exists(target.resolve("mine")));

    Path home = createTempDir();
    Files.writeString(home.resolve("mine"), "mine");
    assertFails(1, "found other files", "export", index, home, "--force");
    assertTrue(Files.exists(home.resolve("mine")));
    assertFails(1, "a folder that exists", "export", index, home.resolve("x").resolve("y"));
    Path x = home.resolve("x");
    String found = "; found tokens in tokens";
    assertFails(1, "has no tokens, it does not exist" + found, "export", index, x, "--field=other");
    String type = "--field id: the field has no tokens, but doc values of type SORTED_SET";
    assertFails(1, type + found, "export", index, x, "--field=id");
    assertFails(1, "numeric doc values", "export", index, home.resolve("x"), "--order=title");
    assertFails(2, "--bits", "export", index, home.resolve("x"), "--bits=3");
  }

  /** Imported metadata can be exported and imported again without a change. */
  public void testMetadataThereAndBack() throws IOException {
    assertEquals(0, plaid("import", source, index));
    Path target = createTempDir().resolve("out");
    JsonNode json = json("export", index, target, "--json");
    assertEquals("", err.toString());
    assertEquals(7, json.get("metadata").size());
    Path again = createTempDir().resolve("again");
    assertEquals(0, plaid("import", target, again));
    assertEquals(stored(index), stored(again));
    assertEquals(0, plaid("export", index, target, "--force", "--no-metadata"));
    assertFalse(Files.exists(target.resolve("metadata.db")));
    assertFalse(out.toString(), out.toString().contains("title"));
  }

  /** All stored fields, document by document. */
  static List<String> stored(Path folder) throws IOException {
    List<String> all = new ArrayList<>();
    try (Directory directory = FSDirectory.open(folder);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      for (int doc = 0; doc < reader.maxDoc(); doc++) {
        List<String> fields = new ArrayList<>();
        for (IndexableField field : reader.storedFields().document(doc)) {
          String value =
              field.binaryValue() == null ? field.stringValue() : field.binaryValue().toString();
          Number number = field.numericValue();
          fields.add(
              field.name() + "=" + (number == null ? value : number.getClass() + "" + number));
        }
        Collections.sort(fields);
        all.add(fields.toString());
      }
    }
    return all;
  }

  /** Fields of other programs: several values, bytes, numbers of all kinds, odd names, none. */
  public void testExportOfOtherFields() throws IOException {
    Document full = new Document();
    full.add(new LateInteractionField("tokens", new float[][] {new float[24]}));
    full.add(new StoredField("name", "it's \"x\""));
    full.add(new StoredField("a \"b\"", "1"));
    full.add(new StoredField("tag", "a"));
    full.add(new StoredField("tag", "b"));
    full.add(new StoredField("mixed", 7));
    full.add(new StoredField("float", 0.1f));
    full.add(new StoredField("bytes", new byte[] {1, -1}));
    Document other = new Document();
    other.add(new StoredField("mixed", "seven"));
    other.add(new StoredField("line", 1L << 40));
    write(full, other);
    Path target = createTempDir().resolve("out");
    assertEquals(err.toString(), 0, plaid("export", index, target));
    Path again = createTempDir().resolve("again");
    assertEquals(err.toString(), 0, plaid("import", target, again));
    assertEquals(
        List.of(
            "[a \"b\"=1, bytes=[1 ff], float=class java.lang.Double0.1, id=0, mixed=7,"
                + " name=it's \"x\", tag=[\"a\",\"b\"]]",
            "[id=1, line=class java.lang.Long1099511627776, mixed=seven]"),
        stored(again));

    other.add(new StoredField("bytes", "text"));
    write(full, other);
    Path refused = target.resolveSibling("refused");
    assertFails(1, "field bytes: found bytes and other values", "export", index, refused);
    assertFalse(Files.exists(refused));
    full.add(new StoredField("NAME", "a column that differs in case only"));
    other.removeField("bytes");
    write(full, other);
    assertFails(1, "metadata.db: cannot hold the fields: ", "export", index, refused);
    assertEquals(0, plaid("export", index, refused, "--no-metadata"));
  }

  private void write(Document... documents) throws IOException {
    IndexWriterConfig config =
        IndexBuilder.config(new PlaidDocValuesFormat())
            .setOpenMode(IndexWriterConfig.OpenMode.CREATE);
    try (Directory directory = FSDirectory.open(index);
        IndexWriter writer = new IndexWriter(directory, config)) {
      writer.addDocuments(List.of(documents));
    }
  }

  /** Columns are in either table; the oldest databases have one table only. */
  public void testTablesOfMetadata() throws Exception {
    Path database = source.resolve("metadata.db");
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("ALTER TABLE METADATA ADD COLUMN language TEXT");
      statement.executeUpdate("UPDATE METADATA SET language = 'de' WHERE _subset_ = 3");
    }
    assertEquals(7, json("import", source, index, "--json").get("metadata").size());
    assertTrue(stored(index).get(3), stored(index).get(3).contains("language=de"));

    Files.delete(database);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("CREATE TABLE METADATA (_subset_ INTEGER PRIMARY KEY, year INTEGER)");
      statement.executeUpdate("INSERT INTO METADATA VALUES (0, 1999), (5, 2004)");
    }
    Path old = createTempDir().resolve("old");
    assertEquals(1, json("import", source, old, "--json").get("metadata").size());
    assertEquals("[id=5, year=class java.lang.Long2004]", stored(old).get(5));
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("CREATE TABLE METADATA_CONTENT (_content_id_ INTEGER, Year INTEGER)");
    }
    assertFails(1, "column Year at byte 0: found it in two tables", "import", source, index);
  }

  public void testCheck() throws IOException {
    assertEquals(0, plaid("import", source, index));
    JsonNode json = json("check", index, "--json");
    assertTrue(json.get("clean").booleanValue());
    assertEquals(1, json.get("fields").intValue());
    assertEquals(175, json.get("tokens").intValue());
    assertEquals(0, plaid("check", index));
    assertTrue(
        out.toString(), out.toString().startsWith(index + ": sound; 1 segment, 1 field of "));
    assertFails(1, "no such folder", "check", index.resolve("x"));
  }

  /** Segments of all kinds: floats, codes beside floats, codes, and codes of two codebooks. */
  public void testCheckAfterMerges() throws IOException {
    Path matrix = createTempDir().resolve("tokens.npy");
    int documents = 60 + random().nextInt(20);
    try (NpyWriter writer = new NpyWriter(matrix, ElementType.FLOAT32, 24)) {
      float[] token = new float[24];
      for (int i = 0; i < 10 * documents; i++) {
        for (int j = 0; j < token.length; j++) {
          token[j] = (float) random().nextGaussian();
        }
        writer.add(token);
      }
      writer.finish();
    }
    String lengths = String.join(",", Collections.nCopies(documents, "10"));
    Files.writeString(matrix.resolveSibling("doclens.json"), "[" + lengths + "]");
    for (int threshold : new int[] {100, 100_000}) {
      String option = "--training-threshold=" + threshold;
      assertEquals(0, plaid("index", matrix, "-o", index, option, "--force", "--commit-every=55"));
      assertEquals(out.toString(), 0, plaid("check", index));
      assertEquals(err.toString(), 0, plaid("import", source, index, "--id-prefix=p"));
      merge();
      assertEquals(out.toString(), 0, plaid("check", index));
      assertTrue(out.toString(), out.toString().contains(": sound; 1 segment, 1 field of"));
    }
  }

  public void testCheckFindsDamage() throws IOException {
    assertEquals(0, plaid("import", source, index));
    merge();
    Path data = dataFile();
    byte[] bytes = Files.readAllBytes(data);
    byte[] damaged = bytes.clone();
    damaged[bytes.length / 2] ^= 1;
    Files.write(data, damaged);
    assertEquals(1, plaid("check", index));
    assertTrue(out.toString(), out.toString().contains("checksum"));
    assertTrue(out.toString(), out.toString().contains("DAMAGED"));

    // A posting of another document, with a correct checksum
    byte[] postings = postings();
    damaged = bytes.clone();
    int at = find(damaged, postings);
    damaged[at] ^= 1;
    ByteBuffer.wrap(damaged).putLong(damaged.length - Long.BYTES, crc(damaged));
    Files.write(data, damaged);
    assertEquals(1, plaid("check", index));
    assertFalse(out.toString(), out.toString().contains("checksum"));
    assertTrue(out.toString(), out.toString().contains("field tokens: "));
    assertEquals(1, plaid("check", index, "--json"));
    assertFalse(new ObjectMapper().readTree(out.toString()).get("clean").booleanValue());
    Files.write(data, bytes);
    assertEquals(0, plaid("check", index));
  }

  public void testCheckOfCutFiles() throws IOException {
    assertEquals(0, plaid("import", source, index));
    for (String name : files()) {
      Path file = index.resolve(name);
      byte[] bytes = Files.readAllBytes(file);
      if (bytes.length > 0 && name.startsWith("extra") == false) {
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
        assertEquals(name, 1, plaid("check", index));
        Files.write(file, bytes);
      }
    }
    assertEquals(out.toString(), 0, plaid("check", index));
  }

  /** Merges to one segment, of files of their own. */
  private void merge() throws IOException {
    try (Directory directory = FSDirectory.open(index)) {
      IndexWriterConfig config =
          IndexBuilder.config(new PlaidDocValuesFormat()).setUseCompoundFile(false);
      config.getMergePolicy().setNoCFSRatio(0);
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        writer.deleteDocuments(new Term("id", "7"));
        writer.forceMerge(1);
      }
    }
  }

  private Path dataFile() throws IOException {
    try (Stream<Path> files = Files.list(index)) {
      return files.filter(file -> file.toString().endsWith(".veq")).findFirst().orElseThrow();
    }
  }

  private byte[] postings() throws IOException {
    try (Directory directory = FSDirectory.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      LeafReader leaf = reader.leaves().get(0).reader();
      PlaidSegment segment = PlaidSegment.of(leaf, IndexBuilder.TOKENS);
      int n = (int) segment.cellTable().postings();
      byte[] bytes = new byte[n * segment.postingWidth()];
      segment.readPostings(0, n, bytes, 0);
      return bytes;
    }
  }

  private static int find(byte[] bytes, byte[] part) {
    int at = 0;
    while (Arrays.equals(bytes, at, at + part.length, part, 0, part.length) == false) {
      at++;
    }
    return at;
  }

  /** The checksum that a file of Lucene ends with. */
  private static long crc(byte[] file) {
    CRC32 crc = new CRC32();
    crc.update(file, 0, file.length - Long.BYTES);
    return crc.getValue();
  }
}
