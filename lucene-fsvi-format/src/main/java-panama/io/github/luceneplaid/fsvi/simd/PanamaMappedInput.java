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
package io.github.luceneplaid.fsvi.simd;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.FilterIndexInput;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.MemorySegmentAccessInput;

/** Reads memory segments of Lucene's memory-mapped inputs, which need not be aligned. */
final class PanamaMappedInput implements MappedInput {

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegmentAccessInput input;
  private final long length;
  // The whole file, if it is mapped in one piece
  private final MemorySegment whole;

  private PanamaMappedInput(MemorySegmentAccessInput input, long length) throws IOException {
    this.input = input;
    this.length = length;
    this.whole = input.segmentSliceOrNull(0, length);
  }

  static MappedInput of(IndexInput data) throws IOException {
    return FilterIndexInput.unwrapOnlyTest(data) instanceof MemorySegmentAccessInput input
        ? new PanamaMappedInput(input, data.length())
        : null;
  }

  @Override
  public boolean readShorts(long position, short[] into, int offset, int n) throws IOException {
    Objects.checkFromIndexSize(offset, n, into.length);
    MemorySegment segment = segment(position, (long) n * Short.BYTES);
    if (segment == null) {
      return false;
    }
    try {
      MemorySegment.copy(segment, SHORT, start(segment, position), into, offset, n);
    } catch (IllegalStateException e) {
      throw closed(e);
    }
    return true;
  }

  /** Returns a segment of the whole file; null if there is none. */
  MemorySegment whole() {
    return whole;
  }

  /** Returns a segment that contains the range; null if there is none. */
  MemorySegment segment(long position, long bytes) throws IOException {
    Objects.checkFromIndexSize(position, bytes, length);
    if (whole != null) {
      return whole;
    }
    try {
      return input.segmentSliceOrNull(position, bytes);
    } catch (NullPointerException e) {
      // An input of several pieces throws this after it was closed
      throw closed(e);
    }
  }

  /** Returns the offset of a position of the file in a segment from {@link #segment}. */
  long start(MemorySegment segment, long position) {
    return segment == whole ? position : 0;
  }

  static AlreadyClosedException closed(RuntimeException e) {
    return new AlreadyClosedException("the memory-mapped file has been closed", e);
  }
}
