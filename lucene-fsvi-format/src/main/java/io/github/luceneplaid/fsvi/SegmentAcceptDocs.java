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
package io.github.luceneplaid.fsvi;

import java.io.IOException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;

/** Makes {@link AcceptDocs} of the live documents of a segment that match a filter. */
final class SegmentAcceptDocs {

  private final LeafReaderContext context;
  private final Weight filter;
  private Bits matches;

  /**
   * Sole constructor.
   *
   * @param context the segment
   * @param filter query that documents must match, or null
   */
  SegmentAcceptDocs(LeafReaderContext context, Weight filter) {
    this.context = context;
    this.filter = filter;
  }

  /** Returns the documents for the only thread that searches the segment. */
  AcceptDocs forOneThread() {
    int maxDoc = context.reader().maxDoc();
    Bits liveDocs = context.reader().getLiveDocs();
    if (filter == null) {
      return AcceptDocs.fromLiveDocs(liveDocs, maxDoc);
    }
    return AcceptDocs.fromIteratorSupplier(
        () -> {
          Scorer scorer = filter.scorer(context);
          return scorer == null ? DocIdSetIterator.empty() : scorer.iterator();
        },
        liveDocs,
        maxDoc);
  }

  /** Returns the documents for one of several threads. The first call evaluates the filter. */
  AcceptDocs forManyThreads() throws IOException {
    if (filter == null) {
      return forOneThread();
    }
    return AcceptDocs.fromLiveDocs(matches(), context.reader().maxDoc());
  }

  private synchronized Bits matches() throws IOException {
    if (matches == null) {
      matches = forOneThread().bits();
    }
    return matches;
  }
}
