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
import java.util.Set;
import java.util.zip.CRC32;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.FilterIndexOutput;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestTemporaryFiles extends LuceneTestCase {

  private static final int BYTES = 1_000;

  /** A disk that changes a byte, but not the first ones, which are read first. */
  private static final class BadDisk extends FilterDirectory {
    BadDisk(Directory in) {
      super(in);
    }

    @Override
    public IndexOutput createTempOutput(String prefix, String suffix, IOContext context)
        throws IOException {
      IndexOutput out = super.createTempOutput(prefix, suffix, context);
      return new FilterIndexOutput("bad", out.getName(), out) {
        private final CRC32 wanted = new CRC32();
        private int written;

        @Override
        public void writeByte(byte b) throws IOException {
          wanted.update(b);
          super.writeByte(++written == BYTES / 2 ? (byte) ~b : b);
        }

        @Override
        public void writeBytes(byte[] b, int offset, int length) throws IOException {
          for (int i = offset; i < offset + length; i++) {
            writeByte(b[i]);
          }
        }

        @Override
        public long getChecksum() {
          return wanted.getValue();
        }
      };
    }
  }

  private static Long sum(Directory directory) throws IOException {
    return new TemporaryFiles(directory, "_0", IOContext.DEFAULT)
        .through(
            "sum",
            out -> {
              for (int i = 0; i < BYTES; i++) {
                out.writeByte((byte) 1);
              }
            },
            in -> {
              long sum = 0;
              for (long i = 0; i < in.length(); i++) {
                sum += in.readByte();
              }
              return sum;
            });
  }

  public void testContent() throws IOException {
    try (Directory directory = newDirectory()) {
      assertEquals(BYTES, sum(directory).longValue());
      assertEquals(Set.of(), Set.of(directory.listAll()));
    }
  }

  /** Nothing that a bad disk has changed gets into a segment. */
  public void testDamage() throws IOException {
    try (Directory directory = newDirectory()) {
      expectThrows(CorruptIndexException.class, () -> sum(new BadDisk(directory)));
      assertEquals(Set.of(), Set.of(directory.listAll()));
    }
  }
}
