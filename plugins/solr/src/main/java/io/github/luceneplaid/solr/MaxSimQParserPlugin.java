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

import io.github.luceneplaid.engine.LateInteractionRequest;
import org.apache.solr.common.SolrException;
import org.apache.solr.common.SolrException.ErrorCode;
import org.apache.solr.common.params.SolrParams;
import org.apache.solr.common.util.NamedList;
import org.apache.solr.core.SolrCore;
import org.apache.solr.request.SolrQueryRequest;
import org.apache.solr.search.QParser;
import org.apache.solr.search.QParserPlugin;

/**
 * The documents with the highest MaxSim: {@code {!maxsim f=tokens k=10 v=$qv}}.
 *
 * <p>Parameters are {@code f}, a field of type {@link TokenVectorsField}, {@code v}, the vectors of
 * the query as JSON or base64, and {@code k}, {@code candidates}, {@code cells} and {@code exact},
 * see {@link io.github.luceneplaid.engine.LateInteractionRequest}. With the optional jars {@code
 * query_text} and {@code model} stand in place of {@code v}. Hits are looked for among those that
 * filters match, as Solr's {@code {!knn}} does it: by default all {@code fq} of the request if this
 * is its main query; {@code preFilter}, {@code includeTags} and {@code excludeTags} choose others.
 *
 * @lucene.experimental
 */
public final class MaxSimQParserPlugin extends QParserPlugin {

  /** Name of the parser in requests. */
  public static final String NAME = LateInteractionRequest.QUERY;

  private static final String MEMORY = "memoryPercent";

  private int percent = NodeMemory.DEFAULT_PERCENT;

  /** Made by Solr, for a core. */
  public MaxSimQParserPlugin() {}

  /**
   * Takes the share of the heap that all searches of a node may hold.
   *
   * @throws SolrException if it is no percentage
   */
  @Override
  public void init(NamedList<?> arguments) {
    super.init(arguments);
    Object found = arguments.get(MEMORY);
    if (found instanceof Integer share && share >= 1 && share <= 100) {
      percent = share;
    } else if (found != null) {
      throw new SolrException(
          ErrorCode.SERVER_ERROR,
          "[" + MEMORY + "] of the query parser: found " + found + ", expected an int, 1 to 100");
    }
  }

  /** The percentage of the parser of a core, also for the function of the same name. */
  static int percent(SolrCore core) {
    return core.getQueryPlugin(NAME) instanceof MaxSimQParserPlugin parser
        ? parser.percent
        : NodeMemory.DEFAULT_PERCENT;
  }

  @Override
  public QParser createParser(
      String text, SolrParams localParams, SolrParams params, SolrQueryRequest request) {
    return new MaxSimQParser(
        text, localParams == null ? SolrParams.of() : localParams, params, request, percent);
  }
}
