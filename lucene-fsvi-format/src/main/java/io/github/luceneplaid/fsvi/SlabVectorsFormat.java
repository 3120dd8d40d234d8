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
import org.apache.lucene.codecs.hnsw.FlatVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.store.DataAccessHint;

/** Writes and reads the slabs below a graph. It is never the format of a field by itself. */
final class SlabVectorsFormat extends FlatVectorsFormat {

  private final FsviEncoding encoding;
  private final int version;

  /**
   * Sole constructor.
   *
   * @param version version to write, and newest version to read
   */
  SlabVectorsFormat(FsviEncoding encoding, int version) {
    super("FsviSlab");
    this.encoding = encoding;
    this.version = version;
  }

  @Override
  public SlabVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
    return new SlabVectorsWriter(state, encoding, version);
  }

  @Override
  public SlabVectorsReader fieldsReader(SegmentReadState state) throws IOException {
    return new SlabVectorsReader(
        state, version, SlabVectorsReader.context(state, DataAccessHint.RANDOM), true);
  }

  @Override
  public int getMaxDimensions(String field) {
    return FsviVectorsFormat.MAX_DIMENSIONS;
  }
}
