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

package io.github.luceneplaid.elasticsearch;

import io.github.luceneplaid.engine.LateInteractionRequest;
import io.github.luceneplaid.engine.MemoryLimit;
import org.apache.lucene.search.IndexSearcher;
import org.elasticsearch.common.breaker.CircuitBreaker;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.search.internal.ContextIndexSearcher;

/**
 * The limit of the circuit breaker of a search, if it has one.
 *
 * @param context gives back what is taken for the request, when the search is closed
 */
record BreakerLimit(SearchExecutionContext context) implements MemoryLimit {

  private static final String LABEL = "<" + LateInteractionRequest.QUERY + ">";

  @Override
  public void take(long bytes) {
    CircuitBreaker breaker = context.getCircuitBreaker();
    if (breaker != null) {
      breaker.addEstimateBytesAndMaybeBreak(bytes, LABEL);
    }
  }

  @Override
  public void giveBack(long bytes) {
    CircuitBreaker breaker = context.getCircuitBreaker();
    if (breaker != null) {
      breaker.addWithoutBreaking(-bytes);
    }
  }

  @Override
  public boolean takeForRequest(long bytes, IndexSearcher searcher) {
    if (searcher instanceof ContextIndexSearcher) {
      context.addCircuitBreakerMemory(bytes, LABEL);
      return true;
    }
    take(bytes);
    giveBack(bytes);
    return false;
  }
}
