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
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.hnsw.FlatFieldVectorsWriter;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.Sorter;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.RamUsageEstimator;

/**
 * Buffers the vectors of a field until they are flushed.
 *
 * @param <T> array of floats or bytes
 */
abstract class BufferedVectors<T> extends FlatFieldVectorsWriter<T> {

  private static final long SHALLOW_BYTES =
      RamUsageEstimator.shallowSizeOfInstance(BufferedVectors.class);

  private final FieldInfo field;
  private final DocsWithFieldSet docs = new DocsWithFieldSet();
  private final List<T> vectors = new ArrayList<>();
  private int lastDoc = -1;
  private boolean finished;

  private BufferedVectors(FieldInfo field) {
    this.field = field;
  }

  static BufferedVectors<?> of(FieldInfo field) {
    int dim = field.getVectorDimension();
    return switch (field.getVectorEncoding()) {
      case FLOAT32 ->
          new BufferedVectors<float[]>(field) {
            @Override
            public float[] copyValue(float[] value) {
              return ArrayUtil.copyOfSubArray(value, 0, dim);
            }
          };
      case BYTE ->
          new BufferedVectors<byte[]>(field) {
            @Override
            public byte[] copyValue(byte[] value) {
              return ArrayUtil.copyOfSubArray(value, 0, dim);
            }
          };
    };
  }

  FieldInfo field() {
    return field;
  }

  @Override
  public void addValue(int doc, T value) {
    if (finished) {
      throw new IllegalStateException("already finished, cannot add more values");
    }
    if (doc == lastDoc) {
      throw new IllegalArgumentException(
          "VectorValuesField \""
              + field.name
              + "\" appears more than once in this document (only one value is allowed per field)");
    }
    assert doc > lastDoc;
    vectors.add(copyValue(value));
    docs.add(doc);
    lastDoc = doc;
  }

  @Override
  public List<T> getVectors() {
    return vectors;
  }

  @Override
  public DocsWithFieldSet getDocsWithFieldSet() {
    return docs;
  }

  @Override
  public void finish() {
    finished = true;
  }

  @Override
  public boolean isFinished() {
    return finished;
  }

  @Override
  public long ramBytesUsed() {
    long arrayBytes =
        (long) field.getVectorDimension() * field.getVectorEncoding().byteSize
            + RamUsageEstimator.NUM_BYTES_ARRAY_HEADER
            + RamUsageEstimator.NUM_BYTES_OBJECT_REF;
    return SHALLOW_BYTES + docs.ramBytesUsed() + vectors.size() * arrayBytes;
  }

  /**
   * Returns the vectors in the order of their documents in the segment.
   *
   * @param sortMap new numbers of the documents, or null if the documents are not sorted
   */
  RowCursor.Source rows(Sorter.DocMap sortMap) throws IOException {
    if (sortMap == null) {
      return () -> new Cursor(vectors, docs.iterator(), null);
    }
    int[] oldOrds = new int[vectors.size()];
    DocsWithFieldSet newDocs = new DocsWithFieldSet();
    KnnVectorsWriter.mapOldOrdToNewOrd(docs, sortMap, null, oldOrds, newDocs);
    return () -> new Cursor(vectors, newDocs.iterator(), oldOrds);
  }

  private static final class Cursor implements RowCursor {

    private final List<?> vectors;
    private final DocIdSetIterator docs;
    private final int[] ords;
    private int next;

    Cursor(List<?> vectors, DocIdSetIterator docs, int[] ords) {
      this.vectors = vectors;
      this.docs = docs;
      this.ords = ords;
    }

    @Override
    public int nextDoc() throws IOException {
      next++;
      return docs.nextDoc();
    }

    private Object vector() {
      return vectors.get(ords == null ? next - 1 : ords[next - 1]);
    }

    @Override
    public float[] floats() {
      return (float[]) vector();
    }

    @Override
    public byte[] bytes() {
      return (byte[]) vector();
    }

    @Override
    public StoredVectors stored() {
      return null;
    }

    @Override
    public int storedOrd() {
      throw new UnsupportedOperationException();
    }
  }
}
