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
package io.github.luceneplaid.tools;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Field;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.ByteArrayDataOutput;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BytesRef;

/**
 * The pooling of a document's tokens. It is stored as binary doc values: for each original token a
 * vint, the number of the pooled token that it is a part of.
 */
final class PoolClusters {
  static final String FIELD = "plaid.clusters";

  private static final int MAX_VINT = 5;

  private PoolClusters() {}

  static Field field(int[] clusters) throws IOException {
    byte[] bytes = new byte[Math.multiplyExact(MAX_VINT, clusters.length)];
    ByteArrayDataOutput out = new ByteArrayDataOutput(bytes);
    for (int cluster : clusters) {
      out.writeVInt(cluster);
    }
    return new BinaryDocValuesField(FIELD, new BytesRef(bytes, 0, out.getPosition()));
  }

  /** Reads the clusters of a document; null if the index has none. */
  static int[] read(IndexReader reader, int doc) throws IOException {
    List<LeafReaderContext> leaves = reader.leaves();
    LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
    BinaryDocValues values = leaf.reader().getBinaryDocValues(FIELD);
    if (values == null || values.advanceExact(doc - leaf.docBase) == false) {
      return null;
    }
    BytesRef bytes = values.binaryValue();
    ByteArrayDataInput in = new ByteArrayDataInput(bytes.bytes, bytes.offset, bytes.length);
    int[] clusters = new int[bytes.length];
    int n = 0;
    while (in.eof() == false) {
      clusters[n++] = in.readVInt();
    }
    return ArrayUtil.copyOfSubArray(clusters, 0, n);
  }

  /**
   * Returns, for each pooled token, the original tokens that it came from, ascending.
   *
   * @param n how many pooled tokens there are
   * @return null if the clusters do not have this many pooled tokens
   */
  static int[][] members(int[] clusters, int n) {
    int[] sizes = new int[n];
    for (int cluster : clusters) {
      if (cluster < 0 || cluster >= n) {
        return null;
      }
      sizes[cluster]++;
    }
    int[][] members = new int[n][];
    Arrays.setAll(members, cluster -> new int[sizes[cluster]]);
    for (int token = clusters.length - 1; token >= 0; token--) {
      members[clusters[token]][--sizes[clusters[token]]] = token;
    }
    return Arrays.stream(members).allMatch(tokens -> tokens.length > 0) ? members : null;
  }
}
