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

import java.util.ArrayList;
import java.util.List;

/** Imports into an index that has documents already. */
public class TestImportsTogether extends ExchangeTestCase {
  /** The documents of later imports come after those of earlier ones. */
  public void testOrder() throws Exception {
    List<String> expected = new ArrayList<>();
    for (String prefix : List.of("a", "b", "c")) {
      run("import", source, index, "--id-prefix=" + prefix);
      for (int i = 0; i < DOCUMENTS; i++) {
        expected.add("text " + prefix + i);
      }
      if (random().nextBoolean()) {
        String gone = prefix + random().nextInt(DOCUMENTS);
        run("delete", index, "--id", gone);
        expected.remove("text " + gone);
        run("merge", index);
      }
    }
    assertEquals(expected, values(export(), "id"));
  }
}
