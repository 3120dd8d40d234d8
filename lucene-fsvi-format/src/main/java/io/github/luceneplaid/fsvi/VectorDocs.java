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
import java.io.UncheckedIOException;
import org.apache.lucene.codecs.lucene90.IndexedDISI;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.packed.DirectMonotonicReader;

/** Maps ordinals of vectors to documents and back. For one thread. */
final class VectorDocs {

  private final VectorDocsEntry entry;
  private final IndexInput data;
  private final int size;
  // Null if all documents have a vector, or none has one
  private final DirectMonotonicReader docs;
  private DocIndexIterator shared;

  VectorDocs(VectorDocsEntry entry, IndexInput data) throws IOException {
    this.entry = entry;
    this.data = data;
    this.size = entry.size();
    boolean sparse = entry.isEmpty() == false && entry.isDense() == false;
    this.docs = sparse ? entry.openNumbers(data) : null;
  }

  boolean isDense() {
    return docs == null;
  }

  int doc(int ord) {
    return docs == null ? ord : (int) docs.get(ord);
  }

  /** Returns the ordinal of the vector of a document. The document must have one. */
  int ordinal(int doc) {
    if (docs == null) {
      return doc;
    }
    long ord = docs.binarySearch(0, size, doc);
    assert ord >= 0 : "document " + doc + " has no vector";
    return (int) ord;
  }

  /**
   * Returns an iterator as Lucene's formats do. If some documents have no vector, all calls return
   * the same iterator, which continues from its position. Otherwise it is a new one.
   */
  DocIndexIterator sharedIterator() {
    if (docs == null) {
      return iterator();
    }
    if (shared == null) {
      shared = iterator();
    }
    return shared;
  }

  /** Returns a new iterator, positioned before the first document. */
  DocIndexIterator iterator() {
    try {
      return docs == null
          ? new DenseIterator(size)
          : IndexedDISI.asDocIndexIterator(entry.openSet(data));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Bits acceptOrds(Bits acceptDocs) {
    if (acceptDocs == null || docs == null) {
      return acceptDocs;
    }
    return new Bits() {
      @Override
      public boolean get(int ord) {
        return acceptDocs.get(doc(ord));
      }

      @Override
      public int length() {
        return size;
      }
    };
  }

  /** Iterates over documents that all have a vector. Their numbers are the ordinals. */
  private static final class DenseIterator extends DocIndexIterator {

    private final int size;
    private int doc = -1;

    DenseIterator(int size) {
      this.size = size;
    }

    @Override
    public int docID() {
      return doc;
    }

    @Override
    public int index() {
      return doc;
    }

    @Override
    public int nextDoc() {
      return advance(doc + 1);
    }

    @Override
    public int advance(int target) {
      doc = target < size ? target : NO_MORE_DOCS;
      return doc;
    }

    @Override
    public long cost() {
      return size;
    }
  }
}
