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

import io.github.luceneplaid.engine.QueryText;
import io.github.luceneplaid.engine.QueryVectors;
import io.github.luceneplaid.engine.TokenOffsets;
import org.elasticsearch.action.ActionListener;
import org.elasticsearch.action.support.PlainActionFuture;

/** Has the words of queries encoded, if a plugin can do so. */
final class QueryTexts {

  /** Null until the extensions are known, and without one that encodes. */
  private volatile QueryEncoder encoder;

  void set(QueryEncoder encoder) {
    this.encoder = encoder;
  }

  void encode(QueryText text, ActionListener<QueryVectors> listener) {
    QueryEncoder current = encoder;
    if (current == null) {
      listener.onFailure(
          new IllegalArgumentException(
              "["
                  + LateInteractionQueryBuilder.NAME
                  + "] [query_text]: expected the plugin late-interaction-encoder on this node,"
                  + " found none"));
      return;
    }
    current.encode(text.model(), text.text(), listener);
  }

  /**
   * Finds the vectors of documents in their texts, for a thread that may wait; null if none can.
   */
  TokenOffsets offsets(String model) {
    QueryEncoder current = encoder;
    return current == null
        ? null
        : text -> {
          PlainActionFuture<int[][]> places = new PlainActionFuture<>();
          current.locate(model, text, places);
          return places.actionGet();
        };
  }
}
