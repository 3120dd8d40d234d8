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

package io.github.luceneplaid.opensearch.peer;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.script.ScoreScript;
import org.opensearch.script.ScriptContext;
import org.opensearch.script.ScriptEngine;
import org.opensearch.search.lookup.SearchLookup;

/**
 * MaxSim of arrays in {@code _source}, as users compute it without a field type for tokens. For
 * each document it does the work of such scripts: it loads and parses the source, converts the
 * numbers to floats, and compares each token of the query with each token of the document by
 * Lucene's vectorised dot product. Parameters are {@code field} and {@code query_vectors}.
 */
final class SourceMaxSimEngine implements ScriptEngine {

  private static final String TYPE = "source_maxsim";

  @Override
  public String getType() {
    return TYPE;
  }

  @Override
  public Set<ScriptContext<?>> getSupportedContexts() {
    return Set.of(ScoreScript.CONTEXT);
  }

  @Override
  public <T> T compile(
      String name, String code, ScriptContext<T> context, Map<String, String> options) {
    ScoreScript.Factory factory = Scoring::new;
    return context.factoryClazz.cast(factory);
  }

  private static float[][] floats(Object rows) {
    List<?> list = (List<?>) rows;
    float[][] floats = new float[list.size()][];
    for (int i = 0; i < floats.length; i++) {
      List<?> row = (List<?>) list.get(i);
      floats[i] = new float[row.size()];
      for (int j = 0; j < floats[i].length; j++) {
        floats[i][j] = ((Number) row.get(j)).floatValue();
      }
    }
    return floats;
  }

  private static double maxSim(float[][] query, float[][] document) {
    double sum = 0;
    for (float[] q : query) {
      float best = Float.NEGATIVE_INFINITY;
      for (float[] d : document) {
        best = Math.max(best, VectorUtil.dotProduct(q, d));
      }
      sum += best;
    }
    return sum;
  }

  /** A script with its parameters; those of a query are converted once. */
  private static final class Scoring implements ScoreScript.LeafFactory {

    private final Map<String, Object> params;
    private final SearchLookup lookup;
    private final IndexSearcher searcher;
    private final String field;
    private final float[][] query;

    Scoring(Map<String, Object> params, SearchLookup lookup, IndexSearcher searcher) {
      this.params = params;
      this.lookup = lookup;
      this.searcher = searcher;
      this.field = (String) params.get("field");
      this.query = floats(params.get("query_vectors"));
    }

    @Override
    public boolean needs_score() {
      return false;
    }

    @Override
    public ScoreScript newInstance(LeafReaderContext leaf) {
      return new ScoreScript(params, lookup, searcher, leaf) {
        @Override
        public double execute(ExplanationHolder explanation) {
          Map<?, ?> source = (Map<?, ?>) getParams().get("_source");
          return Math.max(0, maxSim(query, floats(source.get(field))));
        }
      };
    }
  }
}
