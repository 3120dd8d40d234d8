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
package io.github.luceneplaid.fsvi;

import java.io.IOException;
import org.apache.lucene.search.DocIdSetIterator;

/** One walk over the vectors of a field, in the order in which they are to be written. */
interface RowCursor {

  /**
   * Moves to the next vector.
   *
   * @return its document in the segment that is written, {@link DocIdSetIterator#NO_MORE_DOCS} at
   *     the end
   */
  int nextDoc() throws IOException;

  /** The vector, of a field of floats. Not to be kept. */
  float[] floats() throws IOException;

  /** The vector, of a field of bytes. Not to be kept. */
  byte[] bytes() throws IOException;

  /** The field that holds the vector in this format, or null if none does. */
  StoredVectors stored();

  /** Ordinal of the vector in {@link #stored}. */
  int storedOrd();

  /** Starts walks, which give the same vectors each time. */
  @FunctionalInterface
  interface Source {
    RowCursor open() throws IOException;
  }
}
