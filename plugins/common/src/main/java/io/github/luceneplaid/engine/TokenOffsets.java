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

package io.github.luceneplaid.engine;

import java.util.List;

/**
 * Tells where in a text its token vectors come from.
 *
 * @lucene.internal
 */
public interface TokenOffsets {

  /**
   * Finds the part of a text for each token vector.
   *
   * @return for each vector where its part begins and ends, as positions of chars; equal ones for a
   *     vector without a part
   */
  int[][] of(String text);

  /**
   * Offsets that a document brings along, as tokenizers give them: a list of pairs of numbers that
   * count code points.
   *
   * @param field name in messages
   * @param value as a parser of JSON has read it
   */
  static TokenOffsets given(String field, Object value) {
    return text -> {
      List<?> pairs = list(field, value);
      int[] starts = starts(text);
      int[][] offsets = new int[pairs.size()][];
      for (int token = 0; token < offsets.length; token++) {
        List<?> pair = list(field, pairs.get(token));
        if (pair.size() != 2 || isWhole(pair.get(0)) == false || isWhole(pair.get(1)) == false) {
          throw unexpected(field, token, pair, "two whole numbers");
        }
        long start = ((Number) pair.get(0)).longValue();
        long end = ((Number) pair.get(1)).longValue();
        int length = starts.length - 1;
        if (start < 0 || end < start || end > length) {
          throw unexpected(field, token, pair, "a part of the text, which has " + length);
        }
        offsets[token] = new int[] {starts[(int) start], starts[(int) end]};
      }
      return offsets;
    };
  }

  /**
   * Returns where each code point of a text begins, and where the last one ends. With them, the
   * time for a long text with many vectors is the sum of the two, in whichever order they are.
   */
  private static int[] starts(String text) {
    int[] starts = new int[text.codePointCount(0, text.length()) + 1];
    for (int i = 1; i < starts.length; i++) {
      starts[i] = text.offsetByCodePoints(starts[i - 1], 1);
    }
    return starts;
  }

  private static boolean isWhole(Object number) {
    return number instanceof Integer || number instanceof Long;
  }

  private static List<?> list(String field, Object value) {
    if (value instanceof List<?> list) {
      return list;
    }
    throw new IllegalArgumentException(
        "field [" + field + "]: found " + value + ", expected an array of [start, end]");
  }

  private static IllegalArgumentException unexpected(
      String field, int token, Object found, String expected) {
    return new IllegalArgumentException(
        "field [" + field + "]: token " + token + " has " + found + ", expected " + expected);
  }
}
