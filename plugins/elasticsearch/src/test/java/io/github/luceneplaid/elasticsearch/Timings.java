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

import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.engine.nodes.ServerProcess;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

/** Time of searches by one client, one after the other, and CPU time of the node meanwhile. */
final class Timings {

  private final Http http;
  private final ServerProcess server;
  private final StringBuilder table =
      new StringBuilder("| search | median ms | p95 ms | CPU ms |\n|---|---|---|---|\n");

  Timings(Http http, ServerProcess server) {
    this.http = http;
    this.server = server;
  }

  /** Makes the body of the request for one of the queries. */
  interface Body {
    String of(int query) throws IOException;
  }

  /** Sends all queries twice, and measures the second time. */
  void measure(String name, String index, int count, Body body) throws IOException {
    for (int query = 0; query < count; query++) {
      Searches.search(http, index, body.of(query));
    }
    long[] nanos = new long[count];
    long cpu = server.cpu().toNanos();
    for (int query = 0; query < count; query++) {
      String request = body.of(query);
      long start = System.nanoTime();
      Searches.search(http, index, request);
      nanos[query] = System.nanoTime() - start;
    }
    cpu = server.cpu().toNanos() - cpu;
    Arrays.sort(nanos);
    table.append(
        String.format(
            Locale.ROOT,
            "| %s | %.1f | %.1f | %.1f |\n",
            name,
            nanos[count / 2] / 1e6,
            nanos[count * 95 / 100] / 1e6,
            cpu / 1e6 / count));
  }

  @Override
  public String toString() {
    return table.toString();
  }
}
