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

import io.github.luceneplaid.plaid.search.request.TimeLimit;
import java.io.IOException;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.FixedBitSet;

/** Passes documents on until time runs out. */
final class TimedIterator extends DocIdSetIterator {

  private final DocIdSetIterator in;
  private final TimeLimit time;
  private int left = TimeLimit.DOCUMENTS;
  private int doc = -1;

  TimedIterator(DocIdSetIterator in, TimeLimit time) {
    this.in = in;
    this.time = time;
  }

  private boolean isOver() {
    if (--left > 0) {
      return false;
    }
    left = TimeLimit.DOCUMENTS;
    return time.isOver();
  }

  @Override
  public int docID() {
    return doc;
  }

  @Override
  public int nextDoc() throws IOException {
    doc = isOver() ? NO_MORE_DOCS : in.nextDoc();
    return doc;
  }

  @Override
  public int advance(int target) throws IOException {
    doc = isOver() ? NO_MORE_DOCS : in.advance(target);
    return doc;
  }

  @Override
  public void intoBitSet(int upTo, FixedBitSet bits, int offset) throws IOException {
    while (doc < upTo) {
      if (time.isOver()) {
        doc = NO_MORE_DOCS;
        return;
      }
      in.intoBitSet((int) Math.min(upTo, (long) doc + TimeLimit.DOCUMENTS), bits, offset);
      doc = in.docID();
    }
  }

  @Override
  public long cost() {
    return in.cost();
  }
}
