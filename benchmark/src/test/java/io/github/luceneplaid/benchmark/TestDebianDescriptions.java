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

import io.github.luceneplaid.benchmark.DebianDescriptions.Description;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Stanzas of package descriptions, and the texts made of them. */
public class TestDebianDescriptions extends LuceneTestCase {
  private static List<Description> parse(String text) {
    DebianDescriptions descriptions = new DebianDescriptions();
    text.lines().forEach(descriptions::line);
    return descriptions.distinct();
  }

  public void testParagraphs() {
    List<Description> all =
        parse(
            """
            Package: b
            Description-md5: 1
            Description-en: short of b
             One line
               and more.
             .
             .
             * item

            Package: a
            Description-en:  short of a
             Text.
            Other: field
             not a description
            """);
    assertEquals(
        List.of(
            new Description("a", "short of a", "Text."),
            new Description("b", "short of b", "One line and more.\n* item")),
        all);
  }

  /** The first description of a package and the first package with a text count. */
  public void testRepeats() {
    List<Description> all =
        parse(
            """
            Package: c
            Description-en: s
             same

            Package: a
            Description-en: s
             same

            Package: a
            Description-en: later
             other

            Package: none
            Description-en: without text

            Package: no-synopsis

            """);
    assertEquals(List.of(new Description("a", "s", "same")), all);
  }

  public void testTexts() throws Exception {
    List<Description> all = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      all.add(new Description("p" + i, "synopsis \"" + i + "\"", "täxt\n" + i));
    }
    Path texts = createTempDir().resolve("texts.jsonl");
    Path queries = texts.resolveSibling("queries.jsonl");
    DebianData.writeTexts(all, texts, queries);
    List<String> lines = Files.readAllLines(texts);
    assertEquals(150, lines.size());
    assertEquals("{\"id\": \"p7\", \"text\": \"täxt\\n7\"}", lines.get(7));
    assertEquals(
        List.of(
            "{\"id\": \"p0\", \"text\": \"synopsis \\\"0\\\"\"}",
            "{\"id\": \"p100\", \"text\": \"synopsis \\\"100\\\"\"}"),
        Files.readAllLines(queries));
  }
}
