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

package io.github.luceneplaid.engine;

import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.MaxSimValuesSource;
import java.io.IOException;
import org.apache.lucene.queries.function.FunctionScoreQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.IOSupplier;

/**
 * The limit of an engine for the memory of all searches at a time.
 *
 * @lucene.internal
 */
public interface MemoryLimit {

  /**
   * Takes memory, or refuses the request by an exception that names the figure.
   *
   * @param bytes at least 0
   */
  void take(long bytes);

  /** Gives back what was taken. */
  void giveBack(long bytes);

  /**
   * Takes the memory of a search while something is done.
   *
   * @param query that {@link LateInteractionRequest#toQuery} has made
   * @param searcher of the index
   * @param search what is done
   * @return the result
   * @throws IOException if it fails
   */
  default Query holding(Query query, IndexSearcher searcher, IOSupplier<Query> search)
      throws IOException {
    long bytes = bytes(query, searcher);
    take(bytes);
    try {
      return search.get();
    } finally {
      giveBack(bytes);
    }
  }

  /** Estimates the memory that a query holds at once. */
  private static long bytes(Query query, IndexSearcher searcher) throws IOException {
    if (query instanceof LateInteractionQuery search) {
      return search.memory(searcher, Runtime.getRuntime().availableProcessors());
    }
    return query instanceof FunctionScoreQuery scored
            && scored.getSource() instanceof MaxSimValuesSource source
        ? source.memory(searcher)
        : 0;
  }
}
