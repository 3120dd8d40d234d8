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
 * Writes vectors to a file. The file is there, or replaces the one that was, after {@link #finish};
 * {@link #close} without it leaves things as they were.
 *
 * @lucene.experimental
 */
public interface VectorRowsWriter extends Closeable {

  /**
   * Appends a vector.
   *
   * @param id of the vector, not used by files without ids
   * @throws IllegalArgumentException if the file cannot hold it; then nothing was added
   */
  void add(String id, float[] vector) throws IOException;

  /** Completes the file and puts it in its place. Nothing can be added afterwards. */
  void finish() throws IOException;
}
