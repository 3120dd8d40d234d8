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

import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.ivf.CellTable;
import io.github.luceneplaid.plaid.search.probe.Accumulator;
import io.github.luceneplaid.plaid.search.probe.CellCut;
import io.github.luceneplaid.plaid.search.probe.CellProbe;
import io.github.luceneplaid.plaid.search.probe.FetchedPostings;
import io.github.luceneplaid.plaid.search.probe.RegionProbe;
import io.github.luceneplaid.plaid.search.request.BestDocs;
import io.github.luceneplaid.plaid.search.request.QueryTables;
import io.github.luceneplaid.plaid.search.request.QueryTokens;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import io.github.luceneplaid.plaid.search.score.CentroidProducts;
import io.github.luceneplaid.plaid.search.score.CodeScorer;
import io.github.luceneplaid.plaid.search.score.ImportedCodeScorer;
import io.github.luceneplaid.plaid.search.score.TokenPairs;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;

/**
 * The search of a trained segment: centroids, cells and posting lists find candidates ({@link
 * RegionProbe}, {@link CellProbe}, {@link Accumulator}), {@link CodeScorer} scores them.
 */
final class CodedSegmentSearch extends PlaidSegmentSearch implements ApproximateSegmentSearch {

  private static final int FEW_HITS = 20;
  private static final int REGIONS = 16;

  /** The most regions that are probed automatically, unless they are crowded. */
  static final int REGIONS_FOR_MANY = 20;

  /** Up to this many cells per region, scoring all cells costs less than finding regions first. */
  private static final int FEW_CELLS = 2;

  /** Whether the cells are so numerous that regions are found first. */
  private final boolean byRegions;

  /** The deviation of products of residuals with a query token of length 1. */
  private final float spread;

  private final CellTable directory;

  private CodeScorer scorer;
  private ImportedCodeScorer importedScorer;

  /**
   * Opens the search.
   *
   * @param segment belongs to the calling thread
   */
  CodedSegmentSearch(LeafReader reader, SearchRequest request, PlaidSegment segment)
      throws IOException {
    super(reader, request, segment);
    this.directory = segment.cellTable();
    this.byRegions = byRegions(directory);
    this.spread = meanResidual(segment) / (float) Math.sqrt(segment.dimension());
  }

  /** Opened when it is first needed: not every segment has candidates that are scored. */
  private CodeScorer scorer() throws IOException {
    if (scorer == null) {
      QueryTables tables = request.tables();
      CentroidProducts centroids =
          CentroidProducts.of(segment, tables.matrix(), tables.centroidProducts(segment, false));
      scorer = new CodeScorer(segment, tables, centroids, query.count(), request.time());
    }
    return scorer;
  }

  private ImportedCodeScorer importedScorer() throws IOException {
    if (importedScorer == null) {
      QueryTables tables = request.tables();
      CentroidProducts centroids =
          CentroidProducts.of(segment, tables.unrotated(), tables.centroidProducts(segment, true));
      importedScorer =
          new ImportedCodeScorer(segment, tables, centroids, query.count(), request.time());
    }
    return importedScorer;
  }

  private static float meanResidual(PlaidSegment segment) throws IOException {
    float mean = 0;
    for (Codebook codebook : segment.codebooks().list()) {
      mean = Math.max(mean, codebook.meanResidual());
    }
    return mean;
  }

  @Override
  public boolean keepsRaw() {
    return segment.rows() != null;
  }

  @Override
  public float quickScore(int doc) throws IOException {
    int ordinal = segment.ordinal(doc);
    if (ordinal < 0) {
      return escapedScore(doc);
    }
    Arrays.fill(best, Float.NEGATIVE_INFINITY);
    Codebook imported = segment.imported(ordinal);
    boolean complete =
        imported == null
            ? scorer().match(ordinal, best)
            : importedScorer().match(ordinal, imported, best);
    return complete ? query.score(best) : Float.NaN;
  }

  @Override
  boolean match(int ordinal, float[] best) throws IOException {
    return (keepsRaw() || segment.imported(ordinal) != null)
        ? super.match(ordinal, best)
        : scorer().matchExactly(ordinal, best);
  }

  @Override
  void pairs(int ordinal, TokenPairs pairs) throws IOException {
    if (keepsRaw() || segment.imported(ordinal) != null) {
      super.pairs(ordinal, pairs);
    } else {
      scorer().pairs(ordinal, pairs);
    }
  }

  @Override
  public int documents() {
    return segment.documents();
  }

  @Override
  public long collectCost(int acceptedCount, double share, int probes) {
    double cellsPerRegion = (double) directory.cells() / directory.regions();
    double postingsPerCell = (double) directory.postings() / directory.cells();
    double cells = byRegions ? regions(acceptedCount, share) * cellsPerRegion : directory.cells();
    double postings = Math.min(cells, probes * share) * postingsPerCell;
    return (long) (query.count() * (cells + postings));
  }

  /** Whether the cells are so numerous that regions are found first. */
  static boolean byRegions(CellTable directory) {
    return directory.cells() > (long) FEW_CELLS * directory.regions();
  }

  /** How many times as many regions are probed because few tokens are around each of them. */
  static double crowding(PlaidSegment segment, int regions) {
    // A codebook that is fresh and has few tokens has few tokens around each centroid
    return Math.max(1, regions / Math.sqrt((double) segment.tokens()));
  }

