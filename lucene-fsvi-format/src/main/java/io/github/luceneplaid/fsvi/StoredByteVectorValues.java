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
package io.github.luceneplaid.fsvi;

import java.io.IOException;
import java.util.Objects;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.util.Bits;

/** Reads the rows of a field of bytes. */
final class StoredByteVectorValues extends ByteVectorValues {

  private final StoredVectors vectors;
  private final byte[] value;
  private int valueOrd = -1;

  StoredByteVectorValues(StoredVectors vectors) {
    this.vectors = vectors;
    this.value = new byte[vectors.dimension()];
  }

  StoredVectors stored() {
    return vectors;
  }

  @Override
  public int dimension() {
    return vectors.dimension();
  }

  @Override
  public int size() {
    return vectors.size();
  }

  @Override
  public byte[] vectorValue(int ord) throws IOException {
    if (ord != valueOrd) {
      Objects.checkIndex(ord, size());
      valueOrd = -1;
      vectors.fine().rows().readRawBytes(ord, 1, value, 0);
      valueOrd = ord;
    }
    return value;
  }

  @Override
  public StoredByteVectorValues copy() throws IOException {
    return new StoredByteVectorValues(vectors.copy());
  }

  @Override
  public int ordToDoc(int ord) {
    return vectors.docs().doc(ord);
  }

  @Override
  public Bits getAcceptOrds(Bits acceptDocs) {
    return vectors.docs().acceptOrds(acceptDocs);
  }

  @Override
  public DocIndexIterator iterator() {
    return vectors.docs().sharedIterator();
  }

  @Override
  public void prefetch(int[] ords, int n) throws IOException {
    for (int i = 0; i < n; i++) {
      vectors.fine().rows().prefetch(ords[i], 1);
    }
  }

  @Override
  public VectorScorer scorer(byte[] target) throws IOException {
    if (size() == 0) {
      return null;
    }
    StoredByteVectorValues copy = copy();
    StoredVectors stored = copy.vectors;
    TierScorer scorer = TierScorer.of(stored, stored.similarity(), target);
    return new LuceneScorer(copy, scorer).asVectorScorer(stored.docs());
  }
}
