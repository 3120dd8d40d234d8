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

import io.github.luceneplaid.plaid.search.probe.Accumulator;
import io.github.luceneplaid.plaid.search.probe.CellCut;
import io.github.luceneplaid.plaid.search.probe.CellProbe;
import io.github.luceneplaid.plaid.search.request.BestDocs;
import io.github.luceneplaid.plaid.search.request.QueryTables;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import io.github.luceneplaid.plaid.search.score.TokenPairs;
import io.github.luceneplaid.plaid.segment.ShownValues;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;

/**
 * The search of a trained segment whose values a reader may show differently. Updates may lie over
 * it, or a reader that wraps it may hide or change values. Candidates come from the segment. Those
 * that the reader does not show are dropped. Unless the reader is known to pass values on
 * unchanged, documents with exact scores are read to see whether their tokens are the segment's.
 * All updated documents are candidates, and they are scored by the values that the reader shows.
 *
 * <p>A reader that turns out to hide documents, or to show other tokens, is searched again in
 * another way, see {@link SegmentDocs#adapted}. Hidden documents are then left out from the start,
 * as by a filter, or all documents are scored by the values that the reader shows. A reader that
 * changes few values is not noticed if the search meets none of them.
 */
final class ShownSegmentSearch implements ApproximateSegmentSearch {

  /** The facts about the reader that are known or found during the search, shared by all copies. */
  private static final class Findings {
    private final boolean passedOn;
    private volatile boolean hidden;
    private volatile boolean changed;

    Findings(boolean passedOn) {
      this.passedOn = passedOn;
    }
  }

  private final LeafReader reader;
  private final SearchRequest request;
  private final CodedSegmentSearch base;
  private final ExactSegmentSearch exact;
  private final FixedBitSet updated;
  private final Findings findings;
  private ShownValues shown;

  /**
   * Opens the search.
   *
   * @param shown what the reader shows, not yet advanced, for the calling thread
   * @param base the search of the segment behind it
   */
  ShownSegmentSearch(
      LeafReader reader, SearchRequest request, ShownValues shown, CodedSegmentSearch base)
      throws IOException {
    this(
        reader,
        request,
        shown,
        base,
        shown.updated(reader.maxDoc()),
        new Findings(ShownValues.arePassedOn(reader, request.field())));
    findings.changed = findings.passedOn == false && showsOtherTokensAtFirst();
  }

  private ShownSegmentSearch(
      LeafReader reader,
      SearchRequest request,
      ShownValues shown,
      CodedSegmentSearch base,
      FixedBitSet updated,
      Findings findings)
      throws IOException {
    this.reader = reader;
    this.request = request;
    this.shown = shown;
    this.base = base;
    this.exact = new ExactSegmentSearch(reader, request);
    this.updated = updated;
    this.findings = findings;
  }

  /** Looks at the first document that should be the segment's. */
  private boolean showsOtherTokensAtFirst() throws IOException {
    int doc = shown.values().nextDoc();
    while (doc != DocIdSetIterator.NO_MORE_DOCS
        && (isUpdated(doc) || base.hasTokens(doc) == false)) {
      doc = shown.values().nextDoc();
    }
    return doc != DocIdSetIterator.NO_MORE_DOCS && shown.isOfBase() == false;
  }

  /** Whether the search found documents of the segment that the reader hides. */
  boolean hidesDocuments() {
    return findings.hidden;
  }

  /** Whether the search found documents that the reader shows with other tokens. */
  boolean changesTokens() {
    return findings.changed;
  }

  private boolean isUpdated(int doc) {
    return updated != null && updated.get(doc);
  }

  /** Moves to a document, and returns whether it has a value. */
  private boolean moveTo(int doc) throws IOException {
    if (shown.values().docID() > doc) {
      shown = ShownValues.open(reader, request.field());
    }
    return shown.values().advanceExact(doc);
  }

  @Override
  public int dimension() {
    return base.dimension();
  }

  @Override
  public long costPerDocument() {
    return base.costPerDocument();
  }

  @Override
  public float exactScore(int doc, TokenPairs pairs, float[] similarity) throws IOException {
    if (isUpdated(doc) == false && base.hasTokens(doc)) {
      if (moveTo(doc) == false) {
        return Float.NaN;
      }
      if (findings.passedOn ? shown.mayBeOfBase() : shown.isOfBase()) {
        return base.exactScore(doc, pairs, similarity);
      }
      findings.changed = true;
    }
    return exact.exactScore(doc, pairs, similarity);
  }

