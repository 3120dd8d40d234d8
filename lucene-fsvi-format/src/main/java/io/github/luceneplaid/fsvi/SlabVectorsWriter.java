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

import io.github.luceneplaid.fsvi.internal.SegmentFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.hnsw.FlatFieldVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatVectorsWriter;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.RamUsageEstimator;

/** Writes the files of {@link FsviVectorsFormat}. */
final class SlabVectorsWriter extends FlatVectorsWriter {

  private static final long SHALLOW_BYTES =
      RamUsageEstimator.shallowSizeOfInstance(SlabVectorsWriter.class);

  private final FsviEncoding encoding;
  private final int version;
  private final SegmentWriteState state;
  private final IndexOutput meta;
  private final IndexOutput data;
  private final List<BufferedVectors<?>> fields = new ArrayList<>();
  private final List<FieldInfo> written = new ArrayList<>();
  private boolean finished;
  private boolean complete;
  private boolean closed;

  /**
   * Sole constructor.
   *
   * @param version version to write
   */
  SlabVectorsWriter(SegmentWriteState state, FsviEncoding encoding, int version)
      throws IOException {
    super(new GraphScorer());
    this.encoding = encoding;
    this.version = version;
    this.state = state;
    IndexOutput meta = null;
    IndexOutput data = null;
    boolean success = false;
    try {
      meta =
          SegmentFile.create(
              state, FsviVectorsFormat.META_EXTENSION, FsviVectorsFormat.META_CODEC, version);
      data =
          SegmentFile.create(
              state, FsviVectorsFormat.VECTOR_EXTENSION, FsviVectorsFormat.VECTOR_CODEC, version);
      success = true;
    } finally {
      if (success == false) {
        IOUtils.closeWhileHandlingException(meta, data);
      }
    }
    this.meta = meta;
    this.data = data;
  }

  @Override
  public FlatFieldVectorsWriter<?> addField(FieldInfo field) {
    BufferedVectors<?> buffer = BufferedVectors.of(field);
    fields.add(buffer);
    return buffer;
  }

  @Override
  public void flush(int maxDoc, Sorter.DocMap sortMap) throws IOException {
    for (BufferedVectors<?> buffer : fields) {
      assert maxDoc == state.segmentInfo.maxDoc();
      write(buffer.field(), buffer.rows(sortMap));
      buffer.finish();
    }
  }

  @Override
  public void mergeOneFlatVectorField(FieldInfo field, MergeState mergeState) throws IOException {
    write(field, MergedVectors.source(field, mergeState));
  }

  private void write(FieldInfo field, RowCursor.Source source) throws IOException {
    try (VectorFieldWriter writer = new VectorFieldWriter(state, data, field, source, encoding)) {
      writer.write(meta);
    }
    written.add(field);
  }

  @Override
  public void finish() throws IOException {
    if (finished) {
      throw new IllegalStateException("already finished");
    }
    finished = true;
    meta.writeInt(-1);
    CodecUtil.writeFooter(meta);
    CodecUtil.writeFooter(data);
    complete = true;
  }

  @Override
  public long ramBytesUsed() {
    long bytes = SHALLOW_BYTES;
    for (BufferedVectors<?> buffer : fields) {
      bytes += buffer.ramBytesUsed();
    }
    return bytes;
  }

  /**
   * Closes the files, and opens them once as a reader does. If they cannot be opened, the flush or
   * merge fails. The segments that a merge reads from stay in the index then.
   */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    IOUtils.close(meta, data);
    // After a failure there are no complete files to check
    if (complete) {
      // In a flush the state has no field infos.
      FieldInfos infos = new FieldInfos(written.toArray(FieldInfo[]::new));
      SegmentReadState reader =
          new SegmentReadState(
              state.directory, state.segmentInfo, infos, IOContext.READONCE, state.segmentSuffix);
      new SlabVectorsReader(reader, version, IOContext.READONCE, false).close();
    }
  }
}
