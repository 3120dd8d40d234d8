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

import io.github.luceneplaid.plaid.PlaidSegment;
import io.github.luceneplaid.plaid.leaves.LeafDirectory;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;

/**
 * The search of a trained segment: anchors, leaves and posting lists find candidates ({@link
 * RegionProbe}, {@link LeafProbe}, {@link Accumulator}), {@link CodeScorer} scores them.
 */
final class TrainedSegmentSearch extends PlaidSegmentSearch implements ApproximateSegmentSearch {

  /** A filter that keeps few documents makes a search probe at most so many times as much. */
  private static final double MAX_WIDENING = 8;

  private static final int FEW_HITS = 20;
  private static final int ANCHORS = 16;
  private static final int ANCHORS_FOR_MANY = 20;
  private static final int PROBES = 86;
  private static final int MAX_EXTRA_PROBES = 512;

  private final float[] products;
  private final CodeScorer scorer;

  /**
   * Sole constructor.
   *
   * @param products of the segment's regions and the query tokens
   */
  TrainedSegmentSearch(
      LeafReader reader, SearchRequest request, PlaidSegment segment, float[] products)
      throws IOException {
    super(reader, request, segment);
    this.products = products;
    QueryTables tables = request.tables();
    this.scorer =
        new CodeScorer(
            segment, tables, AnchorProducts.of(segment, tables.matrix(), products), query.count());
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
    scorer.match(ordinal, best);
    return query.score(best);
  }

  @Override
  void match(int ordinal, float[] best, int[] bestToken) throws IOException {
    if (keepsRaw()) {
      super.match(ordinal, best, bestToken);
    } else {
      scorer.matchExactly(ordinal, best, bestToken);
    }
  }

  @Override
  public long collectCost(int acceptedCount, double share) {
    LeafDirectory directory = segment.leafDirectory();
    double leavesPerRegion = (double) directory.leaves() / directory.regions();
    double postingsPerLeaf = (double) directory.postings() / directory.leaves();
    double leaves = anchors(acceptedCount, share) * leavesPerRegion;
    double postings = Math.min(leaves, probes(acceptedCount, share)) * postingsPerLeaf;
    return (long) (query.count() * (leaves + postings));
  }

  /** How many times as much to probe where only so many documents may be found. */
  private double widening(int acceptedCount) {
    double share = (double) segment.documents() / Math.max(1, acceptedCount);
    return Math.clamp(Math.sqrt(share), 1, MAX_WIDENING);
  }

  /** Regions to probe for each query token. */
  private int anchors(int acceptedCount, double share) {
    int all = segment.leafDirectory().regions();
    // Fresh anchors for few tokens leave little around each
    double crowding = Math.max(1, all / Math.sqrt((double) segment.tokens()));
    double most = (request.k() <= FEW_HITS ? ANCHORS : ANCHORS_FOR_MANY) * crowding;
    int automatic = (int) Math.ceil(most * Math.sqrt(share));
    return (int) Math.min(all, request.options().anchors(automatic) * widening(acceptedCount));
  }

  /** Leaves to probe for each query token. */
  private int probes(int acceptedCount, double share) {
    double growth = LateInteractionOptions.growth(segment.documents(), 1 / 3.0);
    double most = (PROBES + Math.min(request.k(), MAX_EXTRA_PROBES)) * growth;
    int automatic = (int) Math.ceil(most * Math.sqrt(share));
    return (int) (request.options().probes(automatic) * widening(acceptedCount));
  }

  @Override
  public int collect(
      int n, Bits accepted, int acceptedCount, double share, int[] docs, float[] scores)
      throws IOException {
    int count = query.count();
    LeafProbe leaves = new LeafProbe(segment, request.tables().leaves(), count);
    leaves.score(
        new RegionProbe(count, request.tables().matrix().stride(), anchors(acceptedCount, share))
            .find(products, regionCount()));
    int[][] order = new int[count][];
    float[][] similarity = new float[count][];
    float base = 0;
    double largestGain = 0;
    for (int q = 0; q < count; q++) {
      int size = Math.min(leaves.size(q), probes(acceptedCount, share));
      order[q] = new int[size];
      similarity[q] = new float[size];
      int found = leaves.best(q, order[q], similarity[q]);
      float least = found == 0 ? -1 : similarity[q][found - 1];
      for (int i = 0; i < found; i++) {
        least = Math.min(least, similarity[q][i]);
      }
      base += QueryTokens.contribution(least);
      largestGain += gains(similarity[q], least);
    }
    Accumulator accumulator = new Accumulator(segment, largestGain);
    for (int q = 0; q < count && request.timedOut() == false; q++) {
      for (int i = 0; i < order[q].length; i++) {
        int leaf = order[q][i];
        accumulator.add(q, similarity[q][i], leaves.start(leaf), leaves.length(leaf));
      }
    }
    int found = accumulator.best(n, accepted, docs, scores);
    for (int i = 0; i < found; i++) {
      scores[i] += base;
    }
    return segment.escapedDocuments() == 0 ? found : addEscaped(n, accepted, docs, scores, found);
  }

  private int regionCount() {
    return segment.leafDirectory().regions();
  }

  /**
   * Turns similarities into what they add to the score over that of the worst probed leaf.
   *
   * @return the largest gain
   */
  private static float gains(float[] similarity, float least) {
    float largest = 0;
    float floor = QueryTokens.contribution(least);
    for (int i = 0; i < similarity.length; i++) {
      similarity[i] = QueryTokens.contribution(similarity[i]) - floor;
      largest = Math.max(largest, similarity[i]);
    }
    return largest;
  }

  /** Scores the documents that are kept as they came in, and keeps the best n of all. */
  private int addEscaped(int n, Bits accepted, int[] docs, float[] scores, int found)
      throws IOException {
    BestDocs candidates = new BestDocs(n);
    for (int i = 0; i < found; i++) {
      candidates.add(docs[i], scores[i]);
    }
    DocIdSetIterator values = iterator();
    for (int doc = values.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = values.nextDoc()) {
      if (segment.ordinal(doc) < 0 && (accepted == null || accepted.get(doc))) {
        float score = escapedScore(doc);
        if (Float.isNaN(score) == false) {
          candidates.add(doc, score);
        }
      }
    }
    long[] best = candidates.best();
    for (int i = 0; i < best.length; i++) {
      docs[i] = BestDocs.doc(best[i]);
      scores[i] = BestDocs.score(best[i]);
    }
    return best.length;
  }

  @Override
  public ApproximateSegmentSearch copy() throws IOException {
    return new TrainedSegmentSearch(reader, request, segment.copy(), products);
  }
}
