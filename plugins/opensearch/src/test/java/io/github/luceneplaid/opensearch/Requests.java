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

package io.github.luceneplaid.opensearch;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.luceneplaid.engine.nodes.Http;
import java.util.Locale;

/** Bodies of requests. */
final class Requests {

  /** Settings and mapping of the index of the collection; arguments are its own settings. */
  private static final String INDEX =
      """
      {"settings": {"index.token_vectors": true, "number_of_shards": 2 %s},
       "mappings": {%s "properties": {
         "text": {"type": "text"}, "part": {"type": "integer"},
         "tokens": {"type": "token_vectors", "dims": 128}}}}
      """;

  private Requests() {}

  /** An index for the collection that keeps the tokens in the source. */
  static String index(String settings) {
    return String.format(Locale.ROOT, INDEX, settings, "");
  }

  /** An index for the collection that keeps the tokens as codes only. */
  static String indexWithoutSource(String settings) {
    return String.format(
        Locale.ROOT, INDEX, settings, "\"_source\": {\"excludes\": [\"tokens\"]},");
  }

  /** An index with codes for few documents and queries of many vectors. */
  static String longQueries() {
    return indexWithoutSource(", \"number_of_replicas\": 0")
        .replace("128", "128, \"training_threshold\": 1000, \"max_query_vectors\": 8192");
  }

  /** A query of late interaction. */
  static ObjectNode lateInteraction(float[][] tokens) {
    ObjectNode query = Http.JSON.createObjectNode();
    ObjectNode parameters = query.putObject("maxsim");
    parameters.put("field", "tokens");
    parameters.set("query_vectors", Http.JSON.valueToTree(tokens));
    return query;
  }

  /** A query of late interaction that scores every document that it is asked to score. */
  static ObjectNode exact(float[][] tokens) {
    ObjectNode query = lateInteraction(tokens);
    ((ObjectNode) query.get("maxsim")).put("exact", true);
    return query;
  }

  /** A script that scores the documents of a query from their source. */
  static ObjectNode script(float[][] tokens, ObjectNode query) {
    ObjectNode script = Http.JSON.createObjectNode();
    ObjectNode score = script.putObject("script_score");
    score.set("query", query);
    ObjectNode source = score.putObject("script");
    source.put("lang", "source_maxsim").put("source", "maxsim");
    ObjectNode params = source.putObject("params");
    params.put("field", "tokens").set("query_vectors", Http.JSON.valueToTree(tokens));
    return script;
  }

  /** A query of words. */
  static ObjectNode match(String text) {
    ObjectNode query = Http.JSON.createObjectNode();
    query.putObject("match").put("text", text);
    return query;
  }

  /** A query of one part of the collection. */
  static ObjectNode part(int part) {
    ObjectNode query = Http.JSON.createObjectNode();
    query.putObject("term").put("part", part);
    return query;
  }

  /** A search for ten hits, without their source. */
  static ObjectNode search(ObjectNode query) {
    ObjectNode search = Http.JSON.createObjectNode();
    search.put("size", 10).put("_source", false).set("query", query);
    return search;
  }

  /** A search whose best hits, {@code window} of each shard, are ranked anew by another query. */
  static ObjectNode rescored(ObjectNode query, ObjectNode by, int window) {
    ObjectNode search = search(query);
    ObjectNode rescore = search.putObject("rescore").put("window_size", window);
    rescore.putObject("query").put("query_weight", 0).set("rescore_query", by);
    return search;
  }
}
