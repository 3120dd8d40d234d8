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

package io.github.luceneplaid.plaid.ivf;

import java.io.IOException;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.store.ByteBuffersIndexInput;
import org.apache.lucene.store.ByteBuffersIndexOutput;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IOUtils;

/**
 * Temporary files of a segment writer. Each one is written, read and deleted by one call.
 *
 * @param directory directory of the files
 * @param prefix prefix of their names
 * @param context context of the writer
 * @lucene.internal
 */
public record TemporaryFiles(Directory directory, String prefix, IOContext context) {

  /** Writes a file. */
  public interface Writing {
    /** Writes the content of the file, without a footer. */
    void to(IndexOutput out) throws IOException;
  }

  /**
   * Reads a file.
   *
   * @param <T> type of the result
   */
  public interface Reading<T> {
    /** Reads the content of the file. */
    T from(IndexInput in) throws IOException;
  }

  /** Writes a file, reads its content, and deletes it. It is deleted after a failure, too. */
  public <T> T through(String suffix, Writing writing, Reading<T> reading) throws IOException {
    String name = null;
    boolean success = false;
    try {
      try (IndexOutput out = directory.createTempOutput(prefix, suffix, context)) {
        name = out.getName();
        writing.to(out);
        CodecUtil.writeFooter(out);
      }
      T result;
      try (IndexInput in = directory.openInput(name, IOContext.DEFAULT)) {
        // What is read becomes part of a file with a checksum of its own
        CodecUtil.checksumEntireFile(in);
        result = reading.from(in.slice(suffix, 0, in.length() - CodecUtil.footerLength()));
      }
      // A file that stays would become a file of the segment
      directory.deleteFile(name);
      success = true;
      return result;
    } finally {
      if (success == false && name != null) {
        IOUtils.deleteFilesIgnoringExceptions(directory, name);
      }
    }
  }

  /**
   * Does the same in memory. For small content this is faster, because no file is opened and
   * deleted.
   */
  public static <T> T inMemory(String name, Writing writing, Reading<T> reading)
      throws IOException {
    ByteBuffersDataOutput bytes = new ByteBuffersDataOutput();
    try (IndexOutput out = new ByteBuffersIndexOutput(bytes, name, name)) {
      writing.to(out);
    }
    try (IndexInput in = new ByteBuffersIndexInput(bytes.toDataInput(), name)) {
      return reading.from(in);
    }
  }
}
