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
package io.github.luceneplaid.tools;

import io.github.luceneplaid.plaid.TokenPooling;
import java.io.IOException;
import java.util.Map;

/** Adds encoded passages to an index, and counts them and the records they are of. */
final class RecordWriter {
  private final IndexBuilder builder;
  private final TokenPooling pooling;
  private final Map<String, SourceFile> sources;
  private final int dimension;
  private long records;
  private long passages;
  private long tokens;
  private String last;

  /**
   * Starts with counts of 0.
   *
   * @param sources where records came from, by their ids
   * @param dimension of tokens that are there already; 0 if there are none
   */
  RecordWriter(
      IndexBuilder builder, TokenPooling pooling, Map<String, SourceFile> sources, int dimension) {
    this.builder = builder;
    this.pooling = pooling;
    this.sources = sources;
    this.dimension = dimension;
  }

  /** Adds a passage; those of a record come one after another. */
  void add(Passage passage, float[][] vectors) throws IOException {
    if (dimension > 0 && vectors.length > 0 && vectors[0].length != dimension) {
      throw new UserException(
          "record "
              + passage.recordId()
              + ": its tokens have "
              + Table.count(vectors[0].length, "dimension")
              + ", expected "
              + dimension
              + " as in the index; is it another model?");
    }
    checkFinite(passage, vectors);
    int[] clusters = PoolOptions.clusters(pooling, passage.id(), vectors);
    float[][] pooled = clusters == null ? vectors : TokenPooling.pool(vectors, clusters);
    builder.add(passage, pooled, clusters, sources.get(passage.recordId()));
    passages++;
    records += passage.recordId().equals(last) ? 0 : 1;
    last = passage.recordId();
    tokens += pooled.length;
  }

  /** Refuses tokens of which no score could be made. */
  static void checkFinite(Passage passage, float[][] vectors) {
    for (int token = 0; token < vectors.length; token++) {
      for (float component : vectors[token]) {
        if (Float.isFinite(component) == false) {
          throw new UserException(
              "record "
                  + Ids.shown(passage.id())
                  + ", token "
                  + token
                  + ": the model gives "
                  + component
                  + ", expected finite numbers");
        }
      }
    }
  }

  long records() {
    return records;
  }

  long passages() {
    return passages;
  }

  long tokens() {
    return tokens;
  }

  /** What was added, in words. */
  String summary(String thing) {
    return Table.count(records, thing)
        + (passages > records ? " in " + Table.count(passages, "passage") : "")
        + ", "
        + Table.count(tokens, "token");
  }
}
