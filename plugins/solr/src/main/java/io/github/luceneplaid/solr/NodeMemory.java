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

package io.github.luceneplaid.solr;

import io.github.luceneplaid.engine.MemoryLimit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.lucene.search.IndexSearcher;
import org.apache.solr.common.SolrException;
import org.apache.solr.common.SolrException.ErrorCode;
import org.apache.solr.core.SolrCore;
import org.apache.solr.request.SolrRequestInfo;

/**
 * The limit for the memory of all searches of a node at a time.
 *
 * @param taken what all searches of the node hold now
 * @param most bytes
 */
record NodeMemory(AtomicLong taken, long most) implements MemoryLimit {

  private static final String KEY = NodeMemory.class.getName();

  /** The share of the heap in percent, unless the configuration has another one. */
  static final int DEFAULT_PERCENT = 60;

  /** A share of the heap of the node that a core is on. */
  static NodeMemory of(SolrCore core, int percent) {
    AtomicLong taken =
        core.getCoreContainer()
            .getObjectCache()
            .computeIfAbsent(KEY, AtomicLong.class, key -> new AtomicLong());
    return new NodeMemory(taken, Runtime.getRuntime().maxMemory() / 100 * percent);
  }

  @Override
  public void take(long bytes) {
    long all = taken.addAndGet(bytes);
    if (all > most) {
      taken.addAndGet(-bytes);
      throw new SolrException(
          ErrorCode.TOO_MANY_REQUESTS,
          MaxSimQParserPlugin.NAME
              + ": the search needs "
              + bytes
              + " bytes, other searches hold "
              + (all - bytes)
              + ", expected at most "
              + most
              + " for all searches of the node");
    }
  }

  @Override
  public boolean takeForRequest(long bytes, IndexSearcher searcher) {
    SolrRequestInfo request = SolrRequestInfo.getRequestInfo();
    take(bytes);
    if (request == null) {
      giveBack(bytes);
      return false;
    }
    request.addCloseHook(() -> giveBack(bytes));
    return true;
  }

  @Override
  public void giveBack(long bytes) {
    taken.addAndGet(-bytes);
  }
}
