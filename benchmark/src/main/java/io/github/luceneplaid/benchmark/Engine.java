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
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/** An engine inside an {@link EngineServer}. */
interface Engine extends Closeable {
  /** Name and version. */
  String version();

  /** Builds an index in a folder that does not exist. */
  Work build(DataFolder data, Path index, JsonNode options) throws IOException;

  /** Opens an index that was built. */
  void open(Path index, JsonNode options) throws IOException;

  /** Prepares a search, so that only {@link Search#run} is timed. */
  Search prepare(int k, JsonNode params) throws IOException;

  /** Adds documents and makes them searchable. */
  Work add(Texts documents, int from, int to) throws IOException;

  /** Deletes documents by position and makes that visible. */
  Work delete(int[] positions) throws IOException;

  /** Bytes of the open or built index. */
  long bytes() throws IOException;

  /** A kind of search. */
  interface Search {
    /** Runs a query. The result is for {@link #positions}. */
    Object run(float[][] query) throws IOException;

    /** Positions of the hits, best first. */
    int[] positions(Object result) throws IOException;
  }

  /** The time of some work, without the reading of data. */
  record Work(double cpuSeconds, double wallSeconds) {}
}
