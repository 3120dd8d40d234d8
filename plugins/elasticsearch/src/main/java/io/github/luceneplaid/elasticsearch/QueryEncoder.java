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

import io.github.luceneplaid.engine.QueryVectors;
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
   * @param listener gets the vectors
   */
  void encode(String model, String text, ActionListener<QueryVectors> listener);

  /**
   * Finds the parts of a text from which the vectors of a document are made, on a thread of its
   * own.
   *
   * @param model name of the model; null for the built-in one
   * @param text of the document
   * @param listener gets, for each vector, where its part starts and ends, in chars
   */
  void locate(String model, String text, ActionListener<int[][]> listener);
}
