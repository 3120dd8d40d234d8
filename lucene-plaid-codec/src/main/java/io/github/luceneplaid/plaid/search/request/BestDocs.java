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

package io.github.luceneplaid.plaid.search.request;

import java.util.Arrays;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.LongHeap;
import org.apache.lucene.util.NumericUtils;

/**
 * The best of many documents by score, ties by docID. A document and its score are one long, whose
 * order is the order of hits: the greater one comes first.
 */
public final class BestDocs implements BestHits {

  private final int capacity;
  private final LongHeap heap;

  /** Keeps {@code capacity} documents, at least 1; memory for all of them is taken at once. */
  public BestDocs(int capacity) {
    this.capacity = capacity;
    this.heap = new LongHeap(capacity);
  }

  public static long encode(int doc, float score) {
    return ((long) NumericUtils.floatToSortableInt(score) << 32) | (~doc & 0xFFFFFFFFL);
  }

  public static int doc(long hit) {
    return (int) ~hit;
  }

  public static float score(long hit) {
    return NumericUtils.sortableIntToFloat((int) (hit >> 32));
  }

  public static ScoreDoc[] scoreDocs(long[] hits) {
    ScoreDoc[] scoreDocs = new ScoreDoc[hits.length];
    for (int i = 0; i < hits.length; i++) {
      scoreDocs[i] = new ScoreDoc(doc(hits[i]), score(hits[i]));
    }
    return scoreDocs;
  }

  @Override
  public void add(long hit) {
    heap.insertWithOverflow(hit);
  }

  @Override
  public int size() {
    return heap.size();
  }

  @Override
  public boolean isFull() {
    return heap.size() == capacity;
  }

  @Override
  public float worstScore() {
    assert isFull();
    return score(heap.top());
  }

  @Override
  public long[] best() {
    long[] hits = new long[heap.size()];
    for (int i = 0; i < hits.length; i++) {
      hits[i] = heap.get(i + 1);
    }
    sort(hits);
    return hits;
  }

  /** Sorts hits, best first. */
  public static void sort(long[] hits) {
    Arrays.sort(hits);
    for (int i = 0, j = hits.length - 1; i < j; i++, j--) {
      long swap = hits[i];
      hits[i] = hits[j];
      hits[j] = swap;
    }
  }
}
