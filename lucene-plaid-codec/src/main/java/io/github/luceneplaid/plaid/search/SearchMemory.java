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

package io.github.luceneplaid.plaid.search;

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.plaid.ivf.CellTable;
import io.github.luceneplaid.plaid.search.probe.CellCut;
import io.github.luceneplaid.plaid.search.probe.FetchedPostings;
import io.github.luceneplaid.plaid.search.request.QueryTables;
import io.github.luceneplaid.plaid.search.request.QueryTokens;
import io.github.luceneplaid.plaid.search.request.SearchSettings;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import io.github.luceneplaid.plaid.segment.ShownValues;
import java.io.IOException;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.ArrayUtil;

/**
 * Estimates from above how much memory a search holds at once, before anything is computed. The
 * classes that are named here take the memory.
 */
public final class SearchMemory {

  /** Objects, arrays of a few elements, buffers for reading. */
  private static final long SOME = 1 << 20;

  /** Copies of the query as floats, in {@link QueryTokens} and the tables of a request. */
  private static final int FLOAT_COPIES = 6;

  /** Copies of the query as short integers: for cells, for codes, and for one imported codebook. */
  private static final int SHORT_COPIES = 3;

  /**
   * Copies of the query as tiles are multiplied with it: for codes, and for one imported codebook.
   */
  private static final int TILE_COPIES = 2;

  /** Bytes of a hit or a candidate in all lists that have it, and more if it has a parent. */
  private static final int HIT = 64;

  private static final int CHILD = 192;

  /** Bytes of a hit of a part of a segment that is scanned. */
  private static final int SCANNED = Integer.BYTES + Float.BYTES;

  /** Bytes of a query token in the working space of a segment's scorer. */
  private static final int SCORER = 640;

  /** Bytes of a query token while cells are probed, besides those of its cells. */
  private static final int PROBE = 192;

  /** Bytes of a cell while cells are probed and walked, besides those for each query token. */
  private static final int CELL = 32;

  /** The most bytes of products with the centroids of a segment. */
  private static final long PRODUCTS = (long) Float.BYTES * QueryTables.MAX_PRODUCTS;

  private final String field;
  private final int count;
  private final int dimension;
  private final boolean isShort;
  private final int k;
  private final SearchSettings settings;
  private final int hit;

  /** What all threads share: candidates, and products that are computed once. */
  private long shared;

  /** What segments hold besides while candidates are looked for. */
  private long finding;

  /** What the scorers of a thread hold, one of each segment. */
  private long scorers;

  /** The longest array of a value: a thread iterates over the values of one segment at a time. */
  private long iterated;

  /** Documents of segments without codes, or of all segments, that are scored one after another. */
  private long scanned;

  private int scannedSegments;

  private double scoresPerToken = 1;
  private long documents;

  /** Bytes of a query token while cells are probed, in all segments, besides those of its cells. */
  private long probe;

  private SearchMemory(
      String field, QueryTokens query, int k, boolean parents, SearchSettings settings) {
    this.field = field;
    this.count = query.count();
    this.dimension = query.dimension();
    this.isShort = QueryTables.isShort(query);
    this.k = k;
    this.settings = settings;
    this.hit = parents ? CHILD : HIT;
  }

  /**
   * Estimates the memory of a search.
   *
   * @param depth how many documents are looked for
   * @param parents whether they are parents of the documents that have the tokens
   * @param threads that take part in the search
   * @return bytes
   */
  public static long of(
      IndexSearcher searcher,
      String field,
      QueryTokens query,
      int depth,
      boolean parents,
      SearchSettings settings,
      int threads)
      throws IOException {
    SearchMemory memory = new SearchMemory(field, query, depth, parents, settings);
    for (LeafReaderContext context : searcher.getIndexReader().leaves()) {
      memory.add(context.reader());
    }
    return memory.total(threads);
  }

  private long copies() {
    long copy = (long) VectorKernels.padded(count) * dimension;
    return copy
        * (FLOAT_COPIES * Float.BYTES + SHORT_COPIES * Short.BYTES + TILE_COPIES * Integer.BYTES);
  }

  private long scorer() {
    return (long) SCORER * VectorKernels.padded(count) + 512L * dimension;
  }

