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

import org.elasticsearch.action.ActionListener;

/**
 * Makes token vectors of the words of queries. A plugin that extends this one may bring one, as a
 * service.
 *
 * @lucene.experimental
 */
public interface QueryEncoder {

  /**
   * Encodes a query, on a thread of its own.
   *
   * @param model name of the model; null for the built-in one
   * @param text the words
   * @param listener gets one row per vector, at least one
   */
  void encode(String model, String text, ActionListener<float[][]> listener);
}
