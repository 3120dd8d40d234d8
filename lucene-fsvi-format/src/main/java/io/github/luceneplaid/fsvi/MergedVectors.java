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
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter.MergedVectorValues;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.DocIDMerger;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.search.DocIdSetIterator;

/** Iterates over the vectors of a field in a merge, without those of deleted documents. */
final class MergedVectors implements RowCursor {

  private static final int ROWS_BETWEEN_ABORT_CHECKS = 1024;

  private final MergeState mergeState;
  private final DocIDMerger<Sub> merger;
  private Sub current;
  private int rows;

  private MergedVectors(List<Sub> subs, MergeState mergeState) throws IOException {
    this.mergeState = mergeState;
    // A filter reader can hide all vectors
    this.merger = subs.isEmpty() ? null : DocIDMerger.of(subs, mergeState.needsIndexSort);
  }

  static RowCursor.Source source(FieldInfo field, MergeState mergeState) {
    return () -> {
      List<Sub> subs = new ArrayList<>();
      for (int i = 0; i < mergeState.knnVectorsReaders.length; i++) {
        KnnVectorsReader reader = mergeState.knnVectorsReaders[i];
        if (reader != null
            && MergedVectorValues.hasVectorValues(mergeState.fieldInfos[i], field.name)) {
          KnnVectorValues values =
              switch (field.getVectorEncoding()) {
                case FLOAT32 -> reader.getFloatVectorValues(field.name);
                case BYTE -> reader.getByteVectorValues(field.name);
              };
          if (values != null) {
            subs.add(new Sub(mergeState.docMaps[i], values));
          }
        }
      }
      return new MergedVectors(subs, mergeState);
    };
  }

  @Override
  public int nextDoc() throws IOException {
    if (++rows % ROWS_BETWEEN_ABORT_CHECKS == 0) {
      mergeState.checkAborted();
    }
    current = merger == null ? null : merger.next();
    return current == null ? DocIdSetIterator.NO_MORE_DOCS : current.mappedDocID;
  }

  @Override
  public float[] floats() throws IOException {
    return ((FloatVectorValues) current.values).vectorValue(current.docs.index());
  }

  @Override
  public byte[] bytes() throws IOException {
    return ((ByteVectorValues) current.values).vectorValue(current.docs.index());
  }

  @Override
  public StoredVectors stored() {
    return current.stored;
  }

  @Override
  public int storedOrd() {
    return current.docs.index();
  }

  private static final class Sub extends DocIDMerger.Sub {

    private final KnnVectorValues values;
    private final DocIndexIterator docs;
    private final StoredVectors stored;

    Sub(MergeState.DocMap docMap, KnnVectorValues values) {
      super(docMap);
      this.values = values;
      this.docs = values.iterator();
      this.stored =
          switch (values) {
            case StoredFloatVectorValues floats -> floats.stored();
            case StoredByteVectorValues bytes -> bytes.stored();
            default -> null;
          };
    }

    @Override
    public int nextDoc() throws IOException {
      return docs.nextDoc();
    }
  }
}
