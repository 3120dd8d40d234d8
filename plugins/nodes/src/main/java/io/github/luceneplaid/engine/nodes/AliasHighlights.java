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

package io.github.luceneplaid.engine.nodes;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/**
 * Highlights two fields of vectors, by their names and by aliases, on a node with the interface of
 * Elasticsearch and OpenSearch.
 */
public final class AliasHighlights {

  private static final String INDEX =
      """
      {"settings": {"index.token_vectors": true, "number_of_replicas": 0},
       "mappings": {"properties": {
         "tokens": {"type": "token_vectors", "dims": 2},
         "others": {"type": "token_vectors", "dims": 2},
         "text": {"type": "text"},
         "places": {"type": "object", "enabled": false},
         "tokens_alias": {"type": "alias", "path": "tokens"},
         "text_alias": {"type": "alias", "path": "text"}}}}
      """;

  private static final String DOCUMENT =
      """
      {"text": "a <b> c", "places": [[0, 1], [6, 7]],
       "tokens": [[1, 0], [0, 1]], "others": [[0, 1], [1, 0]]}
      """;

  private static final String SEARCH =
      """
      {"query": {"bool": {"should": [
         {"maxsim": {"field": "tokens", "query_vectors": [[1, 0]]}},
         {"maxsim": {"field": "others", "query_vectors": [[1, 0]], "exact": true}}]}},
       "highlight": {"encoder": "html", "fields": {
         "text": {"type": "maxsim", "options": {"vectors": "tokens_alias", "offsets": "places"}},
         "text_alias": {"type": "maxsim", "options": {"vectors": "others", "offsets": "places"}},
         "tokens": {"type": "maxsim"},
         "tokens_alias": {"type": "maxsim", "highlight_query":
           {"maxsim": {"field": "tokens", "query_vectors": [[0, 1]]}}},
         "others": {"type": "maxsim"}}}}
      """;

  private static final String EXPECTED =
      """
      {"text": ["<em>a</em> &lt;b&gt; c"],
       "text_alias": ["a &lt;b&gt; <em>c</em>"],
       "tokens": ["0:0"],
       "tokens_alias": ["0:1"],
       "others": ["0:1"]}
      """;

  private AliasHighlights() {}

  /** Fails by an exception if something else is shown. */
  public static void check(Http http) throws IOException {
    http.put("/aliases", INDEX).ok();
    http.put("/aliases/_doc/1?refresh", DOCUMENT).ok();
    JsonNode shown = http.post("/aliases/_search", SEARCH).ok().at("/hits/hits/0/highlight");
    if (shown.equals(Http.JSON.readTree(EXPECTED)) == false) {
      throw new IOException("found " + shown + ", expected " + EXPECTED);
    }
  }
}
