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

import java.util.ServiceLoader;
import org.apache.solr.request.SolrQueryRequest;
import org.apache.solr.response.SolrQueryResponse;

/**
 * Makes token vectors of the words of queries. Jars beside those of this plugin may bring one, as a
 * service.
 *
 * @lucene.experimental
 */
public interface QueryEncoder {

  /**
   * Encodes a query.
   *
   * @param request that it is part of
   * @param response gets a warning if the model does not see all of the text; null if unknown
   * @param model name of the model; null for the built-in one
   * @param text the words
   * @return one row per vector, at least one
   */
  float[][] encode(SolrQueryRequest request, SolrQueryResponse response, String model, String text);

  /**
   * Finds the parts of a text from which the vectors of a document are made.
   *
   * @param request that shows the document
   * @param model name of the model; null for the built-in one
   * @param text of the document
   * @return for each vector, where its part starts and ends, in chars
   */
  int[][] locate(SolrQueryRequest request, String model, String text);

  /** The one of the jars beside those of this plugin; null if there is none. */
  static QueryEncoder find() {
    return ServiceLoader.load(QueryEncoder.class, QueryEncoder.class.getClassLoader())
        .findFirst()
        .orElse(null);
  }
}
