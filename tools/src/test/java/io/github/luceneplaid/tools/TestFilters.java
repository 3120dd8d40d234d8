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

import static io.github.luceneplaid.tools.IndexFields.Kind;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.testframework.TinyModel;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.DoubleField;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FloatField;
import org.apache.lucene.document.IntField;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;

/** Searches among the documents that a filter matches. */
public class TestFilters extends CommandTestCase {
  private Path model;
  private Path index;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    model = TinyModel.copyTo(createTempDir());
    index = createTempDir().resolve("index");
  }

  /** Indexes records, at random in several segments, which have points of their own. */
  private void index(String... records) throws IOException {
    Path file = Files.writeString(createTempDir().resolve("r.jsonl"), String.join("\n", records));
    int every = random().nextInt(records.length);
    assertEquals(
        0, plaid("index", file, "-o", index, "--model", model, "--commit-every", every, "--force"));
  }

  /** The ids of all documents that match. */
  private String matching(String filter) throws IOException {
    Set<String> ids = new TreeSet<>();
    try (Directory directory = IndexFolder.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexSearcher searcher = new IndexSearcher(reader);
      for (ScoreDoc hit : searcher.search(FilterParser.parse(filter, reader), 50).scoreDocs) {
        ids.add(searcher.storedFields().document(hit.doc).get("id"));
      }
    }
    return String.join(" ", ids);
  }

  /** The ids of all hits of the command. */
  private String found(String filter) throws IOException {
    JsonNode json =
        json("search", index, "--model", model, "--json", "-k50", "red", "--filter", filter);
    List<String> ids = new ArrayList<>();
    json.get("hits").forEach(hit -> ids.add(hit.get("id").textValue()));
    return ids.stream().sorted().collect(Collectors.joining(" "));
  }

  private void assertRefused(String message, String filter) throws IOException {
    UserException e = expectThrows(UserException.class, () -> matching(filter));
    assertTrue(e.getMessage(), e.getMessage().contains(message));
    assertTrue(e.isUsage());
  }

  /** Strings, numbers, booleans, objects, arrays and nulls. */
  public void testRecords() throws IOException {
    index(
        """
        {"id": "a", "title": "Red Cat", "text": "the red cat", "year": 1905, "category": "physics",
         "score": 0.5, "open": true, "author": {"name": "A. N.", "born": 1879}, "tags": ["x", "y z"]}
        """
            .replace("\n", ""),
        """
        {"id": "b", "text": "red river", "year": 1948, "category": "physics", "score": 2,
         "open": false, "author": {"name": "B"}, "tags": [], "note": null}
        """
            .replace("\n", ""),
        "{\"id\": \"c\", \"text\": \"a blue cat\", \"year\": 1953, \"category\": \"biology\","
            + " \"score\": -0.0, \"tags\": [[\"x\"], {\"sub\": 7}]}",
        "{\"id\": \"d\", \"text\": \"red moon\", \"year\": 1954, \"category\": \"physics\"}",
        "{\"id\": \"e\", \"text\": \"sun\", \"category\": \"natural sciences\", \"odd: name\": 1}");
    assertEquals("d", found("year:[1950 TO 1960] AND category:physics"));
    assertEquals("c d", matching("year:{1948 TO *]"));
    assertEquals("b c", matching("year:{1905 TO 1954}"));
    assertEquals("b c", matching("year:[1905.5 TO 1953.9]"));
    assertEquals("b", matching("year:1948"));
    assertEquals("b", matching("year:1948.0"));
    assertEquals("", matching("year:1948.5"));
    assertEquals("", matching("year:[1e999 TO *]"));
    assertEquals("a b c d", matching("year:*"));
    assertEquals("e", matching("NOT year:*"));
    assertEquals("c e", matching("NOT category:physics"));
    assertEquals("a e", matching("year:1905 OR (-category:physics -category:biology)"));
    assertEquals("e", matching("category:\"natural sciences\""));
    assertEquals("e", matching("category:natural\\ sciences"));
    assertEquals("", matching("category:Physics"));
    assertEquals("a b d", matching("category:ph*"));
    assertEquals("a b d e", matching("category:[c TO z]"));
    assertEquals("a", matching("open:true"));
    assertEquals("a", matching("score:[0.5 TO 2}"));
    assertEquals("c", matching("score:0"));
    assertEquals("a b", matching("score:{0 TO *]"));
    assertEquals("a", matching("author.name:\"A. N.\""));
    assertEquals("a", matching("author.born:[1800 TO 1900]"));
    assertEquals("a c", matching("tags:x"));
    assertEquals("a", matching("tags:\"y z\""));
    assertEquals("c", matching("tags.sub:7"));
    assertEquals("e", matching("odd\\:\\ name:1"));
    assertEquals("a", matching("title:\"Red Cat\""));
    // Words of the text, also those of the title, however they are written
    assertEquals("a c", matching("Cats OR CAT"));
    assertEquals("a", matching("text:\"cat the red\""));
    assertEquals("a b c d e", matching("*:*"));
    // A filter that leaves fewer hits than wanted, and filters of other commands
    assertFails(
        1,
        "the query has 1 hit",
        "explain",
        index,
        "--model",
        model,
        "--query=red",
        "--hit=2",
        "--filter=year:1948");
    assertEquals(
        0, plaid("search", index, "--model", model, "red", "--filter=year:1948", "--recall"));
    assertTrue(out.toString(), out.toString().contains("1.0000 (1 query)"));
    assertEquals(
        1,
        json("search", index, "--model", model, "red", "--filter=year:1948", "--repeat=1", "--json")
            .get("hitsPerQuery")
            .doubleValue(),
        0);
  }

  public void testRefusals() throws IOException {
    index("{\"id\": \"a\", \"text\": \"red\", \"year\": 1905, \"category\": \"physics\"}");
    String fields =
        "category (text), id (text), plaid.file (text), text (words), year (whole numbers)";
    assertRefused("found no field yeer, expected one of " + fields, "yeer:1905");
    assertRefused("found no field yeer", "yeer:[1 TO 2]");
    assertRefused("found no field yeer", "yeer:x*");
    assertRefused("found no field tokens", "tokens:x");
    assertRefused("field year: found abc, expected a number", "year:abc");
    assertRefused("field year: found NaN, expected a number", "year:[1 TO NaN]");
    assertRefused("field year: found 19*, expected a number", "year:19*");
    assertRefused("field year: found 1?5, expected a number", "year:1?5");
    assertRefused("field year: found 1905~, expected a number", "year:1905~");
    assertRefused("field year: found /1.*/, expected a number", "year:/1.*/");
    assertRefused("--filter year:[1950: expected a query such as", "year:[1950");
    assertRefused("--filter : expected a query such as", "");
    assertRefused("found more than 1024 clauses, expected fewer", "id:x ".repeat(1025));
    String half = "(" + "id:x ".repeat(600) + ")";
    assertRefused("found more than 1024 clauses", half + " AND " + half);
    assertRefused("category:/((a|b)*a(a|b){300})/", "category:/((a|b)*a(a|b){300})/");
    assertRefused("--filter /[xy])/: expected a regular expression; ", "id:/[xy])/ OR id:z");
    assertRefused("--filter text:\"a b\"~-1: ", "text:\"a b\"~-1");
    assertRefused("--filter text:red^-1: ", "text:red^-1");
    for (int depth : new int[] {101, 3_000, 100_000}) {
      String deep = "id:x OR (".repeat(depth) + "year:1905" + ")".repeat(depth);
      assertRefused("found parentheses 101 deep, expected up to 100", deep);
      String pattern = "id:/" + "(".repeat(100_000) + "a" + ")".repeat(100_000) + "/";
      assertRefused("the pattern is nested too deep", pattern);
    }
    String[] search = {"search", index.toString(), "--model", model.toString(), "red", "--filter"};
    String deepest = "id:x OR (".repeat(100) + "year:1905" + ")".repeat(100);
    assertEquals(0, plaid(with(search, "text:\"((\" OR " + deepest)));
    assertFalse(out.toString(), out.toString().contains("no hits"));
    assertFails(2, "found no field a b, expected one of " + fields, with(search, "a\\\nb:1"));
    assertEquals(0, plaid(with(search, "category:x")));
    assertTrue(out.toString(), out.toString().contains("no hits"));
  }

  private static Object[] with(String[] words, String last) {
    return Stream.concat(Arrays.stream(words), Stream.of(last)).toArray();
  }

  /**
   * Only the first 1,024 bytes of a long string can be found, in whole characters. The whole string
   * is stored.
   */
  public void testLongStrings() throws IOException {
    int bytes = 1022 + random().nextInt(4);
    String start = "x".repeat(bytes) + "ä";
    String value = start + "y".repeat(40_000);
    index(
        "{\"id\": \"a\", \"text\": \"red\", \"s\": \"" + value + "\"}",
        "{\"id\": \"b\", \"text\": \"red\", \"s\": \"" + "x".repeat(1000) + "\"}",
        "{\"id\": \"c\", \"text\": \"red\", \"s\": \"" + "x".repeat(1025) + "\"}");
    assertEquals(bytes == 1022 ? "a" : bytes == 1023 ? "a" : "a c", matching("s:" + value));
    assertEquals("b", matching("s:" + "x".repeat(1000)));
    try (Directory directory = IndexFolder.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexSearcher searcher = new IndexSearcher(reader);
      int doc = searcher.search(FilterParser.parse("id:a", reader), 1).scoreDocs[0].doc;
      assertEquals(value, searcher.storedFields().document(doc).get("s"));
    }
  }

  /** Ids are terms as a whole. */
  public void testLongIds() throws IOException {
    String a = "x".repeat(20_000) + "a";
    String b = "x".repeat(20_000) + "b";
    index(
        "{\"id\": \"" + a + "\", \"text\": \"red\"}", "{\"id\": \"" + b + "\", \"text\": \"red\"}");
    assertEquals(a, matching("id:" + a));
    assertEquals(b, matching("id:" + b));
    assertEquals("", matching("id:" + "x".repeat(1024)));
  }

  /** Whole numbers that are no doubles stay as they are beside a fraction. */
  public void testLongsBesideFractions() throws IOException {
    long odd = (1L << 53) + 1;
    index(
        "{\"id\": \"a\", \"text\": \"red\", \"n\": "
            + odd
            + ", \"m\": 1.5, \"k\": 18014398509481984}",
        "{\"id\": \"b\", \"text\": \"red\", \"n\": 0.5, \"m\": "
            + Long.MAX_VALUE
            + ", \"k\": 0.5}");
    assertEquals("a", matching("n:" + odd));
    assertEquals("", matching("n:" + (odd - 1)));
    assertEquals("b", matching("n:0.5"));
    assertEquals("b", matching("m:" + Long.MAX_VALUE));
    assertEquals("a", matching("k:[1e16 TO *]"));
    IndexFields there = new IndexFields(Map.of("d", Kind.DOUBLE, "n", Kind.NO_NUMBERS));
    UserException e =
        expectThrows(UserException.class, () -> kinds(there, line -> {}, record("d", odd)));
    assertTrue(
        e.getMessage(),
        e.getMessage()
            .contains("d: found 9007199254740993, expected numbers that are doubles, as the"));
    expectThrows(
        UserException.class, () -> kinds(there, line -> {}, record("n", 0.5), record("n", odd)));
  }

  /** A field of numbers that no record has any more takes any numbers, but no text. */
  public void testNoNumbers() throws IOException {
    String other = "{\"id\": \"b\", \"text\": \"red\"}";
    for (String number : List.of("1999", "19.5")) {
      index("{\"id\": \"a\", \"text\": \"red\", \"year\": 1905}", other);
      assertEquals(
          0, plaid("merge", index)); // A segment that lost all records would go with its fields
      assertEquals(0, plaid("delete", index, "--id", "a"));
      assertEquals(0, plaid("merge", index));
      assertEquals("", matching("year:[1900 TO *]"));
      assertEquals("b", matching("NOT year:*"));
      assertRefused("found x, expected a number", "year:x");
      Path file = createTempDir().resolve("r.jsonl");
      Files.writeString(file, "{\"id\": \"c\", \"text\": \"red\", \"year\": \"x\"}");
      assertFails(
          1, "record c: year: found x, expected numbers, as", "add", index, file, "--model", model);
      Files.writeString(file, "{\"id\": \"c\", \"text\": \"red\", \"year\": " + number + "}");
      assertEquals(err.toString(), 0, plaid("add", index, file, "--model", model));
      assertEquals("c", matching("year:" + number));
    }
  }

  /** A field with values of several kinds gets a kind that can hold all of them. */
  public void testMixedKinds() throws IOException {
    index(
        "{\"id\": \"a\", \"text\": \"red\", \"n\": 7, \"m\": 1, \"big\": 12345678901234567890}",
        "{\"id\": \"b\", \"text\": \"red\", \"n\": 7.5, \"m\": \"one\", \"big\": 9007199254740993}",
        "{\"id\": \"c\", \"text\": \"red\", \"n\": 8, \"m\": true, \"tokens\": 12, \"order\": 3}");
    assertEquals("a b", matching("n:[7 TO 7.5]"));
    assertEquals("c", matching("n:8"));
    assertEquals("a", matching("m:1"));
    assertEquals("b", matching("m:one"));
    assertEquals("c", matching("m:true"));
    assertEquals("a", matching("big:12345678901234567890"));
    assertEquals("", matching("big:12345678901234567891"));
    assertEquals("b", matching("big:9007199254740993"));
    assertEquals("c", matching("tokens_:12 AND order_:3"));
  }

  /** A field with a reserved name is renamed, with a note. */
  public void testTakenNames() throws IOException {
    Path file = createTempDir().resolve("r.jsonl");
    Files.writeString(
        file, "{\"text\": \"red\", \"part_of\": \"x\", \"order\": {\"n\": 7}, \"tokens\": null}");
    assertEquals(0, plaid("index", file, "-o", index, "--model", model));
    assertEquals(
        "plaid: "
            + file
            + ": part_of of its records becomes the field part_of_, as part_of is a field of its"
            + " own\n",
        err.toString());
    assertEquals("1", matching("part_of_:x AND order.n:7"));
  }

  /** Fields are stored, so they go out as columns, and come back as the same fields. */
  public void testThereAndBack() throws IOException {
    index(
        "{\"id\": \"a\", \"text\": \"red cat\", \"n\": 1, \"x\": {\"y\": 0.5}, \"s\": [\"p\","
            + " \"q\"]}",
        "{\"id\": \"b\", \"text\": \"blue\", \"n\": 2, \"x\": {\"y\": 1.5}}");
    Path target = createTempDir().resolve("out");
    assertEquals(err.toString(), 0, plaid("export", index, target));
    index = createTempDir().resolve("again");
    assertEquals(err.toString(), 0, plaid("import", target, index));
    assertEquals("a", matching("n:1 AND cat"));
    assertEquals("b", matching("x.y:[1 TO 2]"));
    assertEquals("a", matching("s:\"[\\\"p\\\",\\\"q\\\"]\""));
  }

  /** Passages of a record have its fields; it is one hit. */
  public void testParts() throws IOException {
    index(
        "{\"id\": \"a\", \"text\": \"" + "the red cat ".repeat(100) + "\", \"n\": 1}",
        "{\"id\": \"b\", \"text\": \"" + "red ".repeat(300) + "\", \"n\": 2}",
        "{\"id\": \"c\", \"text\": \"" + "blue ".repeat(300) + "moon\", \"n\": 1}");
    assertEquals("a c", found("n:1"));
    // Only the last of its passages has the word
    assertEquals("c", found("n:1 AND moon"));
  }

  /**
   * Compares ranges of random numbers, also at the ends of their range, with Java's comparisons.
   */
  public void testRandomRanges() throws IOException {
    long[] longs = new long[20];
    double[] doubles = new double[longs.length];
    String[] records = new String[longs.length];
    for (int i = 0; i < longs.length; i++) {
      longs[i] =
          switch (random().nextInt(4)) {
            case 0 -> random().nextLong();
            case 1 -> random().nextBoolean() ? Long.MAX_VALUE : Long.MIN_VALUE;
            default -> random().nextInt(7) - 3;
          };
      doubles[i] = random().nextBoolean() ? longs[i] : random().nextInt(9) / 4.0 - 1;
      records[i] =
          String.format(
              Locale.ROOT,
              "{\"id\": \"%s\", \"text\": \"red\", \"n\": %s, \"d\": %s}",
              (char) ('a' + i),
              longs[i],
              doubles[i]);
    }
    records[0] = records[0].replace("\"d\"", "\"e\": 0.5, \"d\"");
    index(records);
    try (Directory directory = IndexFolder.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexSearcher searcher = new IndexSearcher(reader);
      for (int i = 0; i < 300; i++) {
        String low = bound(longs, doubles);
        String high = bound(longs, doubles);
        boolean withLow = random().nextBoolean();
        boolean withHigh = random().nextBoolean();
        String range = (withLow ? "[" : "{") + low + " TO " + high + (withHigh ? "]" : "}");
        int expected = 0;
        int expectedDoubles = 0;
        for (int j = 0; j < longs.length; j++) {
          BigDecimal n = BigDecimal.valueOf(longs[j]);
          expected += isIn(n.compareTo(exact(low)), n.compareTo(exact(high)), withLow, withHigh);
          double d = doubles[j];
          expectedDoubles +=
              isIn(
                  Double.compare(d, Double.parseDouble(low)),
                  Double.compare(d, Double.parseDouble(high)),
                  withLow,
                  withHigh);
        }
        assertEquals(range, expected, searcher.count(FilterParser.parse("n:" + range, reader)));
        assertEquals(
            range, expectedDoubles, searcher.count(FilterParser.parse("d:" + range, reader)));
      }
    }
  }

  /** A number that is in the index or near one, whole or not. */
  private static String bound(long[] longs, double[] doubles) {
    int i = random().nextInt(longs.length);
    return random().nextBoolean()
        ? Long.toString(longs[i])
        : Double.toString(doubles[i] + (random().nextInt(3) - 1) / 2.0);
  }

  private static BigDecimal exact(String number) {
    return number.matches("-?\\d+")
        ? new BigDecimal(number)
        : new BigDecimal(Double.parseDouble(number));
  }

  private static int isIn(int toLow, int toHigh, boolean withLow, boolean withHigh) {
    boolean above = withLow ? toLow >= 0 : toLow > 0;
    boolean below = withHigh ? toHigh <= 0 : toHigh < 0;
    return above && below ? 1 : 0;
  }

  /** Columns of metadata.db are fields as well: of three kinds, and true is 1 there. */
  public void testImported() throws IOException {
    Path source = ExchangeTestCase.copyTo(createTempDir().resolve("directory"));
    Path database = source.resolve(MetadataDatabase.FILE);
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
        Statement statement = connection.createStatement()) {
      statement.executeUpdate("ALTER TABLE METADATA ADD COLUMN long TEXT");
      statement.executeUpdate("ALTER TABLE METADATA ADD COLUMN text TEXT");
      statement.executeUpdate("ALTER TABLE METADATA ADD COLUMN \"a%tb%1$s\" NUMERIC");
      statement.executeUpdate(
          "UPDATE METADATA SET \"a%tb%1$s\" = CASE _subset_ WHEN 3 THEN 9007199254740993 ELSE 0.5"
              + " END");
      statement.executeUpdate(
          "UPDATE METADATA SET long = hex(zeroblob(20000)), text = 'Two red cats'"
              + " WHERE _subset_ = 3");
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    assertEquals(err.toString(), 0, plaid("import", source, index));
    assertEquals("1 2 3 4", foundByTokens("year:[2001 TO 2004]"));
    assertEquals("0 1 2", matching("score:[0 TO 0.25]"));
    assertEquals("0 3", matching("category:A AND year:{* TO 2005}"));
    assertEquals(matching("open:1"), matching("open:true"));
    assertNotEquals(matching("*:*"), matching("open:true"));
    assertEquals("0 10 15 5", matching("note:größe*"));
    assertEquals("3", matching("long:" + "0".repeat(40_000)));
    assertEquals("3", matching("cats"));
    assertEquals("3", matching("a%tb%1$s:9007199254740993"));

    // Records that are added to it
    Path file = createTempDir().resolve("r.jsonl");
    Files.writeString(file, "{\"id\": \"r\", \"text\": \"red\", \"score\": 1}");
    Path other = createTempDir().resolve("other");
    assertEquals(0, plaid("index", file, "-o", other, "--model", model));
    assertFails(
        1,
        "metadata.db: column score: found numbers, expected whole numbers as in " + other,
        "import",
        source,
        other);
  }

  /** As {@link #found}, in an index whose tokens have no model here. */
  private String foundByTokens(String filter) throws IOException {
    Path queries = createTempDir().resolve("q.npy");
    try (NpyWriter writer = new NpyWriter(queries, ElementType.FLOAT32, 24)) {
      float[] token = new float[24];
      token[0] = 1;
      writer.add(token);
      writer.finish();
    }
    Files.writeString(queries.resolveSibling("querylens.json"), "[1]");
    JsonNode json =
        json("search", index, "--json", "-k50", "--queries", queries, "--filter", filter);
    Set<Integer> ids = new TreeSet<>();
    json.get("hits").forEach(hit -> ids.add(Integer.valueOf(hit.get("id").textValue())));
    return ids.stream().map(id -> Integer.toString(id)).collect(Collectors.joining(" "));
  }

  /** Fields of other programs: of four bytes, of none that is stored, of no points. */
  public void testOtherFields() throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
        Document document = new Document();
        document.add(new StringField("id", "none", Field.Store.YES));
        writer.addDocument(document);
        writer.flush(); // a segment without the fields below
        for (int i = -2; i <= 2; i++) {
          document = new Document();
          document.add(new IntField("int", i, Field.Store.YES));
          document.add(new FloatField("float", i / 10f, Field.Store.YES));
          document.add(new LongField("long", i, Field.Store.YES));
          document.add(new DoubleField("double", i, Field.Store.YES));
          document.add(new LongPoint("point", i));
          document.add(new StoredField("stored", i));
          writer.addDocument(document);
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(
            "double (numbers), float (numbers), id (text), int (whole numbers), long (whole"
                + " numbers), point (unknown)",
            IndexFields.of(reader).toString());
        assertEquals(2, count("int:{0 TO 9e18}", reader));
        assertEquals(0, count("int:[3000000000 TO *]", reader));
        assertEquals(5, count("int:[-3000000000 TO 3000000000]", reader));
        assertEquals(1, count("float:0.1", reader));
        assertEquals(3, count("float:[-0.1 TO 0.2}", reader));
        assertEquals(2, count("float:{0 TO *]", reader));
        assertEquals(2, count("double:[* TO 0}", reader));
        assertEquals(3, count("long:[0 TO *]", reader));
        for (String field : List.of("point", "stored")) {
          UserException e =
              expectThrows(UserException.class, () -> FilterParser.parse(field + ":1", reader));
          assertTrue(e.getMessage(), e.getMessage().contains("field " + field));
        }
        try (DirectoryReader empty = emptyReader()) {
          UserException e =
              expectThrows(UserException.class, () -> FilterParser.parse("x:1", empty));
          assertTrue(e.getMessage(), e.getMessage().endsWith("of the index, which has none"));
        }
        // Without a field of text, words must name a field
        UserException e =
            expectThrows(UserException.class, () -> FilterParser.parse("red", reader));
        assertTrue(e.getMessage(), e.getMessage().contains("a word without a field is looked for"));
      }
    }
  }

  private static DirectoryReader emptyReader() throws IOException {
    Directory directory = new ByteBuffersDirectory();
    new IndexWriter(directory, new IndexWriterConfig()).close();
    return DirectoryReader.open(directory);
  }

  private static int count(String filter, DirectoryReader reader) throws IOException {
    return new IndexSearcher(reader).count(FilterParser.parse(filter, reader));
  }

  /** A field that exists in the index keeps its kind. */
  public void testKindsOfIndex() {
    IndexFields there =
        new IndexFields(Map.of("t", Kind.TERMS, "n", Kind.LONG, "d", Kind.DOUBLE, "w", Kind.WORDS));
    Notes none = line -> fail(line);
    assertEquals(Map.of("t", MetadataColumn.Kind.TEXT), kinds(there, none, record("t", 7L)));
    assertEquals(
        Map.of("d", MetadataColumn.Kind.REAL, "n", MetadataColumn.Kind.INTEGER),
        kinds(there, none, record("d", 7L), record("n", 7L)));
    assertEquals(
        Map.of("new", MetadataColumn.Kind.REAL),
        kinds(there, none, record("new", 7L), record("new", 7.5)));
    for (Passage record :
        List.of(record("n", 7.5), record("n", "x"), record("d", "x"), record("w", "x"))) {
      UserException e =
          expectThrows(UserException.class, () -> kinds(there, none, record("t", 7L), record));
      assertTrue(e.getMessage(), e.getMessage().startsWith("record id: "));
    }
  }

  private static Map<String, MetadataColumn.Kind> kinds(
      IndexFields there, Notes notes, Passage... records) {
    return new FieldKinds(there).of(List.of(records), notes);
  }

  private static Passage record(String field, Object value) {
    RecordFields fields = new RecordFields(Map.of(field, List.of(value)), List.of());
    return new Passage("id", "", "", null, fields);
  }

  /** There may be many names if these are ids; those that most records have are kept. */
  public void testManyFields() {
    List<String> notes = new ArrayList<>();
    IndexFields none = new IndexFields(Map.of());
    List<Passage> records = new ArrayList<>();
    for (int i = 0; i < FieldKinds.MAX_FIELDS; i++) {
      records.add(record("field " + i, 7L));
    }
    assertEquals(FieldKinds.MAX_FIELDS, new FieldKinds(none).of(records, notes::add).size());
    assertEquals(List.of(), notes);
    records.add(record("often", "x"));
    records.add(record("often", "y"));
    Map<String, MetadataColumn.Kind> kinds = new FieldKinds(none).of(records, notes::add);
    assertEquals(FieldKinds.MAX_FIELDS, kinds.size());
    assertEquals(MetadataColumn.Kind.TEXT, kinds.get("often"));
    assertEquals(
        List.of("records have 1001 different fields; kept are the 1000 that most of them have"),
        notes);
  }

  /** The limit is one of the index, whatever the number of commands that add to it. */
  public void testManyFieldsOfIndex() {
    Map<String, IndexFields.Kind> there = new HashMap<>();
    for (int i = 0; i < FieldKinds.MAX_FIELDS - 1; i++) {
      there.put("field " + i, IndexFields.Kind.LONG);
    }
    for (String always : List.of("id", "title", "text", "part_of", "order", "plaid.file")) {
      there.put(always, IndexFields.Kind.TERMS);
    }
    List<Passage> records =
        List.of(record("field 3", 7L), record("a", "x"), record("b", "y"), record("b", "z"));
    List<String> notes = new ArrayList<>();
    assertEquals(
        Set.of("field 3", "b"),
        new FieldKinds(new IndexFields(there)).of(records, notes::add).keySet());
    assertEquals(
        List.of(
            "records have 2 fields that the index lacks; kept are the 1 that most of them have"),
        notes);
    notes.clear();
    there.put("b", IndexFields.Kind.TERMS);
    assertEquals(
        Set.of("field 3", "b"),
        new FieldKinds(new IndexFields(there)).of(records, notes::add).keySet());
    assertEquals(
        List.of(
            "records have 1 fields that the index lacks; none is kept, because the index has 1000"
                + " fields"),
        notes);
  }
}
