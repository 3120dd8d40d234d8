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

import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import io.github.luceneplaid.fsvi.slab.SlabWriter;
import java.io.Closeable;
import java.io.IOException;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.store.ChecksumIndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.IOUtils;

/**
 * Collects a column, which has a float for each row, until all rows are written. It keeps a few
 * thousand floats in memory, and more of them in a temporary file. The memory does not grow with
 * the number of rows.
 */
final class ColumnWriter implements Closeable {

  /** Largest number of floats in memory. */
  static final int BUFFER = 4096;

  private final SegmentWriteState state;
  private float[] values = new float[16];
  private int size;

  // Null while all floats are in memory
  private IndexOutput file;
  private SlabWriter waiting;

  ColumnWriter(SegmentWriteState state) {
    this.state = state;
  }

  void add(float value) throws IOException {
    if (size == BUFFER) {
      spill();
    }
    if (size == values.length) {
      values = ArrayUtil.growExact(values, Math.min(BUFFER, 2 * size));
    }
    values[size++] = value;
  }

  private void spill() throws IOException {
    if (file == null) {
      file =
          state.directory.createTempOutput(
              state.segmentInfo.name, FsviVectorsFormat.VECTOR_EXTENSION, state.context);
      waiting = new SlabWriter(file, SlabEncoding.FLOAT32, 1);
    }
    waiting.append(values, 0, size);
    size = 0;
  }

  /** Writes the column and returns its offset. */
  long write(IndexOutput out) throws IOException {
    SlabWriter column = new SlabWriter(out, SlabEncoding.FLOAT32, 1);
    if (file == null) {
      column.append(values, 0, size);
      return column.offset();
    }
    spill();
    CodecUtil.writeFooter(file);
    file.close();
    try (ChecksumIndexInput in = state.directory.openChecksumInput(file.getName())) {
      for (long left = waiting.rows(); left > 0; left -= size) {
        size = (int) Math.min(left, BUFFER);
        in.readFloats(values, 0, size);
        column.append(values, 0, size);
      }
      CodecUtil.checkFooter(in);
    }
    // Lucene would count a remaining file among those of the segment
    state.directory.deleteFile(file.getName());
    file = null;
    return column.offset();
  }

  /** Deletes the temporary file, if the column was not written. */
  @Override
  public void close() throws IOException {
    if (file != null) {
      IOUtils.closeWhileHandlingException(file);
      IOUtils.deleteFilesIgnoringExceptions(state.directory, file.getName());
      file = null;
    }
  }
}
