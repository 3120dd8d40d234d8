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
import static io.github.luceneplaid.plaid.TokenDocuments.ID;
import static io.github.luceneplaid.plaid.TokenDocuments.addSegment;
import static io.github.luceneplaid.plaid.TokenDocuments.config;
import static io.github.luceneplaid.plaid.TokenDocuments.delete;
import static io.github.luceneplaid.plaid.TokenDocuments.document;
import static io.github.luceneplaid.plaid.TokenDocuments.rewrite;
import static io.github.luceneplaid.plaid.TokenDocuments.statistics;
import static io.github.luceneplaid.plaid.TokenDocuments.term;
import static io.github.luceneplaid.plaid.TokenDocuments.valuesById;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import io.github.luceneplaid.plaid.codebook.CodeBlock;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BytesRef;

/** Merges copy codes: what is read of a document stays the same, bit for bit. */
public class TestPlaidMergeCopies extends LuceneTestCase {

  private PlaidDocValuesFormat.Builder trained() {
    return PlaidDocValuesFormat.builder()
        .trainingThreshold(1)
        .bits(new int[] {1, 2, 3, 4, 8}[random().nextInt(5)])
        .raw(RandomPicks.randomFrom(random(), RawTokens.values()))
        .tokensPerCell(1 + random().nextInt(40))
        .seed(random().nextLong());
  }

  private static void assertCopied(PlaidStatistics statistics) {
    assertTrue(statistics.trained());
    assertEquals(statistics.tokens(), statistics.copiedTokens());
    assertEquals(0, statistics.encodedTokens());
    assertEquals(0, statistics.reencodedTokens());
    assertEquals(1, statistics.timesEncoded());
  }

