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

import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.MaxSimValuesSource;
import org.apache.lucene.queries.function.FunctionScoreQuery;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.Query;

/**
 * The parameters of a {@code maxsim} query, as a request states them. Parameters that are null are
 * chosen automatically.
 *
 * @param k hits of a shard, at least 1
 * @param candidates the most documents of a segment that are scored, at least 1
 * @param cells clusters that are probed per query vector, at least 1
 * @param exact whether to score every document that other clauses or a first pass match, or else
 *     every document with the field, instead of finding the best k; excludes the other parameters
 * @lucene.experimental
 */
public record LateInteractionRequest(
    Integer k, Integer candidates, Integer cells, Float recall, boolean exact) {

  /** What the query is called. */
  public static final String QUERY = "maxsim";

  /** Default of {@link #k}. */
  public static final int DEFAULT_K = 10;

  /** The most that {@link #k} and {@link #candidates} can be. */
  public static final int MAX_DOCUMENTS = 100_000;

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException naming the parameter, what was found and what was expected
   */
  public LateInteractionRequest {
    checkRange("k", k);
    checkRange("candidates", candidates);
    checkRange("cells", cells);
    if (recall != null && (recall > 0 && recall <= 1) == false) {
      throw new IllegalArgumentException(
          "[recall]: found " + recall + ", expected above 0, up to 1");
    }
    if (exact && (k != null || candidates != null || cells != null || recall != null)) {
      throw new IllegalArgumentException(
          "[exact] scores whatever it is asked to:"
              + " expected none of [k], [candidates], [cells], [recall]");
    }
  }

  private static void checkRange(String name, Integer value) {
    if (value != null && (value < 1 || value > MAX_DOCUMENTS)) {
      throw new IllegalArgumentException(
          "[" + name + "]: found " + value + ", expected 1 to " + MAX_DOCUMENTS);
    }
  }

  /**
   * Makes the query.
   *
   * @param field name of the field
   * @param tokens the query's token vectors, at least one
   * @param filter what hits must match; null for everything
   */
  public Query toQuery(String field, float[][] tokens, Query filter) {
    return exact
        ? exactQuery(field, tokens, filter)
        : new LateInteractionQuery(field, tokens, k == null ? DEFAULT_K : k, filter, options());
  }

  private LateInteractionOptions options() {
    LateInteractionOptions.Builder options = LateInteractionOptions.builder();
    if (candidates != null) {
      options.candidates(candidates);
    }
    if (cells != null) {
      options.cells(cells);
    }
    if (recall != null) {
      options.recall(recall);
    }
    return options.build();
  }

  private static Query exactQuery(String field, float[][] tokens, Query filter) {
    Query documents = new FieldExistsQuery(field);
    if (filter != null) {
      documents =
          new BooleanQuery.Builder()
              .add(documents, BooleanClause.Occur.FILTER)
              .add(filter, BooleanClause.Occur.FILTER)
              .build();
    }
    return new FunctionScoreQuery(documents, new MaxSimValuesSource(field, tokens));
  }
}
