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

package io.github.luceneplaid.engine;

import java.io.IOException;
import org.apache.lucene.search.IndexSearcher;

/**
 * The limit of an engine for the memory of all searches at a time.
 *
 * @lucene.internal
 */
public interface MemoryLimit {

  /**
   * Takes memory, or refuses the request by an exception that names the figure.
   *
   * @param bytes at least 0
   */
  void take(long bytes);

  /** Gives back what was taken. */
  void giveBack(long bytes);

  /**
   * Takes memory until the request has ended. If it is not known when that is, nothing stays taken.
   *
   * @param bytes at least 0
   * @param searcher of the request
   * @return whether the memory stays taken
   * @throws IOException if the searcher cannot tell its request
   */
  boolean takeForRequest(long bytes, IndexSearcher searcher) throws IOException;
}
