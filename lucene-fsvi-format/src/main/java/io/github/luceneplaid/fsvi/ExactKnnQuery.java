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
 * Finds the k documents with the most similar vectors, exactly, whatever format the field is in and
 * whether or not it has a graph. Scores are of the best vectors that the format has. Each segment
 * is scanned once; those in {@link FsviVectorsFormat} and {@link FsviHnswVectorsFormat} at the
 * speed of memory, and by several tasks if they are large. Lucene's {@link
 * org.apache.lucene.search.KnnFloatVectorQuery} finds the same in {@link FsviVectorsFormat}, but
 * has one task scan a segment, however large it is.
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
   * @param target what vectors are compared with; is copied
   * @param k number of hits, at least 1
   * @param filter what hits have to match, or null
   * @throws IllegalArgumentException if k or the target is out of its range
   */
  public ExactKnnQuery(String field, float[] target, int k, Query filter) {
    super(field, k, filter);
    this.floats = checked(target);
    this.bytes = null;
  }

  /**
   * Searches a field of bytes.
   *
   * @param field name of the field
   * @param target what vectors are compared with; is copied
   * @param k number of hits, at least 1
   * @param filter what hits have to match, or null
   * @throws IllegalArgumentException if k or the target is out of its range
   */
  public ExactKnnQuery(String field, byte[] target, int k, Query filter) {
    super(field, k, filter);
    if (target.length == 0) {
      throw new IllegalArgumentException("a query without elements");
    }
    this.floats = null;
    this.bytes = target.clone();
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
