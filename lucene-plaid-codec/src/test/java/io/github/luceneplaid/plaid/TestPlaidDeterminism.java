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

import static io.github.luceneplaid.plaid.TokenDocuments.config;
import static io.github.luceneplaid.plaid.TokenDocuments.document;
import static io.github.luceneplaid.plaid.TokenDocuments.rewrite;
import static io.github.luceneplaid.plaid.TokenDocuments.statistics;
import static io.github.luceneplaid.plaid.TokenDocuments.unit;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import io.github.luceneplaid.plaid.segment.SegmentFiles;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.StringHelper;

/** The same documents and the same seed give the same bytes. */
public class TestPlaidDeterminism extends LuceneTestCase {

  private static PlaidDocValuesFormat.Builder format() {
    return PlaidDocValuesFormat.builder()
        .trainingThreshold(300)
        .seed(random().nextLong())
        .bits(new int[] {1, 2, 3, 4, 8}[random().nextInt(5)])
        .raw(RandomPicks.randomFrom(random(), RawTokens.values()));
  }

  /** Flushes, among them flat ones, and one merge. */
  private static void write(Directory directory, PlaidDocValuesFormat format, long documents)
      throws IOException {
    Random random = new Random(documents);
    try (IndexWriter writer =
        new IndexWriter(directory, config(format).setUseCompoundFile(false))) {
      for (int id = 0; id < 120; id++) {
        writer.addDocument(document(id, unit(random, 1 + random.nextInt(20), 10)));
        if (id == 50 || id == 100) {
          writer.commit();
        }
      }
      writer.forceMerge(1);
    }
  }

  /** The bytes of the files of this format by extension, without ids and what depends on them. */
  private static Map<String, BytesRef> bytes(Directory directory) throws IOException {
    Map<String, BytesRef> all = new TreeMap<>();
    for (String name : directory.listAll()) {
      String extension = name.substring(name.lastIndexOf('.') + 1);
      String codec =
          switch (extension) {
            case SegmentFiles.META_EXTENSION -> SegmentFiles.META_CODEC;
            case SegmentFiles.DATA_EXTENSION -> SegmentFiles.DATA_CODEC;
            case SegmentFiles.VECTOR_EXTENSION -> SegmentFiles.VECTOR_CODEC;
            default -> null;
          };
      if (codec != null) {
        try (IndexInput in = directory.openInput(name, IOContext.READONCE)) {
          byte[] bytes = new byte[Math.toIntExact(in.length() - CodecUtil.footerLength())];
          in.readBytes(bytes, 0, bytes.length);
          int id = CodecUtil.headerLength(codec);
          Arrays.fill(bytes, id, id + StringHelper.ID_LENGTH, (byte) 0);
          assertNull(all.put(extension, new BytesRef(bytes)));
        }
      }
    }
    assertEquals(3, all.size());
    return all;
  }

  public void testSameDocuments() throws IOException {
    PlaidDocValuesFormat format = format().build();
    long documents = random().nextLong();
    try (Directory first = newDirectory();
        Directory second = newDirectory()) {
      write(first, format, documents);
      write(second, format, documents);
      assertTrue(statistics(first).trained());
      assertEquals(bytes(first), bytes(second));
    }
  }

  public void testAnotherSeed() throws IOException {
    PlaidDocValuesFormat.Builder format = format();
    long documents = random().nextLong();
    try (Directory first = newDirectory();
        Directory second = newDirectory()) {
      long seed = random().nextLong();
      write(first, format.seed(seed).build(), documents);
      write(second, format.seed(seed + 1 + random().nextInt(1000)).build(), documents);
      assertNotEquals(statistics(first).codebooks(), statistics(second).codebooks());
    }
  }

  /** A segment that is merged alone is what it was, but for its history. */
  public void testMergeOfOneSegment() throws IOException {
    PlaidDocValuesFormat format = format().build();
    try (Directory first = newDirectory();
        Directory second = newDirectory();
        Directory third = newDirectory()) {
      write(first, format, random().nextLong());
      rewrite(first, second, config(format).setUseCompoundFile(false));
      rewrite(second, third, config(format).setUseCompoundFile(false));
      Map<String, BytesRef> before = bytes(first);
      Map<String, BytesRef> once = bytes(second);
      Map<String, BytesRef> twice = bytes(third);
      assertEquals(before.get("veq"), once.get("veq"));
      assertEquals(before.get("vec"), once.get("vec"));
      assertEquals(once, twice);
    }
  }
}