  private long total(int threads) {
    long ranges = (long) ExhaustiveScan.MAX_RANGES_PER_SEGMENT * scannedSegments;
    long hits = hit * Math.min(k, documents) + SCANNED * Math.min(ranges * k, scanned);
    long block = (long) Math.clamp(CandidateCollector.SCORES / scoresPerToken, 1, count);
    // The scores themselves, and those of the cells that are walked once more
    long scores = (long) (2 * Float.BYTES * block * scoresPerToken) + block * probe;
    // Each thread has a scorer of its own for each segment that it comes to
    long most = Math.max(finding + scores, scores / 2 + threads * (scorers + iterated));
    return SOME + copies() + hits + shared + most;
  }

  private void add(LeafReader reader) throws IOException {
    ShownValues shown =
        SearchedField.mayHaveValues(reader, field) ? ShownValues.open(reader, field) : null;
    if (shown == null) {
      return;
    }
    scorers += scorer();
    PlaidSegment segment = shown.base();
    addExactSearches(shown, segment);
    documents += reader.maxDoc();
    if (segment != null && segment.dimension() == dimension && segment.hasCodes()) {
      if (QueryTables.areFew(segment, VectorKernels.padded(count))) {
        shared += products(segment);
      } else {
        scorers += products(segment);
      }
      if (settings.exact() == false) {
        addCandidates(segment, reader.maxDoc());
      }
    }
    if (settings.exact() || segment == null || segment.hasCodes() == false) {
      scanned += reader.maxDoc();
      scannedSegments++;
    }
  }

  /**
   * Adds what an {@link ExactSegmentSearch} holds: a part of a value as floats, and the array of
   * the value. Tokens that are stored as codes or rows take neither.
   */
  private void addExactSearches(ShownValues shown, PlaidSegment segment) throws IOException {
    boolean own = segment != null && segment.dimension() == dimension;
    boolean all = segment == null || shown.isDirect() == false || (own && isShort == false);
    boolean escapes = segment != null && segment.escapedDocuments() > 0;
    long value = all ? array(shown.values()) : 0;
    value = escapes ? Math.max(value, array(segment.escaped())) : value;
    int searches = (all ? 1 : 0) + (escapes ? 1 : 0);
    if (searches > 0) {
      int floats = Math.max(ExactSegmentSearch.CHUNK, dimension);
      long decoded = (long) Float.BYTES * ArrayUtil.oversize(floats, Float.BYTES);
      scorers += searches * (decoded + value);
      iterated = Math.max(iterated, value);
    }
  }

  /**
   * Returns the length of the array that holds the first value. Lucene's formats make an array for
   * the longest value. Others may need a longer one later, which is not known without a search.
   */
  private static int array(BinaryDocValues values) throws IOException {
    return values.nextDoc() == DocIdSetIterator.NO_MORE_DOCS
        ? 0
        : values.binaryValue().bytes.length;
  }

  /** Products with all centroids, twice if there are imported codes beside others. */
  private long products(PlaidSegment segment) throws IOException {
    long row = (long) VectorKernels.padded(count) * Float.BYTES;
    long all = (segment.centroidRows().length / dimension + VectorKernels.TILE_LANES) * row;
    // The table has room for a tile in any case. While it grows, there are two of them
    long tile = 2 * VectorKernels.TILE_LANES * row;
    long once = Math.max(tile, Math.min(PRODUCTS, all + all / 2));
    return segment.hasImported() ? 2 * once : once;
  }

  private void addCandidates(PlaidSegment segment, int maxDoc) throws IOException {
    CellTable cells = segment.cellTable();
    int regions = cells.regions();
    double automatic =
        CodedSegmentSearch.REGIONS_FOR_MANY * CodedSegmentSearch.crowding(segment, regions);
    double wanted = settings.regions((int) Math.ceil(automatic)) * CellCut.MAX_WIDENING;
    double found = Math.min(regions, wanted);
    scoresPerToken += CodedSegmentSearch.scoresPerToken(cells, found);
    probe += PROBE + (long) Short.BYTES * dimension;
    long sums = Math.min(segment.documents(), CandidateCollector.WINDOW);
    long candidates = Math.min(settings.candidates(k, k, segment.documents()), maxDoc);
    shared += hit * candidates;
    finding +=
        2 * Integer.BYTES * sums
            + (long) CELL * cells.cells()
            + Math.min(FetchedPostings.MOST, cells.postings() * segment.postingWidth())
            + maxDoc / Byte.SIZE;
  }
}
