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

import io.github.luceneplaid.plaid.search.request.SearchRequest;
import io.github.luceneplaid.plaid.search.request.TimeLimit;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ConjunctionUtils;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;

/**
 * One segment of a search: the documents that may be hits, and a {@link SegmentSearch} per thread.
 */
final class SegmentDocs {

  private final LeafReaderContext context;
  private final BitSet parents;
  private final SegmentSearch first;
  private final Map<Thread, SegmentSearch> searches = new ConcurrentHashMap<>();
  private final Bits liveDocs;
  private final long about;
  private BitSet filtered;
  private int accepted;

  /**
   * Takes a search that was opened by the calling thread.
   *
   * @param parents documents that are parents; null if hits may be any documents
   */
  SegmentDocs(LeafReaderContext context, BitSet parents, SegmentSearch search) {
    this.context = context;
    this.parents = parents;
    this.first = search;
    searches.put(Thread.currentThread(), search);
    LeafReader reader = context.reader();
    this.liveDocs = reader.getLiveDocs();
    this.about = search.aboutDocuments();
    this.accepted = Math.min(search.atMostDocuments(), reader.numDocs());
  }

  /**
   * Returns the search to use instead, given what this search has found out about the reader, or
   * this one if it has found nothing.
   */
  SegmentDocs adapted(SearchRequest request) throws IOException {
    SegmentDocs adapted = this;
    if (first instanceof ShownSegmentSearch shown && shown.changesTokens()) {
      adapted =
          new SegmentDocs(context, parents, new ExactSegmentSearch(context.reader(), request));
      adapted.filtered = filtered;
      adapted.accepted = filtered == null ? adapted.accepted : accepted;
    } else if (first instanceof ShownSegmentSearch shown
        && shown.hidesDocuments()
        && filtered == null) {
      adapted = new SegmentDocs(context, parents, shown);
      adapted.filter(shown.iterator(), request.time());
    }
    return adapted;
  }

  /** Restricts the segment to the documents with values that a filter matches. */
  void filter(Weight filter, TimeLimit time) throws IOException {
    filter(matches(filter), time);
  }

  private void filter(DocIdSetIterator documents, TimeLimit time) throws IOException {
    DocIdSetIterator timed = time.isSet() ? new TimedIterator(documents, time) : documents;
    filtered = BitSet.of(timed, context.reader().maxDoc());
    if (liveDocs != null) {
      removeDeleted();
    }
    accepted = filtered.cardinality();
  }

  private void removeDeleted() {
    if (filtered instanceof FixedBitSet bits) {
      liveDocs.applyMask(bits, 0);
      return;
    }
    for (int doc = filtered.nextSetBit(0); doc != DocIdSetIterator.NO_MORE_DOCS; ) {
      if (liveDocs.get(doc) == false) {
        filtered.clear(doc);
      }
      doc =
          doc + 1 < filtered.length()
              ? filtered.nextSetBit(doc + 1)
              : DocIdSetIterator.NO_MORE_DOCS;
    }
  }

  private DocIdSetIterator matches(Weight filter) throws IOException {
    ScorerSupplier supplier = filter.scorerSupplier(context);
    if (supplier == null) {
      return DocIdSetIterator.empty();
    }
    DocIdSetIterator values = current().iterator();
    DocIdSetIterator matches = supplier.get(values.cost()).iterator();
    return ConjunctionUtils.intersectIterators(List.of(matches, values));
  }

  /** Counts the accepted documents where {@link #accepted} is only an upper bound so far. */
  void count(TimeLimit time) throws IOException {
    if (filtered == null && liveDocs != null) {
      DocIdSetIterator documents = new TimedIterator(current().iterator(), time);
      accepted = 0;
      for (int doc = documents.nextDoc();
          doc != DocIdSetIterator.NO_MORE_DOCS;
          doc = documents.nextDoc()) {
        if (liveDocs.get(doc)) {
          accepted++;
        }
      }
    }
  }

  /**
   * Returns how many documents may be hits, at most: all those with values, live, and not filtered
   * out.
   */
  int accepted() {
    return accepted;
  }

  /**
   * Returns about how many documents may be hits. Where {@link #accepted} has no better bound than
   * all live documents, this leaves out those without values.
   */
  long expected() {
    return filtered == null ? Math.min(accepted, about) : accepted;
  }

  /**
   * Returns a lower bound of the number of accepted documents, as good as it can be without
   * counting.
   */
  int acceptedAtLeast() {
    return filtered == null ? Math.max(0, accepted - context.reader().numDeletedDocs()) : accepted;
  }

  /** Returns the documents that may be hits, null for all. */
  Bits acceptedBits() {
    return filtered == null ? liveDocs : filtered;
  }

  /** Visits the accepted documents of a range, until the request times out. */
  void forEachAccepted(int from, int to, SearchRequest request, DocConsumer consumer)
      throws IOException {
    Bits live = filtered == null ? liveDocs : null;
    DocIdSetIterator documents =
        filtered == null ? current().iterator() : new BitSetIterator(filtered, accepted);
    int passed = 0;
    for (int doc = documents.advance(from); doc < to; doc = documents.nextDoc()) {
      boolean accept = live == null || live.get(doc);
      passed += accept ? 0 : 1;
      if ((accept || passed % TimeLimit.DOCUMENTS == 0) && request.timedOut()) {
        return;
      }
      if (accept) {
        consumer.accept(doc);
      }
    }
  }

  /** Takes a document of the segment. */
  interface DocConsumer {
    void accept(int doc) throws IOException;
  }

  /** Returns the calling thread's search. */
  SegmentSearch current() throws IOException {
    SegmentSearch current = searches.get(Thread.currentThread());
    if (current == null) {
      current = first.copy();
      searches.put(Thread.currentThread(), current);
    }
    return current;
  }

  /** Returns the calling thread's search, or null if the segment can only be searched exactly. */
  ApproximateSegmentSearch approximate() throws IOException {
    return current() instanceof ApproximateSegmentSearch approximate ? approximate : null;
  }

  /** Scores a document of the segment, quickly if that is wanted and possible. */
  float score(int doc, boolean quick) throws IOException {
    SegmentSearch search = current();
    return quick && search instanceof ApproximateSegmentSearch approximate
        ? approximate.quickScore(doc)
        : search.exactScore(doc, null, null);
  }

  /** Returns the docID of the segment's first document. */
  int docBase() {
    return context.docBase;
  }

  /** Returns the parent of a document of the segment, which may be itself; -1 if it has none. */
  int parent(int doc) {
    int parent = doc < parents.length() ? parents.nextSetBit(doc) : DocIdSetIterator.NO_MORE_DOCS;
    return parent == DocIdSetIterator.NO_MORE_DOCS ? -1 : parent;
  }

  /** Returns how many parents the segment has; only for requests with parents. */
  int parents() {
    return parents.cardinality();
  }

  int ord() {
    return context.ord;
  }

  int maxDoc() {
    return context.reader().maxDoc();
  }
}
