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
 * Writes an MMAP file of 1 to {@value MmapArray#MAX_AXES} axes.
 *
 * @see MmapArray
 * @lucene.experimental
 */
public final class MmapArrayWriter extends ArrayWriter {

  /**
   * Starts a file.
   *
   * @param file path of the file, in a folder that exists
   * @param type type of the elements: floats or signed integers of 32 or 64 bits
   * @param rowShape lengths of all axes except the first, each 1 or more; empty for an array of one
   *     axis
   */
  public MmapArrayWriter(Path file, ElementType type, int... rowShape) throws IOException {
    super(file, type, rowShape);
  }

  @Override
  byte[] header(ElementType type, long[] shape) {
    if (MmapArray.TYPES.contains(type) == false) {
      throw new IllegalArgumentException(
          "type must be one of " + MmapArray.TYPES + ", got: " + type);
    }
    if (shape.length > MmapArray.MAX_AXES) {
      throw new IllegalArgumentException(
          "number of axes must be at most " + MmapArray.MAX_AXES + ", got: " + shape.length);
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
