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
import static io.github.luceneplaid.plaid.TokenDocuments.document;
import static io.github.luceneplaid.plaid.TokenDocuments.statistics;
import static io.github.luceneplaid.plaid.TokenDocuments.term;
import static io.github.luceneplaid.plaid.TokenDocuments.unit;
import static io.github.luceneplaid.plaid.TokenDocuments.valuesById;

import io.github.luceneplaid.plaid.segment.PlaidBinaryDocValues;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FilterCodecReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BytesRef;

/**
 * Updates that Lucene lays over the values of a segment, instead of writing all of them anew: codes
 * of what is below are copied, and only what was updated is encoded.
 */
public class TestPlaidOverlays extends LuceneTestCase {

  private static final int DIMENSION = 16;
  private static final int DOCS = 120;

  private static PlaidDocValuesFormat format() {
    return PlaidDocValuesFormat.builder().bits(4).trainingThreshold(200).build();
  }

  private static IndexWriterConfig overlaid(int overlays) {
    return config(format()).setMaxDocValuesOverlays(overlays);
  }

  /** Two trained segments. */
  private static void write(IndexWriter writer) throws IOException {
    for (int id = 0; id < DOCS; id++) {
      Document document = document(id, unit(random(), 5 + random().nextInt(10), DIMENSION));
      document.add(new NumericDocValuesField("number", id));
      writer.addDocument(document);
      if (id == DOCS / 2) {
        writer.commit();
      }
    }
    writer.commit();
  }

  /** Updates some documents, and returns the tokens that each of them has now. */
  private static Map<Integer, Integer> update(
      IndexWriter writer, NavigableMap<Integer, BytesRef> expected) throws IOException {
    Map<Integer, Integer> updated = new HashMap<>();
    for (int round = 0; round < 4; round++) {
      for (int i = 0; i < 5; i++) {
        int id = random().nextInt(DOCS);
        int tokens = 1 + random().nextInt(10);
        BytesRef value = LateInteractionField.encode(unit(random(), tokens, DIMENSION));
        if (i == 0) {
          value = newBytesRef(new byte[random().nextInt(20)]);
          tokens = 0;
        }
        writer.updateBinaryDocValue(term(id), FIELD, value);
        expected.put(id, BytesRef.deepCopyOf(value));
        updated.put(id, tokens);
      }
      for (int id = 0; id < DOCS; id += 7) {
        writer.updateNumericDocValue(term(id), "number", 1000L * round + id);
      }
      writer.commit();
    }
    return updated;
  }

  private static boolean isOverlaid(LeafReaderContext leaf) throws IOException {
    BinaryDocValues values = leaf.reader().getBinaryDocValues(FIELD);
    return values instanceof PlaidBinaryDocValues == false;
  }

  private void assertCopied(Directory directory, Map<Integer, Integer> updated) throws IOException {
    PlaidStatistics merged = statistics(directory);
    long tokens = updated.values().stream().mapToInt(Integer::intValue).sum();
    assertTrue(merged.trained());
    assertEquals(tokens, merged.encodedTokens());
    assertEquals(merged.tokens() - tokens, merged.copiedTokens());
    assertEquals(0, merged.reencodedTokens());
    assertEquals(1, merged.timesEncoded());
  }

  /** What was not updated reads back as before, bit for bit; what was, nearly as it came. */
  private static void assertValues(
      NavigableMap<Integer, BytesRef> expected,
      Map<Integer, Integer> updated,
      NavigableMap<Integer, BytesRef> found) {
    assertEquals(expected.keySet(), found.keySet());
    for (int id : expected.keySet()) {
      if (updated.getOrDefault(id, 0) == 0) {
        assertEquals(expected.get(id), found.get(id));
      } else {
        assertTrue(TokenDocuments.squaredError(expected.get(id), found.get(id)) < 0.1);
      }
    }
  }

  public void testMerge() throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, overlaid(8))) {
      write(writer);
      NavigableMap<Integer, BytesRef> expected = valuesById(directory);
      Map<Integer, Integer> updated = update(writer, expected);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        boolean overlaid = false;
        for (LeafReaderContext leaf : reader.leaves()) {
          overlaid |= isOverlaid(leaf);
          // The statistics of what lies below
          assertTrue(PlaidDocValuesFormat.statistics(leaf.reader(), FIELD).trained());
        }
        assertTrue(overlaid);
        assertEquals(expected, valuesById(reader));
      }
      writer.forceMerge(1);
      writer.commit();
      assertCopied(directory, updated);
      assertValues(expected, updated, valuesById(directory));
    }
  }

  /** The same by addIndexes, from readers that are wrapped in others, as merge policies do it. */
  public void testAddIndexes() throws IOException {
    try (Directory directory = newDirectory();
        Directory other = newDirectory()) {
      NavigableMap<Integer, BytesRef> expected;
      Map<Integer, Integer> updated;
      try (IndexWriter writer = new IndexWriter(directory, overlaid(8))) {
        write(writer);
        expected = valuesById(directory);
        updated = update(writer, expected);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory);
          IndexWriter writer = new IndexWriter(other, overlaid(8))) {
        CodecReader[] readers = TokenDocuments.codecReaders(reader);
        for (int i = 0; i < readers.length; i++) {
          readers[i] = wrap(readers[i]);
        }
        writer.addIndexes(readers);
        writer.forceMerge(1);
      }
      assertCopied(other, updated);
      assertValues(expected, updated, valuesById(other));
    }
  }

  private static CodecReader wrap(CodecReader reader) {
    return new FilterCodecReader(reader) {
      @Override
      public CacheHelper getCoreCacheHelper() {
        return in.getCoreCacheHelper();
      }

      @Override
      public CacheHelper getReaderCacheHelper() {
        return in.getReaderCacheHelper();
      }
    };
  }

  /** More updates than may be laid over each other are united, and at last written anew. */
  public void testFolding() throws IOException {
    int overlays = random().nextInt(4);
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, overlaid(overlays))) {
      write(writer);
      NavigableMap<Integer, BytesRef> expected = valuesById(directory);
      Map<Integer, Integer> updated = update(writer, expected);
      for (int round = 0; round < 3; round++) {
        updated.putAll(update(writer, expected));
        NavigableMap<Integer, BytesRef> found = valuesById(directory);
        assertValues(expected, updated, found);
      }
      if (random().nextBoolean()) {
        // Taking values away is more than an overlay can do
        writer.updateDocValues(term(3), new BinaryDocValuesField(FIELD, null));
        writer.commit();
        expected.remove(3);
        updated.remove(3);
        assertValues(expected, updated, valuesById(directory));
      }
      writer.forceMerge(1);
      writer.commit();
      PlaidStatistics merged = statistics(directory);
      assertEquals(0, merged.reencodedTokens());
      assertEquals(1, merged.timesEncoded());
      assertValues(expected, updated, valuesById(directory));
    }
  }
}
