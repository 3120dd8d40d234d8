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

import java.io.IOException;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.util.BytesRef;

/** The values of a field that cannot be coded. The delegate writes them unchanged. */
final class EscapedDocValues extends BinaryDocValues {

  private final TokenDocs docs;
  private final int count;
  private int doc = -1;

  EscapedDocValues(TokenDocs docs, int count) {
    this.docs = docs;
    this.count = count;
  }

  @Override
  public int docID() {
    return doc;
  }

  @Override
  public int nextDoc() throws IOException {
    do {
      doc = docs.nextDoc();
    } while (doc != NO_MORE_DOCS && docs.current().tokenCount() > 0);
    return doc;
  }

  @Override
  public BytesRef binaryValue() throws IOException {
    return docs.current().bytes();
  }

  @Override
  public long cost() {
    return count;
  }

  @Override
  public int advance(int target) {
    throw new UnsupportedOperationException(
        "values that are being written can only be read one after another, by nextDoc()");
  }

  @Override
  public boolean advanceExact(int target) {
    throw new UnsupportedOperationException(
        "values that are being written can only be read one after another, by nextDoc()");
  }
}
