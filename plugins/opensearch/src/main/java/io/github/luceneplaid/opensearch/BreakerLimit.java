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

package io.github.luceneplaid.opensearch;

import io.github.luceneplaid.engine.LateInteractionRequest;
import io.github.luceneplaid.engine.MemoryLimit;
import java.io.IOException;
import org.apache.lucene.search.IndexSearcher;
import org.opensearch.common.util.BigArrays;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.search.internal.SearchContext;

/**
 * The limit of a circuit breaker.
 *
 * @param breaker null for no limit
 */
record BreakerLimit(CircuitBreaker breaker) implements MemoryLimit {

  /** The limit of all requests of a node. */
  static BreakerLimit ofRequests(BigArrays arrays) {
    return new BreakerLimit(
        arrays == null || arrays.breakerService() == null
            ? null
            : arrays.breakerService().getBreaker(CircuitBreaker.REQUEST));
  }

  @Override
  public void take(long bytes) {
    if (breaker != null) {
      breaker.addEstimateBytesAndMaybeBreak(bytes, "<" + LateInteractionRequest.QUERY + ">");
    }
  }

  @Override
  public boolean takeForRequest(long bytes, IndexSearcher searcher) throws IOException {
    SearchContext context = RequestOf.searcher(searcher);
    take(bytes);
    if (context == null) {
      giveBack(bytes);
      return false;
    }
    context.addReleasable(() -> giveBack(bytes));
    return true;
  }

  @Override
  public void giveBack(long bytes) {
    if (breaker != null) {
      breaker.addWithoutBreaking(-bytes);
    }
  }
}
