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

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.search.Query;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.elasticsearch.common.breaker.CircuitBreaker;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.index.IndexVersion;
import org.elasticsearch.index.mapper.MapperBuilderContext;
import org.elasticsearch.index.mapper.NestedObjectMapper;
import org.elasticsearch.index.query.MatchAllQueryBuilder;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.junit.BeforeClass;

public class TestShardFilter extends LuceneTestCase {

  @BeforeClass
  public static void configureLogging() {
    // Exceptions of the server need a logger
    LogConfigurator.configureESLogging();
  }

  /** Keeps the nested objects in which it is, and the filter of the alias. */
  private static QueryBuilder filter(List<Object> seen) {
    return new MatchAllQueryBuilder() {
      @Override
      protected Query doToQuery(SearchExecutionContext context) {
        seen.add(context.nestedScope().getObjectMapper());
        seen.add(context.getAliasFilter());
        return super.doToQuery(context);
      }
    };
  }

  /** An alias selects whole documents, and a request the nested objects that it searches. */
  public void testInsideOfNestedObjects() throws IOException {
    SearchExecutionContext context = TestFieldWithoutValues.context(null);
    NestedObjectMapper passages =
        new NestedObjectMapper.Builder(
                "passages", IndexVersion.current(), query -> null, context.getIndexSettings())
            .build(MapperBuilderContext.root(false, false));
    context.nestedScope().nextLevel(passages);
    List<Object> alias = new ArrayList<>();
    List<Object> own = new ArrayList<>();
    QueryBuilder aliasFilter = filter(alias);
    context.setAliasFilter(aliasFilter);
    assertNotNull(ShardFilter.of(filter(own), context, "tokens"));
    assertEquals(2, alias.size());
    assertNull(alias.get(0));
    assertNull(alias.get(1));
    assertSame(passages, own.get(0));
    assertSame(aliasFilter, own.get(1));
    assertSame(passages, context.nestedScope().getObjectMapper());
  }

  /** The memory of an alias's filter is given back with that of the search. */
  public void testMemory() throws IOException {
    CircuitBreaker breaker = TestCancellableQuery.breaker();
    SearchExecutionContext context =
        new SearchExecutionContext(TestFieldWithoutValues.context(null), breaker);
    context.setAliasFilter(
        new MatchAllQueryBuilder() {
          @Override
          protected Query doToQuery(SearchExecutionContext inside) {
            inside.addCircuitBreakerMemory(1000, "an automaton");
            inside.addCircuitBreakerMemory(500, "another");
            inside.releaseQueryConstructionMemory(500);
            return super.doToQuery(inside);
          }
        });
    assertNotNull(ShardFilter.of(null, context, "tokens"));
    assertTrue("" + breaker.getUsed(), breaker.getUsed() >= 1000);
    context.releaseQueryConstructionMemory();
    assertEquals(0, breaker.getUsed());
  }
}
