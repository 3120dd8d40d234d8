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
package io.github.luceneplaid.fsvi.files;

import java.io.Closeable;
import java.io.IOException;

/**
 * Writes vectors to a file. {@link #finish} creates the file, or replaces the existing one. {@link
 * #close} without {@link #finish} leaves an existing file as it was.
 *
 * @lucene.experimental
 */
public interface VectorRowsWriter extends Closeable {

  /**
   * Appends a vector.
   *
   * @param id id of the vector; a file without ids ignores it
   * @param vector the vector
   * @throws IllegalArgumentException if the file cannot hold the vector; it is not added then
   */
  void add(String id, float[] vector) throws IOException;

  /** Completes the file and gives it its name. Nothing can be added afterwards. */
  void finish() throws IOException;
}
