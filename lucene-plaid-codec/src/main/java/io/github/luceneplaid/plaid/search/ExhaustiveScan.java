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

import io.github.luceneplaid.plaid.search.request.BestHits;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Scores all accepted documents of some segments, in ranges of about equal work. */
final class ExhaustiveScan {

  /** The most tasks that a large segment is split into: more of them would not finish earlier. */
  static final int MAX_RANGES_PER_SEGMENT = 64;

  private final SegmentSearches segments;
  private final SearchRequest request;
  private final int size;
  private final boolean quick;

  /**
   * Prepares a scan.
   *
   * @param size how many documents to keep
   * @param quick whether segments that have quick scores use them
   */
  ExhaustiveScan(SegmentSearches segments, SearchRequest request, int size, boolean quick) {
    this.segments = segments;
    this.request = request;
    this.size = size;
    this.quick = quick;
  }

  private record Range(SegmentDocs segment, int from, int to) {}

  /** Returns the best documents of the given segments, or of the part that was scored in time. */
  BestHits run(List<SegmentDocs> scanned) throws IOException {
    List<Callable<BestHits>> tasks = new ArrayList<>();
    List<Range> ranges = new ArrayList<>();
    long cost = 0;
    for (SegmentDocs segment : scanned) {
      request.counters().scanned(segment.accepted());
      long segmentCost = segment.accepted() * segment.current().costPerDocument();
      int maxParts = Math.min(MAX_RANGES_PER_SEGMENT, segment.maxDoc());
      int parts = Math.clamp(segmentCost / SegmentSearches.TASK_COST, 1, maxParts);
      for (int part = 0; part < parts; part++) {
        int from = (int) ((long) segment.maxDoc() * part / parts);
        int to = (int) ((long) segment.maxDoc() * (part + 1) / parts);
        ranges.add(new Range(segment, from, to));
        cost += segmentCost / parts;
        if (cost >= SegmentSearches.TASK_COST) {
          tasks.add(task(ranges));
          ranges = new ArrayList<>();
          cost = 0;
        }
      }
    }
    if (ranges.isEmpty() == false) {
      tasks.add(task(ranges));
    }
    return merge(segments.run(tasks));
  }

  private BestHits best(int capacity) {
    return quick ? segments.toRescore(capacity) : segments.best(capacity);
  }

  private Callable<BestHits> task(List<Range> ranges) {
    return () -> {
      long documents = 0;
      for (Range range : ranges) {
        documents += range.to - range.from;
      }
      BestHits best = best((int) Math.min(size, documents));
      for (Range range : ranges) {
        scan(range, best);
      }
      return best;
    };
  }

  private void scan(Range range, BestHits best) throws IOException {
    SegmentDocs segment = range.segment;
    segment.forEachAccepted(
        range.from,
        range.to,
        request,
        doc -> {
          float score = segment.score(doc, quick);
          if (Float.isNaN(score) == false) {
            best.add(segment.docBase() + doc, score);
          }
        });
  }

  private BestHits merge(List<BestHits> parts) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    BestHits best = best(size);
    for (BestHits part : parts) {
      best.addAll(part);
    }
    return best;
  }
}
