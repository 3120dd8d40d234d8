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

import io.github.luceneplaid.plaid.MaxSimValuesSource;
import java.io.IOException;
import org.apache.lucene.queries.function.ValueSource;
import org.apache.solr.common.SolrException;
import org.apache.solr.common.SolrException.ErrorCode;
import org.apache.solr.request.SolrQueryRequest;
import org.apache.solr.schema.SchemaField;
import org.apache.solr.search.FunctionQParser;
import org.apache.solr.search.SyntaxError;
import org.apache.solr.search.ValueSourceParser;

/**
 * The MaxSim of a document, 0 if it has no tokens: {@code maxsim(tokens,$qv)}, for {@code fl},
 * {@code sort}, {@code {!func}} and re-ranking. It is the score of {@code {!maxsim exact=true}}.
 *
 * @lucene.experimental
 */
public final class MaxSimValueSourceParser extends ValueSourceParser {

  /** Made by Solr, for a core. */
  public MaxSimValueSourceParser() {}

  @Override
  public ValueSource parse(FunctionQParser parser) throws SyntaxError {
    String name = parser.parseArg();
    String vectors = name != null && parser.hasMoreArguments() ? parser.parseArg() : null;
    if (vectors == null || parser.hasMoreArguments()) {
      throw new SolrException(
          ErrorCode.BAD_REQUEST,
          "expected maxsim(field,$param) or maxsim(field,'...') with the vectors of the query as"
              + " JSON or base64");
    }
    SchemaField field = TokenVectorsField.checked(parser.getReq().getSchema(), name);
    float[][] tokens = ((TokenVectorsField) field.getType()).queryTokens(field, vectors);
    MaxSimValuesSource source = new MaxSimValuesSource(name, tokens);
    SolrQueryRequest request = parser.getReq();
    try {
      NodeMemory.of(request.getCore(), MaxSimQParserPlugin.percent(request.getCore()))
          .takeForRequest(source.memory(request.getSearcher()), request.getSearcher());
    } catch (IOException e) {
      throw new SolrException(ErrorCode.SERVER_ERROR, e);
    }
    return ValueSource.fromDoubleValuesSource(source);
  }
}
