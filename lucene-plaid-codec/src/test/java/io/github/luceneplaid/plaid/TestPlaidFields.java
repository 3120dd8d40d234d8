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

import static io.github.luceneplaid.plaid.TokenDocuments.addSegment;
import static io.github.luceneplaid.plaid.TokenDocuments.config;
import static io.github.luceneplaid.plaid.TokenDocuments.document;
import static io.github.luceneplaid.plaid.TokenDocuments.rewrite;
import static io.github.luceneplaid.plaid.TokenDocuments.statistics;
import static io.github.luceneplaid.plaid.TokenDocuments.term;
import static io.github.luceneplaid.plaid.TokenDocuments.unit;
import static io.github.luceneplaid.plaid.TokenDocuments.valuesById;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.SortedNumericDocValuesField;
import org.apache.lucene.document.SortedSetDocValuesField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.codecs.asserting.AssertingCodec;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.BytesRef;

/** Several fields in a segment, fields that only some segments have, and fields without values. */
public class TestPlaidFields extends LuceneTestCase {

  private static PlaidDocValuesFormat.Builder trained() {
    return PlaidDocValuesFormat.builder().trainingThreshold(1);
  }

  /** Fields of other dimensions, forms and documents, in the same files. */
  public void testSeveralFields() throws IOException {
    int fields = 2 + random().nextInt(4);
    PlaidDocValuesFormat format = trained().trainingThreshold(300).build();
    Map<String, NavigableMap<Integer, BytesRef>> expected = new HashMap<>();
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        for (int id = 0; id < 100; id++) {
          Document document = document(id);
          for (int field = 0; field < fields; field++) {
            if (random().nextInt(fields) <= field) {
              float[][] tokens = unit(random(), 1 + random().nextInt(20), 3 * field + 1);
              document.add(new LateInteractionField("tokens" + field, tokens));
            }
          }
          writer.addDocument(document);
          if (id % 30 == 0) {
            writer.commit();
          }
        }
        writer.commit();
        // From here on values are what they will be
        writer.forceMerge(1);
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          for (int field = 0; field < fields; field++) {
            expected.put("tokens" + field, valuesById(reader, "tokens" + field));
          }
        }
      }
      try (Directory target = newDirectory()) {
        rewrite(directory, target, config(format));
        try (DirectoryReader reader = DirectoryReader.open(target)) {
          for (int field = 0; field < fields; field++) {
            String name = "tokens" + field;
            assertEquals(expected.get(name), valuesById(reader, name));
            PlaidStatistics statistics =
                PlaidDocValuesFormat.statistics(reader.leaves().get(0).reader(), name);
            assertEquals(3 * field + 1, statistics.dimension());
            assertEquals(expected.get(name).size(), statistics.documents());
            assertEquals(statistics.tokens() >= 300, statistics.trained());
            assertEquals(statistics.trained() ? statistics.tokens() : 0, statistics.copiedTokens());
          }
        }
      }
    }
  }

  /** A format for each field, and all other types of doc values in one of them. */
  public void testFormatsOfEachField() throws IOException {
    Map<String, DocValuesFormat> formats =
        Map.of(
            "tokens1", trained().bits(1).build(),
            "tokens2", trained().bits(2).raw(RawTokens.FLOAT16).build(),
            "number", trained().bits(8).build());
    Codec codec =
        new AssertingCodec() {
          @Override
          public DocValuesFormat getDocValuesFormatForField(String field) {
            return formats.getOrDefault(field, formats.get("number"));
          }
        };
    try (Directory directory = newDirectory();
        Directory target = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(codec))) {
        for (int id = 0; id < 60; id++) {
          Document document = document(id);
          document.add(new LateInteractionField("tokens1", unit(random(), 3, 9)));
          document.add(new LateInteractionField("tokens2", unit(random(), 3, 9)));
          document.add(new NumericDocValuesField("number", id));
          document.add(new BinaryDocValuesField("binary", new BytesRef("b" + id)));
          document.add(new SortedDocValuesField("sorted", new BytesRef("s" + id)));
          document.add(new SortedSetDocValuesField("set", new BytesRef("s" + id)));
          document.add(new SortedNumericDocValuesField("numbers", id));
          writer.addDocument(document);
          if (id % 20 == 0) {
            writer.commit();
          }
        }
      }
      rewrite(directory, target, config(codec));
      try (DirectoryReader before = DirectoryReader.open(directory);
          DirectoryReader after = DirectoryReader.open(target)) {
        for (String field : List.of("tokens1", "tokens2", "binary")) {
          assertEquals(valuesById(before, field), valuesById(after, field));
        }
        LeafReader leaf = after.leaves().get(0).reader();
        assertEquals(1, PlaidDocValuesFormat.statistics(leaf, "tokens1").bits());
        assertEquals(2, PlaidDocValuesFormat.statistics(leaf, "tokens2").bits());
        assertNull(PlaidDocValuesFormat.statistics(leaf, "binary"));
        assertNull(PlaidDocValuesFormat.statistics(leaf, "number"));
        assertNull(PlaidDocValuesFormat.statistics(leaf, "no such field"));
        assertEquals(60, leaf.maxDoc());
        assertEquals("sorted", 60, leaf.getSortedDocValues("sorted").getValueCount());
        assertEquals("set", 60, leaf.getSortedSetDocValues("set").getValueCount());
        assertTrue(leaf.getSortedNumericDocValues("numbers").advanceExact(59));
        assertTrue(leaf.getNumericDocValues("number").advanceExact(59));
      }
    }
  }

  public void testFieldInSomeSegments() throws IOException {
    PlaidDocValuesFormat format = trained().build();
    try (Directory directory = newDirectory()) {
      NavigableMap<Integer, BytesRef> before;
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        for (int i = 0; i < 5; i++) {
          if (i % 2 == 0) {
            addSegment(writer, random(), 100 * i, 10, 8);
          } else {
            writer.addDocument(document(100 * i));
            writer.addDocument(document(100 * i + 1));
            writer.commit();
          }
        }
        before = valuesById(directory);
        writer.forceMerge(1);
      }
      assertEquals(30, before.size());
      assertEquals(before, valuesById(directory));
      PlaidStatistics statistics = statistics(directory);
      assertEquals(30, statistics.documents());
      assertEquals(statistics.tokens(), statistics.copiedTokens());
    }
  }

  /** The field stays, without values, when its documents go. */
  public void testEveryDocumentOfTheFieldDeleted() throws IOException {
    PlaidDocValuesFormat format = trained().build();
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        for (int i = 0; i < 2; i++) {
          writer.addDocument(document(1000 + i));
          addSegment(writer, random(), 100 * i, 10, 8);
          for (int id = 100 * i; id < 100 * i + 10; id++) {
            writer.deleteDocuments(term(id));
          }
        }
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(2, reader.maxDoc());
        assertEquals(new TreeMap<>(), valuesById(reader));
        assertEquals(new ArrayList<>(), statistics(reader));
      }
      // And may come back
      NavigableMap<Integer, BytesRef> before;
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        addSegment(writer, random(), 0, 10, 8);
        before = valuesById(directory);
        writer.forceMerge(1);
      }
      assertEquals(before, valuesById(directory));
      assertEquals(10, statistics(directory).documents());
    }
  }

  public void testEveryDocumentDeleted() throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(trained().build()))) {
        addSegment(writer, random(), 0, 10, 8);
        addSegment(writer, random(), 100, 10, 8);
        writer.deleteAll();
        writer.commit();
        addSegment(writer, random(), 200, 10, 8);
        for (int id = 200; id < 210; id++) {
          writer.deleteDocuments(term(id));
        }
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(0, reader.maxDoc());
      }
    }
  }

  /** Tokens of another dimension are escaped in a merge, but not those of most documents. */
  public void testModelOfAnotherDimension() throws IOException {
    PlaidDocValuesFormat format = trained().raw(RawTokens.FLOAT32).build();
    try (Directory directory = newDirectory()) {
      NavigableMap<Integer, BytesRef> before;
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        addSegment(writer, random(), 0, 100, 8);
        addSegment(writer, random(), 1000, 30, 12);
        for (int id = 1; id < 100; id++) {
          writer.deleteDocuments(term(id));
        }
        writer.commit();
        before = valuesById(directory);
        writer.forceMerge(1);
      }
      assertEquals(before, valuesById(directory));
      PlaidStatistics statistics = statistics(directory);
      assertEquals(12, statistics.dimension());
      assertEquals(30, statistics.documents());
      assertEquals(1, statistics.escapedDocuments());
      assertEquals(statistics.tokens(), statistics.copiedTokens());
    }
  }

  /** Nothing of this format is there, and nothing is there to be wrong about. */
  public void testOtherFormat() throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(TestUtil.getDefaultCodec()))) {
        addSegment(writer, random(), 0, 10, 8);
      }
      assertNull(statistics(directory));
    }
  }
}
