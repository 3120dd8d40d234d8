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
package io.github.luceneplaid.solr.encoder;

import io.github.luceneplaid.encoder.EncodedQuery;
import io.github.luceneplaid.solr.QueryEncoder;
import org.apache.solr.request.SolrQueryRequest;
import org.apache.solr.response.SolrQueryResponse;

/**
 * Encodes queries by the models of the node.
 *
 * @lucene.experimental
 */
public final class NodeQueryEncoder implements QueryEncoder {

  /** Found as a service. */
  public NodeQueryEncoder() {}

  @Override
  public float[][] encode(
      SolrQueryRequest request, SolrQueryResponse response, String model, String text) {
    EncodedQuery query = NodeModels.of(request.getCoreContainer()).encodeQuery(model, text);
    if (response != null && query.unseen().isEmpty() == false) {
      response
          .getResponseHeader()
          .add(
              "warning",
              "query_text is too long for the model, left out from here on: " + query.unseen());
    }
    return query.vectors();
  }

  @Override
  public int[][] locate(SolrQueryRequest request, String model, String text) {
    return NodeModels.of(request.getCoreContainer()).locate(model, text);
  }
}
