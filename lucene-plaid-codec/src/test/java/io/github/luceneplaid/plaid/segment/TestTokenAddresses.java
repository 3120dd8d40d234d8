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

import io.github.luceneplaid.fsvi.internal.FilePart;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.store.ByteBuffersIndexInput;
import org.apache.lucene.store.ByteBuffersIndexOutput;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.LongValues;

/** Tests the addresses of documents with tokens. */
public class TestTokenAddresses extends LuceneTestCase {

  private static void check(int maxDoc, double share, int mostTokens) throws IOException {
    TokenAddresses.Builder builder = new TokenAddresses.Builder();
    List<Integer> docs = new ArrayList<>();
    List<Integer> counts = new ArrayList<>();
    for (int doc = 0; doc < maxDoc; doc++) {
      if (random().nextDouble() < share || (docs.isEmpty() && doc == maxDoc - 1)) {
        docs.add(doc);
        counts.add(TestUtil.nextInt(random(), 1, mostTokens));
        builder.add(doc, counts.get(counts.size() - 1));
      }
    }
    ByteBuffersDataOutput metaBytes = new ByteBuffersDataOutput();
    ByteBuffersDataOutput dataBytes = new ByteBuffersDataOutput();
    ByteBuffersIndexOutput meta = new ByteBuffersIndexOutput(metaBytes, "meta", "meta");
    ByteBuffersIndexOutput data = new ByteBuffersIndexOutput(dataBytes, "data", "data");
    int before = random().nextInt(20);
    data.writeBytes(new byte[before], before);
    TokenAddresses written = builder.write(meta, data, maxDoc, builder.counts());
    IndexInput in = new ByteBuffersIndexInput(metaBytes.toDataInput(), "meta");
    TokenAddresses read = TokenAddresses.read(in, maxDoc);
    assertEquals(in.length(), in.getFilePointer());
    assertEquals(written.parts(), read.parts());
    // The parts fill the file without gaps
    FilePart.check(read.parts(), "data", before, dataBytes.size());
    assertEquals(dataBytes.size() - before, read.bytes());
    IndexInput stored = new ByteBuffersIndexInput(dataBytes.toDataInput(), "data");
    checkDocs(read, stored, docs);
    checkStarts(read, stored, counts);
  }

  private static void checkDocs(TokenAddresses read, IndexInput data, List<Integer> docs)
      throws IOException {
    assertEquals(docs.size(), read.documents());
    assertEquals(docs.size() == read.maxDoc(), read.isDense());
    DocIdSetIterator iterator = read.iterator(data);
    LongValues ordToDoc = read.ordToDoc().open(data);
    for (int i = 0; i < docs.size(); i++) {
      assertEquals((int) docs.get(i), iterator.nextDoc());
      assertEquals((int) docs.get(i), ordToDoc == null ? i : ordToDoc.get(i));
    }
    assertEquals(DocIdSetIterator.NO_MORE_DOCS, iterator.nextDoc());
  }

  private static void checkStarts(TokenAddresses read, IndexInput data, List<Integer> counts)
      throws IOException {
    LongValues tokens = read.tokenStarts().open(data);
    LongValues halves = read.halfStarts().open(data);
    long token = 0;
    long half = 0;
    for (int i = 0; i < counts.size(); i++) {
      assertEquals(token, tokens.get(i));
      assertEquals(half, halves.get(i));
      token += counts.get(i);
      half += (counts.get(i) + 7) / 8;
    }
    assertEquals(token, tokens.get(counts.size()));
    assertEquals(half, halves.get(counts.size()));
    assertEquals(token, read.tokens());
    assertEquals(half, read.halves());
  }

  public void testRandom() throws IOException {
    for (int i = 0; i < atLeast(20); i++) {
      check(TestUtil.nextInt(random(), 1, 9000), random().nextDouble(), 1 << random().nextInt(12));
    }
  }

  public void testAllDocuments() throws IOException {
    check(TestUtil.nextInt(random(), 1, 9000), 1, 40);
  }

  /** More documents than a block of the list of documents, and than one of monotonic numbers. */
  public void testManyDocuments() throws IOException {
    check(200_000, 0.5, 3);
  }

  public void testOneDocument() throws IOException {
    check(1, 1, 1);
    check(70_000, 0, 1);
  }

  public void testLimits() throws IOException {
    TokenAddresses.Builder builder = new TokenAddresses.Builder();
    builder.add(0, 16);
    builder.add(1, 3);
    ByteBuffersIndexOutput meta =
        new ByteBuffersIndexOutput(new ByteBuffersDataOutput(), "meta", "meta");
    ByteBuffersIndexOutput data =
        new ByteBuffersIndexOutput(new ByteBuffersDataOutput(), "data", "data");
    TokenAddresses all = builder.write(meta, data, 2, builder.counts());
    assertEquals(3, all.halves());
    refused("documents: found 0, expected 1 to 2", all, 2, 0, 19, 3);
    refused("documents: found 3, expected 1 to 2", all, 2, 3, 19, 3);
    refused("tokens: found 1", all, 2, 2, 1, 3);
    refused("half blocks: found 20, expected 3 to 19", all, 2, 2, 19, 20);
    refused("half blocks: found 2, expected 3 to 19", all, 2, 2, 19, 2);
    refused("documents without a list of them: found 2, expected 3", all, 3, 2, 19, 3);
  }

  private static void refused(
      String what, TokenAddresses as, int maxDoc, int documents, long tokens, long halves) {
    IllegalArgumentException e =
        expectThrows(
            IllegalArgumentException.class,
            () ->
                new TokenAddresses(
                    maxDoc,
                    documents,
                    tokens,
                    halves,
                    as.ordToDoc(),
                    as.tokenStarts(),
                    as.halfStarts()));
    assertTrue(e.getMessage(), e.getMessage().startsWith(what));
  }
}
