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
package io.github.luceneplaid.fsvi.internal;

import java.io.EOFException;
import java.io.IOException;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IOUtils;

/**
 * A file of a segment beside its meta file.
 *
 * @param extension extension of its name
 * @param codec name of the codec in its header
 * @param oldest oldest version that can be read
 * @param newest newest version that can be read
 * @lucene.internal
 */
public record SegmentFile(String extension, String codec, int oldest, int newest) {

  /**
   * Creates a file of a segment, its meta file or another one, and writes the header.
   *
   * @param extension extension of its name
   * @param codec name of the codec in its header
   * @param version version of the format
   * @return the file, after its header
   */
  public static IndexOutput create(
      SegmentWriteState state, String extension, String codec, int version) throws IOException {
    String name =
        IndexFileNames.segmentFileName(state.segmentInfo.name, state.segmentSuffix, extension);
    IndexOutput out = state.directory.createOutput(name, state.context);
    boolean success = false;
    try {
      CodecUtil.writeIndexHeader(
          out, codec, version, state.segmentInfo.getId(), state.segmentSuffix);
      success = true;
    } finally {
      if (success == false) {
        IOUtils.closeWhileHandlingException(out);
      }
    }
    return out;
  }

  /**
   * Opens the file and checks its header and the form of its footer. The checksum is not verified,
   * because all bytes would have to be read.
   *
   * @param version the version of the meta file
   * @param context context for opening the file
   * @return the file, after its header
   * @throws CorruptIndexException if the file is cut, belongs to another segment, or has another
   *     version than the meta file
   */
  public IndexInput open(SegmentReadState state, int version, IOContext context)
      throws IOException {
    String name =
        IndexFileNames.segmentFileName(state.segmentInfo.name, state.segmentSuffix, extension);
    IndexInput in = state.directory.openInput(name, context);
    boolean success = false;
    try {
      int found =
          CodecUtil.checkIndexHeader(
              in, codec, oldest, newest, state.segmentInfo.getId(), state.segmentSuffix);
      if (found != version) {
        throw new CorruptIndexException(
            "version: found " + found + ", expected " + version + " as in the meta file", in);
      }
      CodecUtil.retrieveChecksum(in);
      success = true;
    } catch (EOFException e) {
      throw new CorruptIndexException("the file ends inside its header", in, e);
    } finally {
      if (success == false) {
        IOUtils.closeWhileHandlingException(in);
      }
    }
    return in;
  }
}
