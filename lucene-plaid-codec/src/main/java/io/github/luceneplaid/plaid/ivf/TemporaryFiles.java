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
 * Files of a writer that nobody else sees: written, read and deleted.
 *
 * @param directory where they are
 * @param prefix what their names begin with
 * @param context of the writer
 * @lucene.internal
 */
public record TemporaryFiles(Directory directory, String prefix, IOContext context) {

  /** Writes a file. */
  public interface Writing {
    /** Writes all of it but the footer. */
    void to(IndexOutput out) throws IOException;
  }

  /**
   * Reads a file.
   *
   * @param <T> what comes of it
   */
  public interface Reading<T> {
    /** Reads what was written. */
    T from(IndexInput in) throws IOException;
  }

  /** Writes a file, reads it without its footer, and deletes it, whatever happens. */
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
        CodecUtil.retrieveChecksum(in);
        result = reading.from(in.slice(suffix, 0, in.length() - CodecUtil.footerLength()));
      }
      // One that stayed would be taken for a file of the segment
      directory.deleteFile(name);
      success = true;
      return result;
    } finally {
      if (success == false && name != null) {
        IOUtils.deleteFilesIgnoringExceptions(directory, name);
      }
    }
  }

  /** The same in memory, for what is small: opening and deleting a file takes as long. */
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
