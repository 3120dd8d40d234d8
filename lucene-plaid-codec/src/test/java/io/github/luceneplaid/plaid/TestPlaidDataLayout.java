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

import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.BytesRef;

/**
 * Reads .vec and .veq as the Javadoc of {@link PlaidDocValuesFormat} and of the classes that it
 * links says, and compares what is there with what the format reads.
 */
public class TestPlaidDataLayout extends BasePlaidLayoutTestCase {

  private static final double TOLERANCE = 2e-5;

  private MetaTable meta;
  private FieldTable table;

  /** Null if the field is flat. */
  private CodeTable codes;

  private PlaidSegment plaid;

  /** The regions, rotated. */
  private double[][] regions;

  /** The sum of the tokens of each region, rotated and without their lengths. */
  private double[][] sums;

  /** Regions with tokens that may also be in another one, because of rounding. */
  private BitSet unclear;

  @Override
  void check(Directory directory, SegmentReader segment) throws IOException {
    table = FieldTable.read(directory, segment);
    meta = table.meta;
    codes = meta.codes == null ? null : new CodeTable(table);
    plaid = PlaidSegment.of(segment, FIELD);
    checkVectorParts();
    checkDataParts();
    checkAddresses();
    checkValues(segment.getBinaryDocValues(FIELD));
    for (int ordinal = 0; ordinal < meta.documents && codes != null; ordinal++) {
      checkCodes(ordinal);
    }
    if (codes != null) {
      checkCells();
      checkRegions();
      checkMembers();
      checkCellVectors();
    }
  }

  private static long aligned(long offset) {
    return (offset + 63) / 64 * 64;
  }

  /** The parts of .vec follow one another, each aligned. */
  private void checkVectorParts() {
    long end = CodecUtil.indexHeaderLength("PlaidVectors", MetaTable.SUFFIX);
    long d = meta.dimension;
    if (meta.rows > 0) {
      assertEquals(aligned(end), meta.rowsOffset);
      end = meta.rowsOffset + meta.tokens * d * (meta.rows == 1 ? 2 : 4);
    }
    if (codes != null) {
      long own = 0;
      for (MetaTable.Block block : meta.codes.blocks()) {
        if (block.kind() == MetaTable.OWN) {
          own += block.centroids();
        } else {
          // Imported ones are first
          assertEquals(0, own);
          assertEquals(aligned(end), block.centroidsOffset());
          end = block.centroidsOffset() + block.centroids() * d * 4;
        }
      }
      assertEquals(aligned(end), meta.codes.centroidsOffset());
      end = meta.codes.centroidsOffset() + own * d * 2;
      if (meta.codes.blocks().size() > 1) {
        assertEquals(aligned(end), meta.codes.regionsOffset());
        end = meta.codes.regionsOffset() + meta.codes.regions() * d * 2;
      }
      assertEquals(aligned(end), meta.codes.cellsOffset());
      end = meta.codes.cellsOffset() + meta.codes.cells() * (8 + d);
    }
    assertEquals(table.vectors.limit(), end + CodecUtil.footerLength());
  }

  /** The parts of .veq follow one another, and the codes are aligned. */
  private void checkDataParts() {
    long end = CodecUtil.indexHeaderLength("PlaidData", MetaTable.SUFFIX);
    if (codes != null) {
      assertEquals(end, meta.codes.postingsOffset());
      end += meta.codes.postings() * meta.codes.postingBytes();
      assertEquals(end, meta.codes.directoryOffset());
      end += (meta.codes.regions() + 1) * 12L;
      assertEquals(aligned(end), meta.codes.codesOffset());
      end = meta.codes.codesOffset() + meta.halves * codes.halfBytes();
    }
    long start = end;
    end += meta.addressBytes;
    assertEquals(table.data.limit(), end + CodecUtil.footerLength());
    long firstTokens = meta.firstTokens.offset();
    assertTrue(meta.ordinals.isDense() ? firstTokens == start : firstTokens > start);
    assertEquals(firstTokens + meta.firstTokens.length(), meta.firstHalves.offset());
    assertEquals(end, meta.firstHalves.offset() + meta.firstHalves.length());
  }

