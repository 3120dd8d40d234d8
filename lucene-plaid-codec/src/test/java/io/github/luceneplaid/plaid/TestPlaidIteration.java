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

import static io.github.luceneplaid.plaid.TokenDocuments.FIELD;
import static io.github.luceneplaid.plaid.TokenDocuments.config;
import static io.github.luceneplaid.plaid.TokenDocuments.unit;

import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BytesRef;

/** Values iterate over documents with tokens and escaped ones as if they were of one kind. */
public class TestPlaidIteration extends LuceneTestCase {

  private static final int DIMENSION = 4;

  private interface Check {
    void check(LeafReader reader, NavigableMap<Integer, BytesRef> model) throws IOException;
  }

  /** Writes a segment in which so many of 100 documents have tokens, and so many are escaped. */
  private static void with(int docs, int tokenPercent, int escapedPercent, Check check)
      throws IOException {
    NavigableMap<Integer, BytesRef> model = new TreeMap<>();
    PlaidDocValuesFormat format =
        PlaidDocValuesFormat.builder()
            .trainingThreshold(random().nextBoolean() ? 1 : 1 << 20)
            .raw(RawTokens.FLOAT32)
            .build();
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        for (int doc = 0; doc < docs; doc++) {
          Document document = new Document();
          // Each kind has runs and gaps
          int kind = random().nextInt(100);
          if (doc % 64 < 8) {
            kind = 100;
          }
          BytesRef value = null;
          if (kind < tokenPercent) {
            int n = 1 + random().nextInt(3);
            value = LateInteractionField.encode(unit(random(), n, DIMENSION));
          } else if (kind < tokenPercent + escapedPercent) {
            value = newBytesRef("odd " + doc);
          }
          if (tokenPercent == 100) {
            value = LateInteractionField.encode(unit(random(), 1, DIMENSION));
          }
          if (value != null) {
            document.add(new BinaryDocValuesField(FIELD, value));
            model.put(doc, value);
          }
          writer.addDocument(document);
        }
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        check.check(reader.leaves().get(0).reader(), model);
      }
    }
  }

  /** Dense, sparse and mixed segments; more than one block of 65,536 documents once. */
  private static void withAll(Check check) throws IOException {
    with(1, 100, 0, check);
    with(200, 100, 0, check);
    with(200, 50, 0, check);
    with(200, 2, 2, check);
    with(300, 90, 10, check);
    with(300, 30, 60, check);
    with(1 + random().nextInt(500), random().nextInt(50), random().nextInt(50), check);
  }

  public void testAllKindsOfStepsAgainstAModel() throws IOException {
    withAll(TestPlaidIteration::checkSteps);
  }

  public void testManyDocuments() throws IOException {
    with(70_000, random().nextInt(50), random().nextInt(10), TestPlaidIteration::checkSteps);
  }

  private static void checkSteps(LeafReader reader, NavigableMap<Integer, BytesRef> model)
      throws IOException {
    for (int round = 0; round < 30; round++) {
      BinaryDocValues values = reader.getBinaryDocValues(FIELD);
      if (model.isEmpty() && values == null) {
        return;
      }
      int step = 1 + random().nextInt(reader.maxDoc());
      int doc = -1;
      assertEquals(-1, values.docID());
      while (doc < reader.maxDoc() - 1) {
        int target = Math.min(reader.maxDoc() - 1, doc + 1 + random().nextInt(step));
        boolean hasValue = true;
        String what;
        switch (random().nextInt(4)) {
          case 0 -> {
            what = "nextDoc from " + doc;
            int expected = next(model, doc + 1);
            doc = values.nextDoc();
            assertEquals(what, expected, doc);
          }
          case 1 -> {
            what = "advance to " + target;
            doc = values.advance(target);
            assertEquals(what, next(model, target), doc);
          }
          case 2 -> {
            what = "advanceExact to " + target;
            doc = target;
            hasValue = values.advanceExact(target);
            assertEquals(what, model.containsKey(target), hasValue);
          }
          default -> {
            what = "advanceExact again to " + Math.max(doc, 0);
            doc = Math.max(doc, 0);
            hasValue = values.advanceExact(doc);
            assertEquals(what, model.containsKey(doc), hasValue);
          }
        }
        assertEquals(what, doc, values.docID());
        if (doc == DocIdSetIterator.NO_MORE_DOCS) {
          break;
        }
        if (hasValue && random().nextBoolean()) {
          assertEquals(what, model.get(doc), values.binaryValue());
          assertEquals(what, model.get(doc), values.binaryValue());
        }
      }
    }
  }

  private static int next(NavigableMap<Integer, BytesRef> model, int target) {
    Integer next = model.ceilingKey(target);
    return next == null ? DocIdSetIterator.NO_MORE_DOCS : next;
  }

  /** Two iterators of a segment do not disturb each other. */
  public void testTwoIterators() throws IOException {
    withAll(
        (reader, model) -> {
          if (model.isEmpty()) {
            return;
          }
          BinaryDocValues first = reader.getBinaryDocValues(FIELD);
          BinaryDocValues second = reader.getBinaryDocValues(FIELD);
          for (int doc : model.keySet()) {
            assertEquals(doc, first.nextDoc());
            BytesRef value = first.binaryValue();
            if (random().nextBoolean()) {
              assertTrue(second.advanceExact(doc));
              assertEquals(model.get(doc), second.binaryValue());
            }
            assertEquals(model.get(doc), value);
          }
          assertEquals(DocIdSetIterator.NO_MORE_DOCS, first.nextDoc());
        });
  }

  /** The ordinals of a segment are those of its documents with tokens. */
  public void testOrdinals() throws IOException {
    withAll(
        (reader, model) -> {
          PlaidSegment segment = PlaidSegment.of(reader, FIELD);
          if (segment == null) {
            return;
          }
          DocIdSetIterator docs = segment.iterator();
          int ordinal = 0;
          for (int doc = 0; doc < reader.maxDoc(); doc++) {
            BytesRef value = model.get(doc);
            if (value == null || value.length % (DIMENSION * Float.BYTES) != Integer.BYTES) {
              assertEquals(-1, segment.ordinal(doc));
              continue;
            }
            assertEquals(ordinal, segment.ordinal(doc));
            assertEquals(doc, segment.document(ordinal));
            assertEquals(doc, docs.nextDoc());
            int n = (value.length - Integer.BYTES) / (DIMENSION * Float.BYTES);
            assertEquals(n, segment.tokenCount(ordinal));
            ordinal++;
          }
          assertEquals(ordinal, segment.documents());
          assertEquals(model.size() - ordinal, segment.escapedDocuments());
          assertEquals(DocIdSetIterator.NO_MORE_DOCS, docs.nextDoc());
        });
  }
}