  /** Regions to probe for each query token. */
  private int regions(int acceptedCount, double share) {
    int all = directory.regions();
    int usual = request.depth() <= FEW_HITS ? REGIONS : REGIONS_FOR_MANY;
    double most = usual * crowding(segment, all);
    int automatic = (int) Math.ceil(most * Math.sqrt(share));
    double widening = CellCut.widening(segment.documents(), acceptedCount);
    return (int) Math.min(all, request.options().regions(automatic) * widening);
  }

  @Override
  public double scoresPerToken(int acceptedCount, double share) {
    return scoresPerToken(directory, regions(acceptedCount, share));
  }

  /**
   * Returns about how many floats a probe holds for a query token.
   *
   * @param found regions to probe
   */
  static double scoresPerToken(CellTable directory, double found) {
    if (byRegions(directory) == false) {
      return directory.cells();
    }
    double cells = found * directory.cells() / directory.regions();
    return directory.regions() + 4 * found + 2 * cells;
  }

  @Override
  public CellProbe probe(QueryTables.Block block, int acceptedCount, double share)
      throws IOException {
    CellProbe cells =
        new CellProbe(
            segment, request.tables().cells(), block.first(), block.count(), request.time());
    if (byRegions == false) {
      cells.scoreAll();
    } else {
      int stride = block.matrix().stride();
      cells.score(
          new RegionProbe(block.count(), stride, regions(acceptedCount, share), request.time())
              .find(block.regionProducts(segment), directory.regions()));
    }
    return cells;
  }

  @Override
  public Accumulator walk(
      QueryTables.Block block, CellProbe probe, CellCut cut, Accumulator sums, int from, int to)
      throws IOException {
    int count = block.count();
    CellProbe.Walk[] walks = new CellProbe.Walk[count];
    int[] ends = new int[CellCut.STEPS + 1];
    float base = 0;
    double largestGain = 0;
    long postings = 0;
    long walked = 0;
    for (int q = 0; q < count; q++) {
      if (request.timedOut()) {
        return sums == null ? new Accumulator(segment, from, to, request.time()) : sums;
      }
      walks[q] = probe.walk(q, cut, ends);
      walked += walks[q].order().length;
      postings += probe.postings(walks[q].order());
      int token = block.first() + q;
      base += query.contribution(token, cut.floor(q));
      float bonus = spread * request.tables().length(token) / 2;
      largestGain += gains(walks[q].scores(), cut.floor(q), bonus, query.weight(token));
    }
    request.counters().walked(walked, postings);
    Accumulator accumulator =
        sums == null ? new Accumulator(segment, from, to, request.time()) : sums;
    accumulator.expect(base, largestGain, postings);
    FetchedPostings lists = FetchedPostings.of(segment, probe, walks);
    for (int q = 0; q < count && request.timedOut() == false; q++) {
      accumulator.add(block.first() + q, probe, lists, walks[q].order(), walks[q].scores());
    }
    return accumulator;
  }

  @Override
  public int collect(Accumulator sums, int n, Bits accepted, int[] docs, float[] scores)
      throws IOException {
    int found = sums.best(n, accepted, docs, scores);
    return segment.escapedDocuments() == 0 || sums.isFirst() == false
        ? found
        : addEscaped(n, accepted, docs, scores, found);
  }

  /**
   * Turns similarities into gains: the amounts that they add to the score of a document that is in
   * no walked cell. Each gain includes a bonus for being in a walked cell at all. The best token of
   * a document is likely to be nearer to the query token than the cell is, and documents in no
   * walked cell are below the worst cell. With 8 regions and 32 cells, one deviation of what
   * residuals add raised the share of the exact top 10 among the first 64 candidates from .872 to
   * .901 (10,000 Debian descriptions).
   *
   * @param bonus the bonus for being in a walked cell
   * @param weight of the query token
   * @return the largest gain
   */
  private static float gains(float[] similarity, float lowest, float bonus, float weight) {
    float largest = 0;
    float floor = QueryTokens.contribution(lowest) - bonus;
    for (int i = 0; i < similarity.length; i++) {
      // Rounding may put the last ones a little below the floor
      float gain = (QueryTokens.contribution(similarity[i]) - floor) * weight;
      similarity[i] = gain > 0 ? gain : 0;
      largest = gain > largest ? gain : largest;
    }
    return largest;
  }

  /** Scores the documents that are stored as their original bytes, and keeps the best n of all. */
  private int addEscaped(int n, Bits accepted, int[] docs, float[] scores, int found)
      throws IOException {
    BestDocs candidates = new BestDocs(n);
    for (int i = 0; i < found; i++) {
      candidates.add(docs[i], scores[i]);
    }
    long escaped = 0;
    DocIdSetIterator values = segment.escaped();
    for (int doc = values.nextDoc();
        doc != DocIdSetIterator.NO_MORE_DOCS && request.timedOut() == false;
        doc = values.nextDoc()) {
      if (accepted == null || accepted.get(doc)) {
        escaped++;
        float score = escapedScore(doc);
        if (Float.isNaN(score) == false) {
          candidates.add(doc, score);
        }
      }
    }
    request.counters().escaped(escaped);
    long[] best = candidates.best();
    for (int i = 0; i < best.length; i++) {
      docs[i] = BestDocs.doc(best[i]);
      scores[i] = BestDocs.score(best[i]);
    }
    return best.length;
  }

  @Override
  public CodedSegmentSearch copy() throws IOException {
    return new CodedSegmentSearch(reader, request, segment.copy());
  }
}
