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

import io.github.luceneplaid.plaid.codebook.CodeBlock;
import io.github.luceneplaid.plaid.ivf.CellLayout;
import io.github.luceneplaid.plaid.ivf.CellTable;
import io.github.luceneplaid.plaid.segment.PlaidFieldEntry;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BitUtil;

/**
 * Checks what one segment holds of a field of tokens, beyond checksums:
 *
 * <ul>
 *   <li>codebooks have the centroids that their ids are hashes of (checked when a segment is
 *       opened)
 *   <li>the numbers of documents and tokens match the statistics, wherever they are counted
 *   <li>codes name centroids that exist and decode to finite numbers
 *   <li>postings rise within a cell, and cells follow one another
 *   <li>if centroids are the regions, the regions that list a document are those of its codes;
 *       otherwise a document is in at least one list, and in no more lists than it has tokens
 * </ul>
 */
final class SegmentCheck {
  /** Postings read in one go. */
  private static final int BATCH = 1024;

  private final PlaidSegment segment;
  private final Progress progress;
  private final PlaidFieldEntry entry;
  private final int documents;
  private final int dimension;
  private final boolean regionsAreCentroids;
  private final List<String> problems = new ArrayList<>();

  /** For each document, a hash of the set of its regions: one by postings, one by codes. */
  private final long[] listed;

  private final long[] coded;

  /** For each document, the number of its postings. */
  private final int[] postings;

  /**
   * For one segment.
   *
   * @param progress is told of all tokens
   */
  SegmentCheck(PlaidSegment segment, Progress progress) {
    this.segment = segment;
    this.progress = progress;
    this.entry = segment.entry();
    this.documents = segment.documents();
    this.dimension = segment.dimension();
    this.regionsAreCentroids = segment.hasCodes() && segment.centroidsAreRegions();
    this.listed = new long[documents];
    this.coded = new long[documents];
    this.postings = new int[documents];
  }

  /**
   * Runs all checks.
   *
   * @return what is wrong, one sentence each; empty if nothing is
   */
  List<String> run() throws IOException {
    try {
      checkDocuments();
      if (segment.hasCodes()) {
        checkPostings();
        checkDocumentsOfPostings();
      }
    } catch (CorruptIndexException e) {
      problems.add(e.getMessage());
    }
    return problems;
  }

  private void expect(String what, long found, long expected) {
    if (found != expected) {
      problems.add(what + ": found " + found + ", expected " + expected);
    }
  }

  private void checkDocuments() throws IOException {
    DocIdSetIterator iterator = segment.iterator();
    long tokens = 0;
    long ordinal = 0;
    for (int doc = iterator.nextDoc();
        doc != DocIdSetIterator.NO_MORE_DOCS && ordinal < documents;
        doc = iterator.nextDoc(), ordinal++) {
      expect("document of ordinal " + ordinal, segment.document((int) ordinal), doc);
      expect("ordinal of document " + doc, segment.ordinal(doc), ordinal);
      expect("first token of ordinal " + ordinal, segment.firstToken((int) ordinal), tokens);
      checkTokens((int) ordinal);
      tokens += segment.tokenCount((int) ordinal);
      progress.step(segment.tokenCount((int) ordinal));
    }
    expect("documents", ordinal, documents);
    expect("documents of the meta file", entry.addresses().documents(), documents);
    expect("tokens of all documents", tokens, segment.tokens());
    if (entry.isTrained()) {
      long sum = entry.history().tokens();
      expect("copied, encoded and re-encoded tokens", sum, tokens);
    }
  }

  private void checkTokens(int ordinal) throws IOException {
    int n = segment.tokenCount(ordinal);
    float[] token = new float[n * dimension];
    segment.tokens(ordinal, 0, n, token);
    checkFinite(ordinal, token);
    if (segment.hasCodes()) {
      segment.codes().decodeRotated(ordinal, 0, n, token);
      checkFinite(ordinal, token);
      if (regionsAreCentroids) {
        coded[ordinal] = regionsOfCodes(ordinal, n);
      }
    }
  }

  private void checkFinite(int ordinal, float[] tokens) {
    for (int i = 0; i < tokens.length; i++) {
      if (Float.isFinite(tokens[i]) == false) {
        problems.add("token " + i / dimension + " of ordinal " + ordinal + ": found " + tokens[i]);
        return;
      }
    }
  }

