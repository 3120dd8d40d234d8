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
import java.util.Arrays;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.Query;

/**
 * Finds the k documents whose vectors are the most similar to a target. The search is exact in
 * every format, whether or not the field has a graph. A score is computed from the most precise
 * vector that the format stores.
 *
 * <p>Each segment is scanned once. A segment in {@link FsviVectorsFormat} or {@link
 * FsviHnswVectorsFormat} is scanned at the speed of memory, and several tasks share the scan of a
 * large segment. Lucene's {@link org.apache.lucene.search.KnnFloatVectorQuery} finds the same hits
 * in {@link FsviVectorsFormat}, but it always scans a segment in one task.
 *
 * @lucene.experimental
 */
public final class ExactKnnQuery extends VectorQuery {

  // One of them is null.
  private final float[] floats;
  private final byte[] bytes;

  /**
   * Searches a field of floats.
   *
   * @param field name of the field
   * @param target vector that the field's vectors are compared with; it is copied
   * @param k number of hits, at least 1
   * @throws IllegalArgumentException if k is less than 1, or the target is empty or not finite
   */
  public ExactKnnQuery(String field, float[] target, int k) {
    this(field, target, k, null);
  }

  /**
   * Searches a field of floats for documents that match a filter.
   *
   * @param field name of the field
   * @param target vector that the field's vectors are compared with; it is copied
   * @param k number of hits, at least 1
   * @param filter query that hits must match, or null to allow all documents
   * @throws IllegalArgumentException if k is less than 1, or the target is empty or not finite
   */
  public ExactKnnQuery(String field, float[] target, int k, Query filter) {
    super(field, k, filter);
    this.floats = checked("target", target);
    this.bytes = null;
  }

  /**
   * Searches a field of bytes.
   *
   * @param field name of the field
   * @param target vector that the field's vectors are compared with; it is copied
   * @param k number of hits, at least 1
   * @throws IllegalArgumentException if k is less than 1, or the target is empty
   */
  public ExactKnnQuery(String field, byte[] target, int k) {
    this(field, target, k, null);
  }

  /**
   * Searches a field of bytes for documents that match a filter.
   *
   * @param field name of the field
   * @param target vector that the field's vectors are compared with; it is copied
   * @param k number of hits, at least 1
   * @param filter query that hits must match, or null to allow all documents
   * @throws IllegalArgumentException if k is less than 1, or the target is empty
   */
  public ExactKnnQuery(String field, byte[] target, int k, Query filter) {
    super(field, k, filter);
    checkNotEmpty("target", target.length);
    this.floats = null;
    this.bytes = target.clone();
  }

  /** Returns a copy of the target, or null if the query searches a field of bytes. */
  public float[] getFloatTargetCopy() {
    return floats == null ? null : floats.clone();
  }

  /** Returns a copy of the target, or null if the query searches a field of floats. */
  public byte[] getByteTargetCopy() {
    return bytes == null ? null : bytes.clone();
  }

  @Override
  void searchSegment(
      LeafReaderContext context, OrdRange range, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    if (floats != null) {
      ExactScores.collect(context.reader(), field, floats, range, collector, acceptDocs);
    } else {
      ExactScores.collect(context.reader(), field, bytes, range, collector, acceptDocs);
    }
  }

  @Override
  boolean equalsTo(VectorQuery query) {
    ExactKnnQuery other = (ExactKnnQuery) query;
    return super.equalsTo(other)
        && Arrays.equals(floats, other.floats)
        && Arrays.equals(bytes, other.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * super.hashCode() + Arrays.hashCode(floats)) + Arrays.hashCode(bytes);
  }

  @Override
  public String toString(String defaultField) {
    return "ExactKnnQuery(" + field + ", k=" + k + (filter == null ? "" : ", " + filter) + ")";
  }
}
