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

import io.github.luceneplaid.fsvi.files.VectorRows;
import java.io.IOException;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.lucene.util.ArrayUtil;

/** Restores the order of rows by their ids, for files that sort rows by a hash. */
final class RowOrder {
  private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,17}");

  private RowOrder() {}

  /**
   * Rows that are not deleted, by their ids, if all these ids are different numbers.
   *
   * @return null if they are not, or if there are more rows than an array can hold
   */
  static int[] byNumber(VectorRows rows) throws IOException {
    if (rows.rows() > ArrayUtil.MAX_ARRAY_LENGTH) {
      return null;
    }
    long[] numbers = new long[(int) rows.rows()];
    for (int i = 0; i < numbers.length; i++) {
      if (rows.isDeleted(i)) {
        continue;
      }
      String id = rows.id(i);
      if (id == null || NUMBER.matcher(id).matches() == false) {
        return null;
      }
      numbers[i] = Long.parseLong(id);
    }
    int[] order =
        IntStream.range(0, numbers.length)
            .filter(i -> rows.isDeleted(i) == false)
            .boxed()
            .sorted((a, b) -> Long.compare(numbers[a], numbers[b]))
            .mapToInt(Integer::intValue)
            .toArray();
    for (int i = 1; i < order.length; i++) {
      if (numbers[order[i]] == numbers[order[i - 1]]) {
        return null;
      }
    }
    return order;
  }
}
