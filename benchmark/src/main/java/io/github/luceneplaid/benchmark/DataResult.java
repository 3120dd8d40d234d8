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

import java.io.IOException;

/**
 * The facts of a data set.
 *
 * @param name of the data set
 * @param documents how many
 * @param tokens of all documents
 * @param queries how many
 * @param queryTokens of all queries
 * @param measure the measure of quality that fits it
 * @param exactQuality the quality of exact MaxSim by that measure
 */
record DataResult(
    String name,
    int documents,
    long tokens,
    int queries,
    long queryTokens,
    String measure,
    double exactQuality) {

  static DataResult of(String name, DataFolder data) throws IOException {
    Judge judge = new Judge(data);
    try (Texts documents = data.documents();
        Texts queries = data.queries()) {
      return new DataResult(
          name,
          documents.size(),
          documents.tokens(),
          queries.size(),
          queries.tokens(),
          judge.measure(),
          judge.exactQuality());
    }
  }
}
