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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Writes a file of {@link MmapArray}, of 1 to {@value MmapArray#MAX_AXES} axes.
 *
 * @lucene.experimental
 */
public final class MmapArrayWriter extends ArrayWriter {

  /**
   * Starts a file.
   *
   * @param file its path, in a folder that exists
   * @param type of the elements: floats or signed integers of 32 or 64 bits
   * @param rowShape lengths of all axes but the first, each 1 or more; none for an array of one
   *     axis
   */
  public MmapArrayWriter(Path file, ElementType type, int... rowShape) throws IOException {
    super(file, type, rowShape);
  }

  @Override
  byte[] header(ElementType type, long[] shape) {
    if (MmapArray.TYPES.contains(type) == false || shape.length > MmapArray.MAX_AXES) {
      throw new IllegalArgumentException(shape.length + " axes of " + type);
    }
    long size = 1;
    for (long length : shape) {
      size *= length;
    }
    ByteBuffer header = ByteBuffer.allocate(MmapArray.HEADER).order(ByteOrder.LITTLE_ENDIAN);
    header
        .putInt(MmapArray.MAGIC)
        .put((byte) MmapArray.VERSION)
        .put((byte) (1 + MmapArray.TYPES.indexOf(type)))
        .putShort((short) shape.length)
        .putLong(size);
    for (long length : shape) {
      header.putLong(length);
    }
    return header.array();
  }
}
