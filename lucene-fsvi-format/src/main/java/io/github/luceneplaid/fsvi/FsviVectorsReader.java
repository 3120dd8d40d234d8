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
import java.util.Map;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;

/** Reads slabs, and searches them by a scan. */
final class FsviVectorsReader extends KnnVectorsReader {

  private final SlabVectorsReader slabs;

  FsviVectorsReader(SlabVectorsReader slabs) {
    this.slabs = slabs;
  }

  @Override
  public FloatVectorValues getFloatVectorValues(String field) throws IOException {
    return slabs.getFloatVectorValues(field);
  }

  @Override
  public ByteVectorValues getByteVectorValues(String field) throws IOException {
    return slabs.getByteVectorValues(field);
  }

  @Override
  public void search(String field, float[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    StoredVectors stored = slabs.stored(field, VectorEncoding.FLOAT32);
    if (stored.size() > 0 && collector.k() > 0) {
      ExactSearch.of(stored, target).search(collector, acceptDocs);
    }
  }

  @Override
  public void search(String field, byte[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    StoredVectors stored = slabs.stored(field, VectorEncoding.BYTE);
    if (stored.size() > 0 && collector.k() > 0) {
      ExactSearch.of(stored, target).search(collector, acceptDocs);
    }
  }

  @Override
  public Map<String, Long> getOffHeapByteSize(FieldInfo field) {
    return slabs.getOffHeapByteSize(field);
  }

  @Override
  public void checkIntegrity() throws IOException {
    slabs.checkIntegrity();
  }

  @Override
  public void close() throws IOException {
    slabs.close();
  }
}
