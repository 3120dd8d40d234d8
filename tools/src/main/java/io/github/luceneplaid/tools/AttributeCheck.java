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

import io.github.luceneplaid.plaid.segment.PlaidOptions;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.index.FieldInfo;

/**
 * Checks that the attributes of a field of tokens are those of its entry in the meta file: the
 * options, and the times its tokens were encoded. If values of the field were updated, the
 * attributes are those of the last update, which may not be in this format. All updates keep the
 * largest number of times, so it is at least that of each layer.
 */
final class AttributeCheck {

  private AttributeCheck() {}

  /**
   * Checks a field of a segment.
   *
   * @param layers what the segment holds of the field, and its updates; at least one
   * @return what is wrong, one sentence each; empty if nothing is
   */
  static List<String> check(FieldInfo field, List<PlaidSegment> layers) {
    List<String> problems = new ArrayList<>();
    boolean isUpdated = field.getDocValuesGen() != -1;
    if (isUpdated == false) {
      // As they are written: values that cannot be used would be read as the defaults
      Map<String, String> options = new TreeMap<>(layers.get(0).options().attributes());
      options.forEach((name, value) -> expect(name, field.getAttribute(name), value, problems));
    }
    int found = PlaidOptions.timesEncoded(field);
    int least = layers.stream().mapToInt(PlaidSegment::tokensTimesEncoded).max().orElse(0);
    if (isUpdated && found < least) {
      problems.add("attribute timesEncoded: found " + found + ", expected at least " + least);
    } else if (isUpdated == false) {
      expect("timesEncoded", found, least, problems);
    }
    return problems;
  }

  private static void expect(String what, Object found, Object expected, List<String> problems) {
    if (expected.equals(found) == false) {
      problems.add(
          "attribute " + what + ": found " + found + ", expected " + expected + " as in the entry");
    }
  }
}
