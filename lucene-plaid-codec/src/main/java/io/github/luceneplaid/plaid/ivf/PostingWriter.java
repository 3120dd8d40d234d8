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
import org.apache.lucene.store.IndexOutput;

/**
 * Writes posting lists. A posting list is rising ordinals of documents, each with the same number
 * of bytes.
 */
final class PostingWriter {

  private final IndexOutput out;
  private final int width;
  private long count;

  PostingWriter(IndexOutput out, int width) {
    assert width >= Short.BYTES && width <= Integer.BYTES : width;
    this.out = out;
    this.width = width;
  }

  /**
   * Writes a posting list. Each document is listed once.
   *
   * @param ordinals rising ordinals of the documents of tokens; the first token is at {@code start}
   * @param tokens the tokens to list, rising, at {@code from} to before {@code to}
   */
  void write(int[] ordinals, int start, int[] tokens, int from, int to) throws IOException {
    int previous = -1;
    for (int i = from; i < to; i++) {
      int ordinal = ordinals[start + tokens[i]];
      if (ordinal != previous) {
        write(ordinal);
        previous = ordinal;
      }
    }
  }

  /** Writes the ordinal of one document. */
  void write(int ordinal) throws IOException {
    out.writeShort((short) ordinal);
    if (width == Integer.BYTES) {
      out.writeShort((short) (ordinal >>> Short.SIZE));
    } else if (width > Short.BYTES) {
      out.writeByte((byte) (ordinal >>> Short.SIZE));
    }
    count++;
  }

  /** Returns the number of postings so far. */
  long count() {
    return count;
  }
}