  private void checkAddresses() throws IOException {
    assertEquals(plaid.documents(), meta.documents);
    DocIdSetIterator iterator = plaid.iterator();
    long token = 0;
    long half = 0;
    for (int ordinal = 0; ordinal < meta.documents; ordinal++) {
      assertEquals(iterator.nextDoc(), table.documents[ordinal]);
      assertEquals(plaid.document(ordinal), table.documents[ordinal]);
      assertEquals(token, table.firstTokens[ordinal]);
      assertEquals(half, table.firstHalves[ordinal]);
      assertEquals(plaid.firstToken(ordinal), token);
      assertEquals(plaid.firstHalf(ordinal), half);
      token += table.tokenCount(ordinal);
      half += (table.tokenCount(ordinal) + 7) / 8;
    }
    assertEquals(DocIdSetIterator.NO_MORE_DOCS, iterator.nextDoc());
    assertEquals(meta.tokens, token);
    assertEquals(meta.tokens, table.firstTokens[meta.documents]);
    assertEquals(meta.halves, half);
    assertEquals(meta.halves, table.firstHalves[meta.documents]);
  }

  /** Compares the values of documents with the rows, or with decoded tokens if there are none. */
  private void checkValues(BinaryDocValues values) throws IOException {
    int ordinal = 0;
    int others = 0;
    for (int doc = values.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = values.nextDoc()) {
      if (ordinal == meta.documents || table.documents[ordinal] != doc) {
        others++;
        continue;
      }
      float[][] found = LateInteractionField.decode(BytesRef.deepCopyOf(values.binaryValue()));
      assertEquals(table.tokenCount(ordinal), found.length);
      for (int token = 0; token < found.length; token++) {
        boolean isRow = table.rows != null;
        double[] expected =
            isRow
                ? table.rows[Math.toIntExact(table.firstTokens[ordinal] + token)]
                : codes.token(ordinal, token);
        assertTokens(expected, found[token], isRow ? 0 : TOLERANCE);
      }
      ordinal++;
    }
    assertEquals(meta.documents, ordinal);
    assertEquals(meta.escaped, others);
  }

  /**
   * Compares a token.
   *
   * @param tolerance relative to its length
   */
  private static void assertTokens(double[] expected, float[] found, double tolerance) {
    assertEquals(expected.length, found.length);
    for (int j = 0; j < expected.length; j++) {
      assertEquals(expected[j], found[j], tolerance * CodeTable.length(expected));
    }
  }

  private void checkCodes(int ordinal) throws IOException {
    int n = table.tokenCount(ordinal);
    assertEquals(plaid.imported(ordinal) != null, codes.isImported(ordinal, 0));
    MetaTable.Block first = table.blockOf(codes.centroid(ordinal, 0));
    float[] decoded = new float[meta.dimension];
    for (int token = 0; token < n; token++) {
      double[] expected = codes.rotated(ordinal, token);
      for (int j = 0; j < meta.dimension; j++) {
        expected[j] *= codes.length(ordinal, token);
      }
      plaid.codes().decodeRotated(ordinal, token, 1, decoded);
      assertTokens(expected, decoded, TOLERANCE);
      assertEquals(0, codes.unusedBits(ordinal, token));
      MetaTable.Block block = table.blockOf(codes.centroid(ordinal, token));
      if (first.kind() == MetaTable.OWN) {
        assertEquals(MetaTable.OWN, block.kind());
      } else {
        assertSame(first, block);
        assertEquals(1, codes.length(ordinal, token), 0);
        double factor = codes.expectedImportedFactor(ordinal, token);
        assertEquals(factor, codes.importedFactor(ordinal, token), 1e-3 * factor);
      }
    }
    for (int lane = n; lane < codes.lanes(ordinal); lane++) {
      assertArrayEquals(codes.bytes(ordinal, n - 1), codes.bytes(ordinal, lane));
    }
  }

  /** Compares cells and postings with those that a search reads. */
  private void checkCells() throws IOException {
    int regions = meta.codes.regions();
    assertEquals(0, table.firstCell(0));
    assertEquals(meta.codes.cells(), table.firstCell(regions));
    assertEquals(0, table.firstPosting(0));
    assertEquals(meta.codes.postings(), table.firstPosting(regions));
    for (int region = 0; region <= regions; region++) {
      assertEquals(plaid.cellTable().firstCell(region), table.firstCell(region));
      assertEquals(plaid.cellTable().firstPosting(region), table.firstPosting(region));
    }
    List<FieldTable.Cell> cells = table.cells();
    byte[] cell = new byte[8 + meta.dimension];
    byte[] posting = new byte[2];
    long postings = 0;
    for (int i = 0; i < cells.size(); i++) {
      plaid.readCells(i, 1, cell);
      byte[] components = Arrays.copyOfRange(cell, 8, cell.length);
      assertArrayEquals(components, cells.get(i).components());
      assertTrue(cells.get(i).ordinals().length > 0);
      int before = -1;
      for (int ordinal : cells.get(i).ordinals()) {
        assertTrue(ordinal > before);
        plaid.readPostings(postings++, 1, posting, 0);
        assertEquals(((posting[1] & 0xFF) << 8) | (posting[0] & 0xFF), ordinal);
        before = ordinal;
      }
    }
    assertEquals(meta.codes.postings(), postings);
  }

