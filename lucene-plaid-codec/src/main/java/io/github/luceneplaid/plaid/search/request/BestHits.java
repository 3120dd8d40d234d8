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

package io.github.luceneplaid.plaid.search.request;

/** The best of many documents, each in the form that {@link BestDocs#encode} gives it. */
public interface BestHits {

  /** Takes a document and its score. */
  default void add(int doc, float score) {
    add(BestDocs.encode(doc, score));
  }

  /** Takes a document with its score. */
  void add(long hit);

  /** Takes all that others have kept. */
  default void addAll(BestHits other) {
    for (long hit : other.best()) {
      add(hit);
    }
  }

  /** How many are kept. */
  int size();

  /** Whether no more hits can be added without dropping others. */
  boolean isFull();

  /** Returns the lowest score that is kept. May be called only when full. */
  float worstScore();

  /** Returns what is kept, best first. */
  long[] best();
}
