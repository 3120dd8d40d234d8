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

package io.github.luceneplaid.plaid.segment;

import static io.github.luceneplaid.plaid.TokenDocuments.config;
import static io.github.luceneplaid.plaid.TokenDocuments.document;
import static io.github.luceneplaid.plaid.TokenDocuments.statistics;
import static io.github.luceneplaid.plaid.TokenDocuments.unit;

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.PlaidStatistics;
import io.github.luceneplaid.plaid.RawTokens;
import io.github.luceneplaid.plaid.TokenDocuments;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.ByteArrayDataOutput;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BytesRef;

/** Tests the defaults of options, their bounds, and their text. */
public class TestPlaidOptions extends LuceneTestCase {

  /** Attributes that cannot be used: their names and values. */
  private static final String[][] UNUSABLE = {
    {"bits", "5"},
    {"bits", "x"},
    {"bits", ""},
    {"raw", "INT8"},
    {"raw", "none"},
    {"trainingThreshold", "0"},
    {"tokensPerCell", "65537"},
    {"seed", "1.5"},
    {"timesEncoded", "many"},
    {"timesEncoded", "99999999999"}
  };

  private static void assertRefused(Consumer<PlaidDocValuesFormat.Builder> setter, String message) {
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> setter.accept(builder()));
    assertEquals(message, e.getMessage());
  }

  private static PlaidDocValuesFormat.Builder builder() {
    return PlaidDocValuesFormat.builder();
  }

  /** Messages name the option, what it must be and what it was. */
  public void testBounds() {
    for (int bits : new int[] {-1, 0, 5, 6, 7, 9, 16, 32, Integer.MIN_VALUE}) {
      assertRefused(b -> b.bits(bits), "bits must be 1, 2, 3, 4 or 8, got: " + bits);
    }
    assertRefused(b -> b.raw(null), "raw must be NONE, FLOAT16 or FLOAT32, got: null");
    for (int threshold : new int[] {0, -1, Integer.MIN_VALUE}) {
      assertRefused(
          b -> b.trainingThreshold(threshold),
          "trainingThreshold must be at least 1, got: " + threshold);
    }
    for (int tokens : new int[] {0, -1, 65537, Integer.MAX_VALUE}) {
      assertRefused(
          b -> b.tokensPerCell(tokens), "tokensPerCell must be 1 to 65536, got: " + tokens);
    }
  }

  /** What a file says is refused in the words of damaged files. */
  public void testBoundsOfFiles() {
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> PlaidOptions.DEFAULT.withBits(5));
    assertEquals("bits: found 5, expected 1, 2, 3, 4 or 8", e.getMessage());
    assertRefused(0, 32, "training threshold: found 0, expected at least 1 token");
    assertRefused(1, 0, "tokens per cell: found 0, expected 1 to 65536");
    assertRefused(1, 65537, "tokens per cell: found 65537, expected 1 to 65536");
  }

  private static void assertRefused(int threshold, int tokensPerCell, String message) {
    IllegalArgumentException e =
        expectThrows(
            IllegalArgumentException.class,
            () -> new PlaidOptions(4, null, threshold, tokensPerCell, 0));
    assertEquals(message, e.getMessage());
  }

  /** A format tells the bits that it writes, unless it goes by what is there. */
  public void testBits() {
    assertEquals(OptionalInt.empty(), new PlaidDocValuesFormat().bits());
    assertEquals(OptionalInt.of(4), builder().build().bits());
    assertEquals(OptionalInt.of(8), builder().bits(8).build().bits());
  }

  public void testWhatIsAllowed() {
    for (int bits : new int[] {1, 2, 3, 4, 8}) {
      assertNotNull(builder().bits(bits).build());
    }
    for (RawTokens raw : RawTokens.values()) {
      assertNotNull(builder().raw(raw).build());
    }
    assertNotNull(builder().trainingThreshold(1).tokensPerCell(1).seed(Long.MIN_VALUE).build());
    assertNotNull(
        builder().trainingThreshold(Integer.MAX_VALUE).tokensPerCell(65536).seed(0).build());
  }

  public void testToString() {
    assertEquals("PlaidDocValuesFormat(as written)", new PlaidDocValuesFormat().toString());
    assertEquals(
        "PlaidDocValuesFormat(bits=4, raw=NONE, trainingThreshold=65536, tokensPerCell=32, seed=42)",
        builder().build().toString());
    assertEquals(
        "PlaidDocValuesFormat(bits=2, raw=FLOAT16, trainingThreshold=100, tokensPerCell=8, seed=-1)",
        builder()
            .bits(2)
            .raw(RawTokens.FLOAT16)
            .trainingThreshold(100)
            .tokensPerCell(8)
            .seed(-1)
            .build()
            .toString());
  }

  /** An index is opened by the name of its format alone. */
  public void testByName() {
    assertEquals("Plaid1", PlaidDocValuesFormat.NAME);
    assertTrue(DocValuesFormat.availableDocValuesFormats().contains("Plaid1"));
    assertTrue(DocValuesFormat.forName("Plaid1") instanceof PlaidDocValuesFormat);
    assertEquals("Plaid1", builder().bits(1).build().getName());
  }

  /** If only the name of a format is known, the options come from the field. */
  public void testFieldsBringOptions() throws IOException {
    FieldType type =
        builder().bits(2).raw(RawTokens.FLOAT16).trainingThreshold(10).seed(7).buildFieldType();
    expectThrows(IllegalStateException.class, () -> type.setStored(true));
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(new PlaidDocValuesFormat()))) {
        for (int segment = 0; segment < 2; segment++) {
          Document document = new Document();
          BytesRef tokens = LateInteractionField.encode(unit(random(), 60, 8));
          document.add(new Field(TokenDocuments.FIELD, tokens, type));
          writer.addDocument(document);
          writer.flush();
        }
        writer.forceMerge(1);
      }
      PlaidStatistics statistics = statistics(directory);
      assertTrue(statistics.trained());
      assertEquals(2, statistics.bits());
      assertEquals(RawTokens.FLOAT16, statistics.raw());
    }
  }

  /** Numbers on disk do not follow the order of the enum. */
  public void testNumbersOfRawTokens() throws IOException {
    byte[] number = new byte[1];
    for (RawTokens raw : RawTokens.values()) {
      TokenRows.writeEncoding(raw.encoding(), new ByteArrayDataOutput(number));
      assertEquals(
          List.of(RawTokens.NONE, RawTokens.FLOAT16, RawTokens.FLOAT32).indexOf(raw), number[0]);
      assertSame(raw.encoding(), TokenRows.readEncoding(new ByteArrayDataInput(number)));
    }
    number[0] = 3;
    expectThrows(
        CorruptIndexException.class, () -> TokenRows.readEncoding(new ByteArrayDataInput(number)));
  }

  /** The threshold counts tokens, not documents, and is the first number that trains. */
  public void testTrainingThreshold() throws IOException {
    for (int missing = 0; missing < 2; missing++) {
      PlaidDocValuesFormat format = builder().trainingThreshold(100).build();
      try (Directory directory = newDirectory()) {
        try (IndexWriter writer = new IndexWriter(directory, config(format))) {
          writer.addDocument(document(0, unit(random(), 60, 8)));
          writer.addDocument(document(1, unit(random(), 40 - missing, 8)));
        }
        assertEquals(missing == 0, statistics(directory).trained());
      }
    }
  }

  /** Changes of the builder do not change a format that it has built. */
  public void testFormatsAreImmutable() {
    PlaidDocValuesFormat.Builder builder = builder().bits(1);
    PlaidDocValuesFormat format = builder.build();
    String before = format.toString();
    builder.bits(8);
    assertEquals(before, format.toString());
    assertNotEquals(before, builder.build().toString());
  }

  /** Options that the type of a field does not name are the defaults. */
  public void testSomeAttributes() throws IOException {
    FieldType type = new FieldType();
    type.setDocValuesType(DocValuesType.BINARY);
    type.putAttribute("PlaidDocValuesFormat.bits", "2");
    type.freeze();
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(new PlaidDocValuesFormat()))) {
        Document document = new Document();
        BytesRef tokens = LateInteractionField.encode(unit(random(), 5, 8));
        document.add(new Field(TokenDocuments.FIELD, tokens, type));
        writer.addDocument(document);
      }
      PlaidStatistics statistics = statistics(directory);
      assertEquals(2, statistics.bits());
      assertEquals(RawTokens.NONE, statistics.raw());
    }
  }

  private static void addTokens(IndexWriter writer, FieldType type) throws IOException {
    Document document = new Document();
    BytesRef tokens = LateInteractionField.encode(unit(random(), 5, 8));
    document.add(new Field(TokenDocuments.FIELD, tokens, type));
    writer.addDocument(document);
    writer.commit();
  }

  /** Another format stores any attributes. Neither a flush nor a merge fails of them. */
  public void testUnusableAttributes() throws IOException {
    for (String[] attribute : UNUSABLE) {
      String message = String.join("=", attribute);
      FieldType type = new FieldType();
      type.setDocValuesType(DocValuesType.BINARY);
      String other = attribute[0].equals("seed") ? "tokensPerCell" : "seed";
      type.putAttribute("PlaidDocValuesFormat." + other, "7");
      type.putAttribute("PlaidDocValuesFormat." + attribute[0], attribute[1]);
      type.freeze();
      try (Directory directory = newDirectory()) {
        DocValuesFormat lucene = DocValuesFormat.forName("Lucene90");
        try (IndexWriter writer = new IndexWriter(directory, config(lucene))) {
          addTokens(writer, type);
          addTokens(writer, type);
        }
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          LeafReader leaf = reader.leaves().get(0).reader();
          FieldInfo field = leaf.getFieldInfos().fieldInfo(TokenDocuments.FIELD);
          PlaidOptions options = PlaidOptions.of(field);
          boolean isSeed = other.equals("seed");
          assertEquals(message, isSeed ? 7 : 42, options.seed());
          assertEquals(message, isSeed ? 32 : 7, options.tokensPerCell());
          assertEquals(message, 4, options.bits());
          assertNull(message, options.raw());
          assertEquals(message, 1 << 16, options.trainingThreshold());
          assertEquals(message, 0, PlaidOptions.timesEncoded(field));
        }
        try (IndexWriter writer = new IndexWriter(directory, config(new PlaidDocValuesFormat()))) {
          addTokens(writer, type);
          writer.forceMerge(1);
        }
        assertEquals(message, 4, statistics(directory).bits());
        assertEquals(message, 15, statistics(directory).tokens());
      }
    }
  }
}
