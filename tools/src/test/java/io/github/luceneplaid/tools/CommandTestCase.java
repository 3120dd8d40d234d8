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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Runs commands as they are typed. */
abstract class CommandTestCase extends LuceneTestCase {
  final StringWriter out = new StringWriter();
  final StringWriter err = new StringWriter();

  /** Runs a command; returns its exit code. */
  int plaid(Object... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    String[] strings = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      strings[i] = args[i].toString();
    }
    return Plaid.run(Console.of(null, out, err), strings);
  }

  void assertFails(int code, String message, Object... args) {
    assertEquals(code, plaid(args));
    assertTrue(err.toString(), err.toString().contains(message));
    assertEquals(err.toString(), 1, err.toString().lines().count());
  }

  /** Runs a command that succeeds and prints a JSON object, which it returns. */
  JsonNode json(Object... args) throws IOException {
    assertEquals(err.toString(), 0, plaid(args));
    return new ObjectMapper().readTree(out.toString());
  }
}
