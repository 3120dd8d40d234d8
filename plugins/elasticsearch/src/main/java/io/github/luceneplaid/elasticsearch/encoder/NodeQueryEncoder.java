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
package io.github.luceneplaid.elasticsearch.encoder;

import io.github.luceneplaid.elasticsearch.QueryEncoder;
import io.github.luceneplaid.engine.QueryVectors;
import org.elasticsearch.action.ActionListener;

/**
 * Encodes queries by the models of the node.
 *
 * @lucene.experimental
 */
public final class NodeQueryEncoder implements QueryEncoder {

  private final EncoderPlugin plugin;

  /**
   * Made by Elasticsearch.
   *
   * @param plugin has the models
   */
  public NodeQueryEncoder(EncoderPlugin plugin) {
    this.plugin = plugin;
  }

  @Override
  public void encode(String model, String text, ActionListener<QueryVectors> listener) {
    plugin.models().encodeQuery(model, text, listener);
  }

  @Override
  public void locate(String model, String text, ActionListener<int[][]> listener) {
    plugin.models().locate(model, text, listener);
  }
}
