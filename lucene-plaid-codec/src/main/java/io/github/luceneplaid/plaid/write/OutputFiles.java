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

package io.github.luceneplaid.plaid.write;

import io.github.luceneplaid.fsvi.internal.SegmentFile;
import io.github.luceneplaid.plaid.ivf.TemporaryFiles;
import io.github.luceneplaid.plaid.segment.SegmentFiles;
import java.io.IOException;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IOUtils;

/** The three files of a segment while they are written. */
final class OutputFiles {
  final SegmentWriteState state;
  final IndexOutput meta;
  final IndexOutput data;
  final IndexOutput vectors;

  OutputFiles(SegmentWriteState state, int version) throws IOException {
    this.state = state;
    IndexOutput meta = null;
    IndexOutput data = null;
    IndexOutput vectors = null;
    boolean success = false;
    try {
      meta =
          SegmentFile.create(state, SegmentFiles.META_EXTENSION, SegmentFiles.META_CODEC, version);
      data =
          SegmentFile.create(state, SegmentFiles.DATA_EXTENSION, SegmentFiles.DATA_CODEC, version);
      vectors =
          SegmentFile.create(
              state, SegmentFiles.VECTOR_EXTENSION, SegmentFiles.VECTOR_CODEC, version);
      success = true;
    } finally {
      if (success == false) {
        IOUtils.closeWhileHandlingException(meta, data, vectors);
      }
    }
    this.meta = meta;
    this.data = data;
    this.vectors = vectors;
  }

  /**
   * Returns the temporary files of the segment. They are deleted before the segment is complete.
   */
  TemporaryFiles temporary() {
    return new TemporaryFiles(state.directory, data.getName(), state.context);
  }

  /** Writes the footers of the files. */
  void finish(boolean hasDelegate) throws IOException {
    meta.writeInt(-1);
    meta.writeByte((byte) (hasDelegate ? 1 : 0));
    CodecUtil.writeFooter(meta);
    CodecUtil.writeFooter(data);
    CodecUtil.writeFooter(vectors);
  }
}
