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

import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes a {@code .npy} file of version 1.0.
 *
 * @see NpyFile
 * @lucene.experimental
 */
public final class NpyWriter extends ArrayWriter {

  /**
   * Starts a file.
   *
   * @param file path of the file, in a folder that exists
   * @param type type of the elements
   * @param rowShape lengths of all axes except the first, each 1 or more; empty for an array of one
   *     axis
   */
  public NpyWriter(Path file, ElementType type, int... rowShape) throws IOException {
    super(file, type, rowShape);
  }

  @Override
  byte[] header(ElementType type, long[] shape) {
    if (shape.length > NpyHeader.MAX_AXES) {
      throw new IllegalArgumentException(
          "number of axes must be at most " + NpyHeader.MAX_AXES + ", got: " + shape.length);
    }
    long[] longest = shape.clone();
    longest[0] = Long.MAX_VALUE;
    return new NpyHeader(type, false, shape, 0).bytes(longest);
  }
}