  public void testUnionOfCodebooks() throws IOException {
    PlaidDocValuesFormat format = trained().build();
    int dimension = 1 + random().nextInt(40);
    int segments = 2 + random().nextInt(4);
    try (Directory directory = newDirectory()) {
      NavigableMap<Integer, BytesRef> before;
      Set<String> codebooks = new LinkedHashSet<>();
      int centroids = 0;
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        for (int i = 0; i < segments; i++) {
          addSegment(writer, random(), 1000 * i, 5 + random().nextInt(30), dimension);
        }
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          assertEquals(segments, reader.leaves().size());
          before = valuesById(reader);
          for (PlaidStatistics statistics : statistics(reader)) {
            assertEquals(statistics.tokens(), statistics.encodedTokens());
            assertEquals(1, statistics.timesEncoded());
            assertEquals(1, statistics.codebooks().size());
            centroids += codebooks.addAll(statistics.codebooks()) ? statistics.centroids() : 0;
          }
        }
        writer.forceMerge(1);
      }
      assertEquals(before, valuesById(directory));
      assertCopied(statistics(directory));
      assertEquals(List.copyOf(codebooks), statistics(directory).codebooks());
      assertEquals(centroids, statistics(directory).centroids());
    }
  }

  public void testManyMerges() throws IOException {
    PlaidDocValuesFormat format = trained().build();
    List<Directory> directories = new ArrayList<>();
    directories.add(newDirectory());
    try (IndexWriter writer = new IndexWriter(directories.get(0), config(format))) {
      addSegment(writer, random(), 0, 40, 24);
      addSegment(writer, random(), 100, 10, 24);
      addSegment(writer, random(), 200, 1, 24);
    }
    NavigableMap<Integer, BytesRef> before = valuesById(directories.get(0));
    for (int i = 0; i < 4; i++) {
      Directory next = newDirectory();
      rewrite(directories.get(i), next, config(format));
      directories.add(next);
      assertEquals(before, valuesById(next));
      assertCopied(statistics(next));
      assertEquals(3, statistics(next).codebooks().size());
    }
    for (Directory directory : directories) {
      directory.close();
    }
  }

  public void testSameCodebookIsKeptOnce() throws IOException {
    PlaidDocValuesFormat format = trained().build();
    try (Directory even = newDirectory();
        Directory target = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(even, config(format))) {
        addSegment(writer, random(), 0, 40, 16);
      }
      NavigableMap<Integer, BytesRef> before = valuesById(even);
      try (Directory odd = newDirectory(even)) {
        delete(even, config(format), id -> id % 2 == 1);
        delete(odd, config(format), id -> id % 2 == 0);
        try (DirectoryReader evenReader = DirectoryReader.open(even);
            DirectoryReader oddReader = DirectoryReader.open(odd);
            IndexWriter writer = new IndexWriter(target, config(format))) {
          writer.addIndexes(
              Stream.of(evenReader, oddReader)
                  .flatMap(reader -> reader.leaves().stream())
                  .map(context -> (CodecReader) context.reader())
                  .toArray(CodecReader[]::new));
        }
      }
      assertEquals(before, valuesById(target));
      assertCopied(statistics(target));
      assertEquals(1, statistics(target).codebooks().size());
    }
  }

  public void testFlatTokensAreEncodedOnce() throws IOException {
    int dimension = 16;
    // 1 document of the flat segments has up to 40 tokens
    PlaidDocValuesFormat format = trained().trainingThreshold(1000).raw(RawTokens.NONE).build();
    try (Directory directory = newDirectory();
        Directory target = newDirectory()) {
      NavigableMap<Integer, BytesRef> before;
      long trained = 0;
      long flat = 0;
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        addSegment(writer, random(), 0, 5, dimension);
        addSegment(writer, random(), 1000, 100, dimension);
        addSegment(writer, random(), 2000, 5, dimension);
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          before = valuesById(reader);
          for (PlaidStatistics statistics : statistics(reader)) {
            assertEquals(statistics.tokens() >= 1000, statistics.trained());
            assertEquals(statistics.trained() ? 1 : 0, statistics.timesEncoded());
            trained += statistics.trained() ? statistics.tokens() : 0;
            flat += statistics.trained() ? 0 : statistics.tokens();
          }
        }
        writer.forceMerge(1);
      }
      NavigableMap<Integer, BytesRef> merged = valuesById(directory);
      assertEquals(before.keySet(), merged.keySet());
      assertEquals(before.subMap(1000, 2000), merged.subMap(1000, 2000));
      assertNotEquals(before, merged);
      for (Map.Entry<Integer, BytesRef> entry : before.entrySet()) {
        double error = TokenDocuments.squaredError(entry.getValue(), merged.get(entry.getKey()));
        assertTrue("document " + entry.getKey() + ": " + error, error < 1);
      }
      PlaidStatistics statistics = statistics(directory);
      assertEquals(trained, statistics.copiedTokens());
      assertEquals(flat, statistics.encodedTokens());
      assertEquals(0, statistics.reencodedTokens());
      assertEquals(1, statistics.timesEncoded());
      assertEquals(1, statistics.codebooks().size());

      rewrite(directory, target, config(format));
      assertEquals(merged, valuesById(target));
      assertCopied(statistics(target));
    }
  }

  public void testDeletes() throws IOException {
    PlaidDocValuesFormat format = trained().build();
    try (Directory directory = newDirectory();
        Directory target = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        for (int i = 0; i < 4; i++) {
          addSegment(writer, random(), 1000 * i, 30, 12);
        }
      }
      int segmentWithOneLeft = 1000 * random().nextInt(4);
      delete(
          directory,
          config(format),
          id ->
              (id >= segmentWithOneLeft && id < segmentWithOneLeft + 1000)
                  ? id > segmentWithOneLeft
                  : random().nextInt(3) == 0);
      NavigableMap<Integer, BytesRef> before = valuesById(directory);
      rewrite(directory, target, config(format));
      assertEquals(before, valuesById(target));
      assertCopied(statistics(target));
      assertEquals(before.size(), statistics(target).documents());
    }
  }

  public void testIndexSort() throws IOException {
    PlaidDocValuesFormat format = trained().build();
    Sort sort = new Sort(new SortField("rank", SortField.Type.LONG, random().nextBoolean()));
    try (Directory directory = newDirectory()) {
      NavigableMap<Integer, BytesRef> before;
      try (IndexWriter writer = new IndexWriter(directory, config(format).setIndexSort(sort))) {
        for (int i = 0; i < 4; i++) {
          for (int id = 100 * i; id < 100 * i + 30; id++) {
            Document document =
                random().nextInt(5) == 0
                    ? document(id)
                    : document(id, TokenDocuments.unit(random(), 1 + random().nextInt(20), 12));
            document.add(new NumericDocValuesField("rank", random().nextLong()));
            writer.addDocument(document);
          }
          writer.commit();
        }
        for (int i = 0; i < 30; i++) {
          writer.deleteDocuments(term(random().nextInt(400)));
        }
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          before = valuesById(reader);
        }
        writer.forceMerge(1);
      }
      assertEquals(before, valuesById(directory));
      assertCopied(statistics(directory));
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        NumericDocValues ranks = reader.leaves().get(0).reader().getNumericDocValues("rank");
        long previous = 0;
        for (int doc = 0; doc < reader.maxDoc(); doc++) {
          assertEquals(doc, ranks.nextDoc());
          int order = Long.compare(previous, ranks.longValue());
          assertTrue(doc == 0 || (sort.getSort()[0].getReverse() ? order >= 0 : order <= 0));
          previous = ranks.longValue();
        }
      }
    }
  }

  /** Beside the decoded values: the bytes of the codes, and the centroids they stand for. */
  public void testBytesOfCodes() throws IOException {
    PlaidDocValuesFormat format = trained().raw(RawTokens.NONE).build();
    boolean anyLength = random().nextBoolean();
    IndexWriterConfig config = config(format);
    try (Directory directory = newDirectory()) {
      NavigableMap<Integer, List<ByteBuffer>> before = new TreeMap<>();
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (int i = 0; i < 3; i++) {
          for (int id = 100 * i; id < 100 * i + 20; id++) {
            int n = 1 + random().nextInt(50);
            writer.addDocument(
                document(
                    id,
                    anyLength
                        ? TokenDocuments.anyLength(random(), n, 20)
                        : TokenDocuments.unit(random(), n, 20)));
          }
          writer.commit();
        }
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          for (LeafReaderContext context : reader.leaves()) {
            before.putAll(codes(context.reader()));
          }
        }
        writer.forceMerge(1);
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
          assertEquals(anyLength == false, statistics(reader).get(0).unitLength());
          assertEquals(before, codes(reader.leaves().get(0).reader()));
        }
      }
    }
  }

  /** The blocks of each document, with centroids in the place of their ids. */
  private static NavigableMap<Integer, List<ByteBuffer>> codes(LeafReader reader)
      throws IOException {
    PlaidSegment segment = PlaidSegment.of(reader, FIELD);
    NumericDocValues ids = reader.getNumericDocValues(ID);
    NavigableMap<Integer, List<ByteBuffer>> all = new TreeMap<>();
    byte[] block = new byte[segment.codes().stride()];
    for (int ordinal = 0; ordinal < segment.documents(); ordinal++) {
      List<ByteBuffer> blocks = new ArrayList<>();
      long end = segment.firstHalf(ordinal + 1);
      for (long half = segment.firstHalf(ordinal); half < end; half += 2) {
        segment.codes().readBlocks(half, (int) Math.min(2, end - half), block);
        int centroidBytes = segment.dimension() * Float.BYTES;
        ByteBuffer buffer = ByteBuffer.allocate(block.length + CodeBlock.LANES * centroidBytes);
        for (int lane = 0; lane < CodeBlock.LANES; lane++) {
          int from = CodeBlock.centroidId(block, 0, lane) * segment.dimension();
          for (int j = from; j < from + segment.dimension(); j++) {
            buffer.putFloat(segment.centroidRows()[j]);
          }
        }
        buffer.put(Arrays.copyOfRange(block, 2 * CodeBlock.LANES, block.length));
        blocks.add(buffer.flip());
      }
      assertTrue(ids.advanceExact(segment.document(ordinal)));
      all.put((int) ids.longValue(), blocks);
    }
    return all;
  }
}
