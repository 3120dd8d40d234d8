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
import static io.github.luceneplaid.plaid.TokenDocuments.anyLength;
import static io.github.luceneplaid.plaid.TokenDocuments.config;
import static io.github.luceneplaid.plaid.TokenDocuments.document;
import static io.github.luceneplaid.plaid.TokenDocuments.unit;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import io.github.luceneplaid.plaid.codebook.CodeBlock;
import io.github.luceneplaid.plaid.ivf.CellLayout;
import io.github.luceneplaid.plaid.ivf.CellTable;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import io.github.luceneplaid.plaid.write.CodebookPlan;
import io.github.luceneplaid.testframework.UncachedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FilterBinaryDocValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;

/** The parts of a segment add up, and posting lists say what the codes say. */
public class TestPlaidStatistics extends LuceneTestCase {

  private static final int DIMENSION = 12;

  /** More tokens than any flush has, and fewer than all have. */
  private static final int ONE_CODEBOOK = 2500;

  private interface Check {
    void check(Directory directory, PlaidSegment segment, PlaidStatistics statistics)
        throws IOException;
  }

  /** What was written. */
  private int documents;

  private long tokens;

  /** A segment of several codebook blocks, in which not all documents have tokens. */
  private void with(PlaidDocValuesFormat format, boolean anyLength, Check check)
      throws IOException {
    documents = 0;
    tokens = 0;
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer =
          new IndexWriter(directory, config(format).setUseCompoundFile(false))) {
        for (int id = 0; id < 150; id++) {
          if (random().nextInt(10) == 0) {
            writer.addDocument(document(id));
          } else {
            int n = 1 + random().nextInt(60);
            writer.addDocument(
                document(
                    id,
                    anyLength ? anyLength(random(), n, DIMENSION) : unit(random(), n, DIMENSION)));
            documents++;
            tokens += n;
          }
          if (id % 50 == 0) {
            writer.commit();
          }
        }
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        LeafReader leaf = reader.leaves().get(0).reader();
        PlaidSegment segment = PlaidSegment.of(leaf, FIELD);
        check.check(directory, segment, PlaidDocValuesFormat.statistics(leaf, FIELD));
      }
    }
  }

  private static PlaidDocValuesFormat.Builder randomFormat() {
    return PlaidDocValuesFormat.builder()
        .bits(new int[] {1, 2, 3, 4, 8}[random().nextInt(5)])
        .raw(RandomPicks.randomFrom(random(), RawTokens.values()))
        .tokensPerCell(1 + random().nextInt(60));
  }

  public void testPartsAddUpToTheFiles() throws IOException {
    for (int round = 0; round < 4; round++) {
      boolean trained = round > 0;
      PlaidDocValuesFormat format = randomFormat().trainingThreshold(trained ? 1 : 1 << 20).build();
      with(
          format,
          random().nextBoolean(),
          (directory, segment, statistics) -> {
            assertEquals(trained, statistics.trained());
            assertEquals(documents, statistics.documents());
            assertEquals(tokens, statistics.tokens());
            assertEquals(DIMENSION, statistics.dimension());
            assertEquals(0, statistics.escapedDocuments());
            long vectors =
                statistics.centroidBytes() + statistics.cellBytes() + statistics.rawBytes();
            long data =
                statistics.codeBytes() + statistics.postingBytes() + statistics.addressBytes();
            assertEquals(statistics.totalBytes(), vectors + data);
            // Header, footer, and up to 63 bytes before each aligned part
            assertBetween(vectors, length(directory, ".vec"), vectors + 100 + 4 * 63);
            assertBetween(data, length(directory, ".veq"), data + 100 + 63);
          });
    }
  }

  private static void assertBetween(long from, long found, long to) {
    assertTrue(found + " is not in " + from + " to " + to, found >= from && found <= to);
  }

  private static long length(Directory directory, String extension) throws IOException {
    long length = 0;
    for (String name : directory.listAll()) {
      length += name.endsWith(extension) ? directory.fileLength(name) : 0;
    }
    return length;
  }

  public void testBytesOfEachPart() throws IOException {
    for (boolean anyLength : new boolean[] {false, true}) {
      for (RawTokens raw : RawTokens.values()) {
        with(
            PlaidDocValuesFormat.builder().trainingThreshold(1).bits(4).raw(raw).build(),
            anyLength,
            (directory, segment, statistics) -> {
              int rawBytes =
                  switch (raw) {
                    case NONE -> 0;
                    case FLOAT16 -> 2;
                    case FLOAT32 -> 4;
                  };
              assertEquals(tokens * DIMENSION * rawBytes, statistics.rawBytes());
              int regions = statistics.codebooks().size() == 1 ? 0 : statistics.regions();
              assertEquals(
                  (statistics.centroids() + regions) * 2L * DIMENSION, statistics.centroidBytes());
              long halves = segment.firstHalf(segment.documents());
              // Ids, scales and factors, half a byte a component, lengths
              long block = 16 * 4L + 8L * DIMENSION + (anyLength ? 16 * 4 : 0);
              assertEquals(halves * block / 2, statistics.codeBytes());
              assertEquals(
                  statistics.postings() * 2 + (statistics.regions() + 1) * 12L,
                  statistics.postingBytes());
              assertEquals(statistics.cells() * (8L + DIMENSION), statistics.cellBytes());
            });
      }
    }
  }

  public void testThroughFilters() throws IOException {
    with(
        randomFormat().build(),
        false,
        (directory, segment, statistics) -> {
          try (DirectoryReader reader = DirectoryReader.open(directory)) {
            LeafReader leaf = reader.leaves().get(0).reader();
            LeafReader filtered = new Filtered(new Filtered(leaf));
            assertEquals(statistics, PlaidDocValuesFormat.statistics(filtered, FIELD));
            assertNull(PlaidDocValuesFormat.statistics(filtered, TokenDocuments.ID));
            assertNull(PlaidDocValuesFormat.statistics(filtered, "no such field"));
          }
        });
  }

  private static final class Filtered extends UncachedReader {
    Filtered(LeafReader in) {
      super(in);
    }

    @Override
    public BinaryDocValues getBinaryDocValues(String field) throws IOException {
      BinaryDocValues values = super.getBinaryDocValues(field);
      return values == null ? null : new FilterBinaryDocValues(values) {};
    }
  }

  /**
   * Centroids of all tokens of a document; those of the lanes that only fill a block are theirs.
   */
  private static Set<Integer> centroidsOf(PlaidSegment segment, int ordinal) throws IOException {
    Set<Integer> centroids = new TreeSet<>();
    byte[] block = new byte[segment.codes().stride()];
    long end = segment.firstHalf(ordinal + 1);
    for (long half = segment.firstHalf(ordinal); half < end; half += 2) {
      assertEquals(1, segment.codes().readBlocks(half, (int) Math.min(2, end - half), block));
      for (int lane = 0; lane < CodeBlock.LANES; lane++) {
        centroids.add(CodeBlock.centroidId(block, 0, lane));
      }
    }
    return centroids;
  }

  private static int[] postings(PlaidSegment segment, long from, long to) throws IOException {
    int n = Math.toIntExact(to - from);
    ByteBuffer bytes =
        ByteBuffer.allocate(n * segment.postingWidth() + 1).order(ByteOrder.LITTLE_ENDIAN);
    segment.readPostings(from, n, bytes.array(), 0);
    int[] ordinals = new int[n];
    for (int i = 0; i < n; i++) {
      ordinals[i] =
          segment.postingWidth() == 2
              ? Short.toUnsignedInt(bytes.getShort(2 * i))
              : bytes.getInt(3 * i) & 0xFFFFFF;
    }
    return ordinals;
  }

  /** The documents in the lists of a centroid are those with a token that is coded with it. */
  public void testPostingsMatchCodes() throws IOException {
    with(
        randomFormat().trainingThreshold(ONE_CODEBOOK).build(),
        random().nextBoolean(),
        (directory, segment, statistics) -> assertPostingsMatchCodes(segment, statistics));
  }

  /** Several codebooks have their tokens in regions, where all documents can be found. */
  public void testRegionsOfSeveralCodebooks() throws IOException {
    with(
        randomFormat().trainingThreshold(1).build(),
        random().nextBoolean(),
        (directory, segment, statistics) -> {
          assertTrue(statistics.codebooks().size() > 1);
          assertEquals(CodebookPlan.idealCentroids(tokens), statistics.regions());
          CellTable cells = segment.cellTable();
          assertEquals(statistics.regions(), cells.regions());
          assertEquals(statistics.regions(), segment.regions().length / DIMENSION);
          long pairs = 0;
          Set<Integer> all = new TreeSet<>();
          for (int region = 0; region < cells.regions(); region++) {
            Set<Integer> found = new TreeSet<>();
            long from = cells.firstPosting(region);
            for (int ordinal : postings(segment, from, cells.firstPosting(region + 1))) {
              found.add(ordinal);
            }
            pairs += found.size();
            all.addAll(found);
          }
          assertEquals(statistics.documents(), all.size());
          assertTrue(pairs <= statistics.postings());
          assertTrue(statistics.postings() <= statistics.tokens());
        });
  }

  private static void assertPostingsMatchCodes(PlaidSegment segment, PlaidStatistics statistics)
      throws IOException {
    List<Set<Integer>> expected = new ArrayList<>();
    for (int centroid = 0; centroid < statistics.centroids(); centroid++) {
      expected.add(new TreeSet<>());
    }
    for (int ordinal = 0; ordinal < segment.documents(); ordinal++) {
      for (int centroid : centroidsOf(segment, ordinal)) {
        expected.get(centroid).add(ordinal);
      }
    }
    CellTable cells = segment.cellTable();
    assertEquals(statistics.centroids(), cells.regions());
    assertEquals(statistics.cells(), cells.cells());
    assertEquals(statistics.postings(), cells.postings());
    for (int centroid = 0; centroid < cells.regions(); centroid++) {
      Set<Integer> found = new TreeSet<>();
      for (int ordinal :
          postings(segment, cells.firstPosting(centroid), cells.firstPosting(centroid + 1))) {
        found.add(ordinal);
      }
      assertEquals("centroid " + centroid, expected.get(centroid), found);
    }
    assertTrue(statistics.cells() <= statistics.tokens());
    assertTrue(statistics.cells() <= statistics.postings());
    assertTrue(statistics.postings() <= statistics.tokens());
  }

  /** Ordinals take two bytes, and four where there are more than these can tell apart. */
  public void testWidthOfPostings() throws IOException {
    int more = random().nextInt(2);
    PlaidDocValuesFormat format = PlaidDocValuesFormat.builder().trainingThreshold(1).build();
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        for (int i = 0; i < (1 << 16) + more; i++) {
          Document document = new Document();
          document.add(new LateInteractionField(FIELD, unit(random(), 1, 2)));
          writer.addDocument(document);
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        LeafReader leaf = reader.leaves().get(0).reader();
        PlaidSegment segment = PlaidSegment.of(leaf, FIELD);
        assertEquals(more == 0 ? 2 : 3, segment.postingWidth());
        assertPostingsMatchCodes(segment, PlaidStatistics.of(segment.entry()));
      }
    }
  }

  /** Cells of a centroid have lists one behind the other, each of rising ordinals. */
  public void testPostingListsOfCells() throws IOException {
    with(
        randomFormat().trainingThreshold(1).build(),
        false,
        (directory, segment, statistics) -> {
          CellTable cells = segment.cellTable();
          byte[] cellRecord = new byte[CellLayout.recordBytes(DIMENSION)];
          ByteBuffer header = ByteBuffer.wrap(cellRecord).order(ByteOrder.LITTLE_ENDIAN);
          for (int centroid = 0; centroid < cells.regions(); centroid++) {
            long next = cells.firstPosting(centroid);
            for (int cell = cells.firstCell(centroid);
                cell < cells.firstCell(centroid + 1);
                cell++) {
              long start = cells.firstPosting(centroid) + start(segment, cell, cellRecord, header);
              assertEquals(next, start);
              next =
                  cell + 1 == cells.firstCell(centroid + 1)
                      ? cells.firstPosting(centroid + 1)
                      : cells.firstPosting(centroid) + start(segment, cell + 1, cellRecord, header);
              assertTrue("cell " + cell + " is empty", next > start);
              int previous = -1;
              for (int ordinal : postings(segment, start, next)) {
                assertTrue(ordinal > previous && ordinal < segment.documents());
                previous = ordinal;
              }
            }
            assertEquals(cells.firstPosting(centroid + 1), next);
          }
        });
  }

  private static int start(PlaidSegment segment, int cell, byte[] cellRecord, ByteBuffer header)
      throws IOException {
    segment.readCells(cell, 1, cellRecord);
    return header.getInt(CellLayout.START);
  }

  /** The only cell of a centroid is the mean of the centroid's tokens, brought to length 1. */
  public void testCellsAreMeans() throws IOException {
    with(
        PlaidDocValuesFormat.builder()
            .trainingThreshold(ONE_CODEBOOK)
            .tokensPerCell(1 << 16)
            .build(),
        false,
        (directory, segment, statistics) -> {
          float[] sums = new float[statistics.centroids() * DIMENSION];
          int[] counts = new int[statistics.centroids()];
          float[] token = new float[DIMENSION];
          byte[] block = new byte[segment.codes().stride()];
          for (int ordinal = 0; ordinal < segment.documents(); ordinal++) {
            for (int i = 0; i < segment.tokenCount(ordinal); i++) {
              segment.codes().decodeRotated(ordinal, i, 1, token);
              long half = segment.firstHalf(ordinal) + 2L * (i / 16);
              long end = segment.firstHalf(ordinal + 1);
              segment.codes().readBlocks(half, (int) Math.min(2, end - half), block);
              int centroid = CodeBlock.centroidId(block, 0, i % 16);
              counts[centroid]++;
              for (int j = 0; j < DIMENSION; j++) {
                sums[centroid * DIMENSION + j] += token[j];
              }
            }
          }
          CellTable cells = segment.cellTable();
          byte[] cellRecord = new byte[CellLayout.recordBytes(DIMENSION)];
          ByteBuffer header = ByteBuffer.wrap(cellRecord).order(ByteOrder.LITTLE_ENDIAN);
          for (int centroid = 0; centroid < cells.regions(); centroid++) {
            int cell = cells.firstCell(centroid);
            assertEquals(counts[centroid] == 0 ? cell : cell + 1, cells.firstCell(centroid + 1));
            if (counts[centroid] == 0) {
              continue;
            }
            segment.readCells(cell, 1, cellRecord);
            float scale = header.getFloat(0);
            float[] sum =
                Arrays.copyOfRange(sums, centroid * DIMENSION, (centroid + 1) * DIMENSION);
            float[] expected = TokenDocuments.scaled(sum, 1 / TokenDocuments.length(sum));
            for (int j = 0; j < DIMENSION; j++) {
              int weight = cellRecord[CellLayout.COMPONENTS + j];
              assertEquals("centroid " + centroid, expected[j], scale * weight, 0.03);
            }
          }
        });
  }
}