  /** Compares the regions with those that a search reads. */
  private void checkRegions() throws IOException {
    regions = table.regions();
    float[] read = plaid.regions();
    // A search reads imported centroids as they are, and does not rotate the query for them
    boolean asStored = meta.codes.blocks().size() == 1 && plaid.hasImported();
    double[][] expected = asStored ? table.centroids : regions;
    for (int region = 0; region < regions.length; region++) {
      int from = region * meta.dimension;
      assertTokens(expected[region], Arrays.copyOfRange(read, from, from + meta.dimension), 0);
    }
  }

  /** Checks that the cells of a region list the documents that have a token in it. */
  private void checkMembers() {
    List<BitSet> listed = bitSets(regions.length);
    for (FieldTable.Cell cell : table.cells()) {
      Arrays.stream(cell.ordinals()).forEach(listed.get(cell.region())::set);
    }
    List<BitSet> members = bitSets(regions.length);
    sums = new double[regions.length][meta.dimension];
    unclear = new BitSet();
    for (int ordinal = 0; ordinal < meta.documents; ordinal++) {
      for (int token = 0; token < table.tokenCount(ordinal); token++) {
        double[] vector = codes.rotated(ordinal, token);
        BitSet nearest = nearest(codes.centroid(ordinal, token), vector);
        int document = ordinal;
        assertTrue(nearest.stream().anyMatch(region -> listed.get(region).get(document)));
        nearest.stream().forEach(region -> members.get(region).set(document));
        add(vector, sums[nearest.nextSetBit(0)]);
        if (nearest.cardinality() > 1) {
          unclear.or(nearest);
        }
      }
    }
    for (int region = 0; region < regions.length; region++) {
      listed.get(region).andNot(members.get(region));
      assertTrue(listed.get(region).isEmpty());
    }
  }

  private static List<BitSet> bitSets(int n) {
    return Stream.generate(BitSet::new).limit(n).toList();
  }

  private static void add(double[] vector, double[] sum) {
    for (int j = 0; j < vector.length; j++) {
      sum[j] += vector[j];
    }
  }

  /** Checks the vectors of cells that have all tokens of their region. */
  private void checkCellVectors() {
    for (FieldTable.Cell cell : table.cells()) {
      int region = cell.region();
      boolean alone = table.firstCell(region + 1) - table.firstCell(region) == 1;
      if (hasCentroidsAsCells()) {
        assertTrue(alone);
        assertCell(regions[region], cell);
      } else if (alone && unclear.get(region) == false) {
        assertCell(unit(sums[region]), cell);
      }
    }
  }

  /**
   * Returns the region of a token: its centroid, or the nearest one if the regions are not the
   * centroids. Returns all that are equally near up to rounding.
   */
  private BitSet nearest(int centroid, double[] token) {
    BitSet nearest = new BitSet();
    if (meta.codes.blocks().size() == 1) {
      nearest.set(centroid);
      return nearest;
    }
    // All of them are among the 96 that are nearest to the centroid
    assertTrue(regions.length <= 96);
    double[] squares = new double[regions.length];
    for (int region = 0; region < regions.length; region++) {
      for (int j = 0; j < token.length; j++) {
        double difference = token[j] - regions[region][j];
        squares[region] += difference * difference;
      }
    }
    double least = Arrays.stream(squares).min().getAsDouble();
    for (int region = 0; region < regions.length; region++) {
      if (squares[region] <= least + 1e-4) {
        nearest.set(region);
      }
    }
    return nearest;
  }

  /** Whether the segment was imported. Segments with raw tokens are always clustered. */
  private boolean hasCentroidsAsCells() {
    return meta.codes.blocks().size() == 1
        && meta.codes.blocks().get(0).kind() != MetaTable.OWN
        && meta.rows == 0;
  }

  private static double[] unit(double[] vector) {
    double length = CodeTable.length(vector);
    return Arrays.stream(vector).map(x -> x / length).toArray();
  }

  private static void assertCell(double[] expected, FieldTable.Cell cell) {
    double[] difference = expected.clone();
    for (int j = 0; j < difference.length; j++) {
      difference[j] -= cell.scale() * cell.components()[j];
    }
    // What rounding to integers of a root mean square of about 15 may do
    assertTrue(CodeTable.length(difference) <= 0.05 * CodeTable.length(expected));
  }
}
