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

/** Iterates once over the vectors of a field, in the order in which they are written. */
interface RowCursor {

  /**
   * Moves to the next vector.
   *
   * @return document of the vector in the segment that is written, or {@link
   *     DocIdSetIterator#NO_MORE_DOCS} at the end
   */
  int nextDoc() throws IOException;

  /** Returns the vector of a field of floats. It is valid until the next move. */
  float[] floats() throws IOException;

  /** Returns the vector of a field of bytes. It is valid until the next move. */
  byte[] bytes() throws IOException;

  /** Returns the stored field that the vector comes from, or null if it is not in this format. */
  StoredVectors stored();

  /** Returns the ordinal of the vector in {@link #stored}. */
  int storedOrd();

  /** Opens cursors, which all return the same vectors. */
  @FunctionalInterface
  interface Source {
    RowCursor open() throws IOException;
  }
}
