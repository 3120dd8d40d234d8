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
package io.github.luceneplaid.plaid.ivf;

/**
 * Keeps the highest of many scores in arrays. An array of scores is rising, so its first score is
 * the lowest one that is kept. An array of ids is parallel to it.
 *
 * @lucene.internal
 */
public final class NBest {

  private NBest() {}

  /**
   * Replaces the lowest score by a higher one, and restores the order.
   *
   * @param scores the scores; those from {@code start} on are rising
   * @param start index of the first score
   * @param ids the ids of the scores
   * @param firstId index of the first id
   * @param n number of scores to keep, ≥ 1
   * @param score the new score, higher than the first one
   * @param id the id of the new score
   */
  public static void insert(
      float[] scores, int start, int[] ids, int firstId, int n, float score, int id) {
    int i = 1;
    for (; i < n && scores[start + i] < score; i++) {
      scores[start + i - 1] = scores[start + i];
      ids[firstId + i - 1] = ids[firstId + i];
    }
    scores[start + i - 1] = score;
    ids[firstId + i - 1] = id;
  }
}
