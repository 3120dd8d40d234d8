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
package io.github.luceneplaid.plaid.search;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.FilterIndexInput;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;

/** Counts the bytes that are read of files once they are open. */
public final class CountingDirectory extends FilterDirectory {

  private final AtomicLong bytes = new AtomicLong();

  public CountingDirectory(Directory in) {
    super(in);
  }

  /** Returns how many bytes were read since the last call. */
  public long bytes() {
    return bytes.getAndSet(0);
  }

  @Override
  public IndexInput openInput(String name, IOContext context) throws IOException {
    return new CountingInput(super.openInput(name, context));
  }

  private final class CountingInput extends FilterIndexInput {
    CountingInput(IndexInput in) {
      super(in.toString(), in);
    }

    @Override
    public byte readByte() throws IOException {
      bytes.incrementAndGet();
      return super.readByte();
    }

    @Override
    public void readBytes(byte[] into, int offset, int length) throws IOException {
      bytes.addAndGet(length);
      super.readBytes(into, offset, length);
    }

    @Override
    public IndexInput clone() {
      return new CountingInput(in.clone());
    }

    @Override
    public IndexInput slice(String description, long offset, long length) throws IOException {
      return new CountingInput(in.slice(description, offset, length));
    }
  }
}