  @Override
  public float quickScore(int doc) throws IOException {
    return isUpdated(doc) ? exact.exactScore(doc, null, null) : base.quickScore(doc);
  }

  @Override
  public DocIdSetIterator iterator() throws IOException {
    return DocValues.getBinary(reader, request.field());
  }

  @Override
  public int atMostDocuments() {
    return findings.passedOn
        ? (int) Math.min(aboutDocuments(), Integer.MAX_VALUE)
        : Integer.MAX_VALUE;
  }

  @Override
  public long aboutDocuments() {
    return (long) base.atMostDocuments() + (updated == null ? 0 : updated.cardinality());
  }

  @Override
  public boolean keepsRaw() {
    return base.keepsRaw();
  }

  @Override
  public int documents() {
    return base.documents();
  }

  @Override
  public long collectCost(int acceptedCount, double share, int probes) {
    long more = updated == null ? 0 : updated.cardinality() * costPerDocument();
    return base.collectCost(acceptedCount, share, probes) + more;
  }

  @Override
  public double scoresPerToken(int acceptedCount, double share) {
    return base.scoresPerToken(acceptedCount, share);
  }

  @Override
  public CellProbe probe(QueryTables.Block block, int acceptedCount, double share)
      throws IOException {
    return base.probe(block, acceptedCount, share);
  }

  @Override
  public Accumulator walk(
      QueryTables.Block block, CellProbe probe, CellCut cut, Accumulator sums, int from, int to)
      throws IOException {
    return base.walk(block, probe, cut, sums, from, to);
  }

  @Override
  public int collect(Accumulator sums, int n, Bits accepted, int[] docs, float[] scores)
      throws IOException {
    Bits ofBase = updated == null ? accepted : new AllBut(updated, accepted);
    int found = base.collect(sums, n, ofBase, docs, scores);
    BestDocs candidates = new BestDocs(n);
    for (long hit : byDocument(docs, scores, found)) {
      int doc = (int) (hit >>> Integer.SIZE);
      if (moveTo(doc) == false) {
        findings.hidden = true;
      } else {
        findings.changed |= base.hasTokens(doc) && shown.mayBeOfBase() == false;
        candidates.add(doc, Float.intBitsToFloat((int) hit));
      }
    }
    if (sums.isFirst()) {
      addUpdated(accepted, candidates);
    }
    long[] best = candidates.best();
    for (int i = 0; i < best.length; i++) {
      docs[i] = BestDocs.doc(best[i]);
      scores[i] = BestDocs.score(best[i]);
    }
    return best.length;
  }

  /** Documents with their scores, in the order that reads values fastest. */
  private static long[] byDocument(int[] docs, float[] scores, int n) {
    long[] sorted = new long[n];
    for (int i = 0; i < n; i++) {
      sorted[i] =
          ((long) docs[i] << Integer.SIZE) | (Float.floatToIntBits(scores[i]) & 0xFFFFFFFFL);
    }
    Arrays.sort(sorted);
    return sorted;
  }

  private void addUpdated(Bits accepted, BestDocs candidates) throws IOException {
    int doc = updated == null ? DocIdSetIterator.NO_MORE_DOCS : updated.nextSetBit(0);
    while (doc != DocIdSetIterator.NO_MORE_DOCS && request.timedOut() == false) {
      if (accepted == null || accepted.get(doc)) {
        float score = exact.exactScore(doc, null, null);
        if (Float.isNaN(score) == false) {
          candidates.add(doc, score);
        }
      }
      boolean last = doc + 1 == updated.length();
      doc = last ? DocIdSetIterator.NO_MORE_DOCS : updated.nextSetBit(doc + 1);
    }
  }

  /** The documents of one set without those of another. */
  private record AllBut(FixedBitSet others, Bits all) implements Bits {
    @Override
    public boolean get(int doc) {
      return others.get(doc) == false && (all == null || all.get(doc));
    }

    @Override
    public int length() {
      return others.length();
    }
  }

  @Override
  public ApproximateSegmentSearch copy() throws IOException {
    ShownValues mine = ShownValues.open(reader, request.field());
    return new ShownSegmentSearch(reader, request, mine, base.copy(), updated, findings);
  }
}
