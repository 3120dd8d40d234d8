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

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.plaid.search.request.SearchCounters;
import io.github.luceneplaid.plaid.search.request.SearchCounters.Stage;

/**
 * What a search did, and the wall time of its stages, see {@link LateInteractionQuery#profile}.
 *
 * @param kernels that computed, {@link io.github.luceneplaid.fsvi.simd.VectorKernels#name}
 * @param segments with values of the field
 * @param scanned documents of segments that were scored without looking for candidates: those
 *     without codes, or with so few accepted documents that looking would have cost more
 * @param cells walked, of all query tokens
 * @param postings in the lists of these cells
 * @param escaped documents of segments with codes that are kept as they came in, and so were scored
 *     without codes
 * @param candidates that were found
 * @param quick candidates scored from codes, in integers
 * @param exact documents with exact scores, of candidates only
 * @param openNanos to open segments, and to compute what they share
 * @param scanNanos to score scanned documents
 * @param probeNanos to find regions and cells
 * @param walkNanos to walk posting lists, and to choose candidates
 * @param quickNanos for quick scores of candidates
 * @param exactNanos for exact scores of the best
 * @lucene.experimental
 */
public record SearchProfile(
    String kernels,
    int segments,
    long scanned,
    long cells,
    long postings,
    long escaped,
    long candidates,
    long quick,
    long exact,
    long openNanos,
    long scanNanos,
    long probeNanos,
    long walkNanos,
    long quickNanos,
    long exactNanos) {

  static SearchProfile of(SearchCounters counters, int segments) {
    return new SearchProfile(
        VectorKernels.get().name(),
        segments,
        counters.scanned(),
        counters.cells(),
        counters.postings(),
        counters.escaped(),
        counters.candidates(),
        counters.quick(),
        counters.exact(),
        counters.nanos(Stage.OPEN),
        counters.nanos(Stage.SCAN),
        counters.nanos(Stage.PROBE),
        counters.nanos(Stage.WALK),
        counters.nanos(Stage.QUICK),
        counters.nanos(Stage.EXACT));
  }
}