  /** The hash of the set of centroids of a document. */
  private long regionsOfCodes(int ordinal, int n) throws IOException {
    long first = segment.firstHalf(ordinal);
    int halves = (int) (segment.firstHalf(ordinal + 1) - first);
    int stride = segment.codes().stride();
    byte[] blocks = new byte[(halves + 1) / 2 * stride];
    segment.codes().readBlocks(first, halves, blocks);
    int[] centroids = new int[n];
    for (int i = 0; i < n; i++) {
      int lane = i % CodeBlock.LANES;
      centroids[i] = CodeBlock.centroidId(blocks, i / CodeBlock.LANES * stride, lane);
    }
    return Arrays.stream(centroids).distinct().mapToLong(SegmentCheck::mixed).sum();
  }

  /**
   * Mixes a number, so that sums of a few mixed numbers do not collide by chance (the finaliser of
   * SplitMix64).
   */
  private static long mixed(int region) {
    long z = (region + 1L) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  private void checkPostings() throws IOException {
    CellTable directory = segment.cellTable();
    expect("cells of all regions", directory.cells(), entry.codes().cells());
    expect("postings of all regions", directory.postings(), entry.codes().postings());
    int[] lastRegion = new int[documents];
    Arrays.fill(lastRegion, -1);
    for (int region = 0; region < directory.regions(); region++) {
      long start = directory.firstPosting(region);
      long end = directory.firstPosting(region + 1);
      int cells = directory.firstCell(region + 1) - directory.firstCell(region);
      if (cells == 0) {
        expect("postings of region " + region + ", which has no cells", end - start, 0);
        continue;
      }
      expect("first posting of region " + region, firstPosting(directory, region, 0), 0);
      for (int cell = 0; cell < cells; cell++) {
        long from = start + firstPosting(directory, region, cell);
        long to = cell + 1 < cells ? start + firstPosting(directory, region, cell + 1) : end;
        checkCell(region, directory.firstCell(region) + cell, from, to, lastRegion);
      }
    }
  }

  /** Where the postings of a cell start, counted from the first one of its region. */
  private long firstPosting(CellTable directory, int region, int cell) throws IOException {
    int number = directory.firstCell(region) + cell;
    byte[] cellRecord = new byte[CellLayout.recordBytes(dimension)];
    segment.readCells(number, 1, cellRecord);
    return (int) BitUtil.VH_LE_INT.get(cellRecord, CellLayout.START);
  }

  private void checkCell(int region, int cell, long from, long to, int[] lastRegion)
      throws IOException {
    if (to <= from) {
      problems.add("cell " + cell + ": found postings " + from + " to " + to + ", expected some");
      return;
    }
    int width = segment.postingWidth();
    byte[] bytes = new byte[BATCH * width];
    int previous = -1;
    for (long at = from; at < to; at += BATCH) {
      int n = (int) Math.min(BATCH, to - at);
      segment.readPostings(at, n, bytes, 0);
      for (int i = 0; i < n; i++) {
        int ordinal = ordinal(bytes, i * width, width);
        if (ordinal <= previous || ordinal >= documents) {
          problems.add(
              "posting "
                  + (at + i)
                  + " of cell "
                  + cell
                  + ": found ordinal "
                  + ordinal
                  + ", expected "
                  + (previous + 1)
                  + " to "
                  + (documents - 1));
          return;
        }
        if (lastRegion[ordinal] != region) {
          lastRegion[ordinal] = region;
          listed[ordinal] += mixed(region);
        }
        postings[ordinal]++;
        previous = ordinal;
      }
    }
  }

  /** Returns a posting. */
  static int ordinal(byte[] bytes, int at, int width) {
    int ordinal = 0;
    for (int i = 0; i < width; i++) {
      ordinal |= (bytes[at + i] & 0xFF) << (Byte.SIZE * i);
    }
    return ordinal;
  }

  private void checkDocumentsOfPostings() throws IOException {
    for (int ordinal = 0; ordinal < documents; ordinal++) {
      int tokens = segment.tokenCount(ordinal);
      if (postings[ordinal] < 1 || postings[ordinal] > tokens) {
        problems.add(
            "postings of ordinal "
                + ordinal
                + ": found "
                + postings[ordinal]
                + ", expected 1 to "
                + tokens);
      } else if (regionsAreCentroids && listed[ordinal] != coded[ordinal]) {
        problems.add(
            "regions that list ordinal " + ordinal + ": expected the centroids of its codes");
      }
    }
  }
}
