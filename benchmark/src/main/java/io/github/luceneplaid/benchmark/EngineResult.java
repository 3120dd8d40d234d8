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
package io.github.luceneplaid.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * All that was measured of one build of an engine on one data set.
 *
 * @param data name of the data set
 * @param engine name of the engine
 * @param version of the engine
 * @param build name of the build
 * @param options of the build
 * @param run when the run started whose rounds these are
 * @param building the cost of the build
 * @param opening the cost of opening the index
 * @param firstAdd the cost of adding 1 % of the documents in a new process; null if the engine
 *     cannot
 * @param add the same in a process that had added documents before; null if the engine cannot
 * @param delete the cost of deleting 1 % of the documents; null if the engine cannot
 * @param memoryPeak resident memory in MB of a process that opened the index and searched
 * @param points speed and recall of each search setting
 * @param error what went wrong; null if nothing did
 */
record EngineResult(
    String data,
    String engine,
    String version,
    String build,
    JsonNode options,
    String run,
    Built building,
    Opened opening,
    Change firstAdd,
    Change add,
    Change delete,
    double memoryPeak,
    List<Point> points,
    String error) {

  /** The answer to a build request. */
  record Built(double cpu_s, double wall_s, long bytes, String note) {}

  /** The answer to an open request. */
  record Opened(double wall_s, double rss_mb, int segments) {}

  /** The cost of a change. */
  record Change(int documents, double cpu_s, double wall_s) {}

  /** The times of one pass over the queries. */
  record Round(double cpu_s, double wall_s, double p50, double p95, double p99) {}

  /**
   * A search setting.
   *
   * @param k hits asked for
   * @param params of the search
   * @param queries of a round
   * @param recall of the exact best k
   * @param quality by people's judgement, or of finding where a query came from
   * @param rounds the times of each pass
   */
  record Point(
      int k, JsonNode params, int queries, double recall, double quality, List<Round> rounds) {

    /** Queries per second of CPU time, the median of all rounds. */
    double perCpuSecond() {
      return queries / Statistics.median(rounds.stream().mapToDouble(Round::cpu_s).toArray());
    }

    double perWallSecond() {
      return queries / Statistics.median(rounds.stream().mapToDouble(Round::wall_s).toArray());
    }

    /** Median over the rounds of a percentile of the latency, in microseconds. */
    double latency(ToDoubleFunction<Round> percentile) {
      return Statistics.median(rounds.stream().mapToDouble(percentile).toArray());
    }
  }
}
