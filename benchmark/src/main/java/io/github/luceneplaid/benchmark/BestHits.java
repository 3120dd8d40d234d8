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
package io.github.luceneplaid.benchmark;

import java.util.Arrays;

/** Keeps the hits of highest score; of equal ones, those of lower positions. */
final class BestHits {
  private final int[] ids;
  private final float[] scores;
  private int size;

  BestHits(int capacity) {
    ids = new int[capacity];
    scores = new float[capacity];
  }

  void add(int id, float score) {
    if (size == ids.length && better(id, score, size - 1) == false) {
      return;
    }
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (better(id, score, middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    size = Math.min(size + 1, ids.length);
    System.arraycopy(ids, low, ids, low + 1, size - low - 1);
    System.arraycopy(scores, low, scores, low + 1, size - low - 1);
    ids[low] = id;
    scores[low] = score;
  }

  private boolean better(int id, float score, int than) {
    return score > scores[than] || (score == scores[than] && id < ids[than]);
  }

  void addAll(BestHits other) {
    for (int i = 0; i < other.size; i++) {
      add(other.ids[i], other.scores[i]);
    }
  }

  Hits hits() {
    return new Hits(Arrays.copyOf(ids, size), Arrays.copyOf(scores, size));
  }
}
