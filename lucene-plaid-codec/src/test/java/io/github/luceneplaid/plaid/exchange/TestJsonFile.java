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

package io.github.luceneplaid.plaid.exchange;

import io.github.luceneplaid.fsvi.files.VectorFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestJsonFile extends LuceneTestCase {

  private static Path file(String text) throws IOException {
    Path file = createTempDir().resolve("file.json");
    Files.writeString(file, text);
    return file;
  }

  public void testObject() throws IOException {
    var object =
        JsonFile.object(
            file(
                " {\"a\": 12,\n\"b\":-3.5e2, \"c\" : true,\"d\":\"x y\", \"e\": null, \"f\":false}\n"));
    assertEquals(12L, object.get("a"));
    assertEquals(-350.0, object.get("b"));
    assertEquals(true, object.get("c"));
    assertEquals("x y", object.get("d"));
    assertTrue(object.containsKey("e"));
    assertNull(object.get("e"));
    assertEquals(false, object.get("f"));
    assertTrue(JsonFile.object(file("{}")).isEmpty());
  }

  public void testIntegers() throws IOException {
    assertArrayEquals(new int[] {3, 0, 12}, JsonFile.integers(file("[3, 0,\n12 ]"), 12));
    assertArrayEquals(new int[0], JsonFile.integers(file("[]"), 12));
  }

  public void testErrors() throws IOException {
    assertError("JSON at byte 0: found the end of the file, expected '{'", "");
    assertError("JSON at byte 6: found the end of the file, expected '}'", "{\"a\":1");
    assertError("number at byte 5: found 01, expected a number", "{\"a\":01}");
    assertError("number at byte 5: found 1e, expected a number", "{\"a\":1e}");
    assertError(
        "number at byte 5: found 99999999999999999999, expected a 64-bit integer",
        "{\"a\":99999999999999999999}");
    assertError("key at byte 7: found a second \"a\", expected one", "{\"a\":1,\"a\":2}");
    assertError("JSON at byte 3: found \"x\", expected the end of the file", "{} x");
    assertError(
        "value at byte 5: found \"[1]}\", expected a string, a number or a boolean", "{\"a\":[1]}");
  }

  private static void assertError(String message, String text) throws IOException {
    Path file = file(text);
    VectorFileException e = expectThrows(VectorFileException.class, () -> JsonFile.object(file));
    assertEquals(file + ": " + message, e.getMessage());
  }

  public void testErrorsOfIntegers() throws IOException {
    for (String text :
        new String[] {"[1", "[1,]", "[-1]", "[1.0]", "[13]", "{}", "[1] 2", "[[1]]"}) {
      Path file = file(text);
      VectorFileException e =
          expectThrows(VectorFileException.class, () -> JsonFile.integers(file, 12));
      assertTrue(e.getMessage(), e.getMessage().startsWith(file.toString()));
    }
  }
}
