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

package io.github.luceneplaid.plaid.search.request;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what a search does. Stages are set by the searching thread, the rest by any. */
public final class SearchCounters {

  /** The stages of a search, in their order. */
  public enum Stage {
    OPEN,
    SCAN,
    PROBE,
    WALK,
    QUICK,
    EXACT
  }

  private final Map<Stage, Long> nanos = new EnumMap<>(Stage.class);
  private long since = System.nanoTime();

  private final AtomicLong cells = new AtomicLong();
  private final AtomicLong postings = new AtomicLong();
  private final AtomicLong escaped = new AtomicLong();
  private long scanned;
  private long candidates;
  private long quick;
  private long exact;

  /** Ends a stage: the time since the stage before it ended is added to it. */
  public void end(Stage stage) {
    long now = System.nanoTime();
    nanos.merge(stage, now - since, Long::sum);
    since = now;
  }

  public void scanned(long documents) {
    scanned += documents;
  }

  public void walked(long cells, long postings) {
    this.cells.addAndGet(cells);
    this.postings.addAndGet(postings);
  }

  public void escaped(long documents) {
    escaped.addAndGet(documents);
  }

  public void candidates(long documents) {
    candidates += documents;
  }

  public void quick(long documents) {
    quick += documents;
  }

  public void exact(long documents) {
    exact += documents;
  }

  /** Nanoseconds of a stage. */
  public long nanos(Stage stage) {
    return nanos.getOrDefault(stage, 0L);
  }

  /** Documents that were scored in segments without a search for candidates. */
  public long scanned() {
    return scanned;
  }

  /** Cells walked, of all query tokens. */
  public long cells() {
    return cells.get();
  }

  /** Postings in the lists of these cells. */
  public long postings() {
    return postings.get();
  }

  /** Documents in segments with codes that were scored without codes. */
  public long escaped() {
    return escaped.get();
  }

  /** Candidates that were found. */
  public long candidates() {
    return candidates;
  }

  /** Candidates scored from codes. */
  public long quick() {
    return quick;
  }

  /** Candidates with exact scores. */
  public long exact() {
    return exact;
  }
}
