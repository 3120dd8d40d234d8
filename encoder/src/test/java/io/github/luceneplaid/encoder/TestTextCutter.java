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
package io.github.luceneplaid.encoder;

import io.github.luceneplaid.testframework.TinyModel;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.lucene.tests.util.LuceneTestCase;

/** A text of any kind and length is cut into parts that cover it. */
public class TestTextCutter extends LuceneTestCase {
  private static final String SEPARATORS = " .|。\n";

  private static PieceTokenizer tokenizer(int length) throws IOException {
    ModelConfig plain = ModelConfig.PLAIN;
    ModelConfig config =
        new ModelConfig(plain.queryLength(), length, -1, -1, false, -1, false, null, false);
    try (InputStream in = TinyModel.class.getResourceAsStream("tiny-model/tokenizer.json")) {
      return new PieceTokenizer("tiny", in, config);
    }
  }

  private static List<TextPart> cut(PieceTokenizer tokenizer, String title, String body) {
    List<TextPart> parts = new TextCutter(tokenizer).cut(new TextPart(title, body));
    for (TextPart part : parts) {
      assertTrue(part.text(), tokenizer.excess(part.text()) <= 0);
    }
    return parts;
  }

  /**
   * Checks that the parts cover a text, except for punctuation: each starts at or before the end of
   * the part before, and the last one ends with the text.
   */
  private static void assertCovers(PieceTokenizer tokenizer, String body, List<TextPart> parts) {
    int covered = 0;
    int start = -1;
    for (TextPart part : parts) {
      // A part of a full stop alone could be in many places
      boolean unit = part.body().codePoints().anyMatch(c -> SEPARATORS.indexOf(c) < 0);
      int at = body.indexOf(part.body(), unit ? start + 1 : Math.max(start + 1, covered - 1));
      assertTrue(part.body(), at > start);
      assertTrue("between parts", tokenizer.firstTelling(body, covered) >= at);
      start = at;
      covered = at + part.body().length();
    }
    assertTrue("at the end", tokenizer.firstTelling(body, covered) >= body.length());
  }

  /** A text of units that are all different, so that each part can be in one place only. */
  private static String text(int script, String[] between, int count) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(script == 0 ? "word" + i : Character.toString(script + i));
      text.append(between[random().nextInt(between.length)]);
    }
    return text.toString().strip();
  }

  /** Sentences, lines, words, and texts that have none of these. */
  public void testNothingIsLost() throws IOException {
    int[] scripts = {0, 0x4e00, 0x1f300, 0x1d400, 0xe01};
    String[][] between = {{" ", " ", ". "}, {"\n", " | "}, {""}, {" ", "\n\n"}, {"。", ""}};
    for (int i = 0; i < 20; i++) {
      int length = 4 + random().nextInt(60);
      try (PieceTokenizer tokenizer = tokenizer(length)) {
        int script = scripts[random().nextInt(scripts.length)];
        int count = random().nextInt(script == 0xe01 ? 58 : 400);
        String body = text(script, between[random().nextInt(between.length)], count);
        String title = random().nextBoolean() ? "" : "red moon";
        List<TextPart> parts = cut(tokenizer, title, body);
        if (title.isEmpty() || parts.get(0).title().isEmpty() == false) {
          assertCovers(tokenizer, body, parts);
        } else {
          assertCovers(tokenizer, title + "\n" + body, parts);
        }
      }
    }
  }

  public void testBorders() throws IOException {
    try (PieceTokenizer tokenizer = tokenizer(22)) {
      String sentence = "The red cats sleeps over the blue trees. ";
      for (TextPart part : cut(tokenizer, "", sentence.repeat(10).strip())) {
        assertTrue(part.body(), part.body().endsWith("trees."));
      }
      String line = "red 1 cats 2 sleeps 3 moon\n";
      for (TextPart part : cut(tokenizer, "", line.repeat(10).strip())) {
        assertTrue(part.body(), part.body().endsWith("moon"));
      }
      for (TextPart part : cut(tokenizer, "", "unknown ".repeat(80).strip())) {
        assertTrue(part.body(), part.body().matches("(unknown ?)+"));
      }
      // With its title on each part; a title that is too long is text
      assertEquals(
          Set.of("moon"),
          cut(tokenizer, "moon", sentence.repeat(5)).stream()
              .map(TextPart::title)
              .collect(Collectors.toSet()));
      String longTitle = text(0, new String[] {" "}, 40);
      List<TextPart> parts = cut(tokenizer, longTitle, "stone");
      assertCovers(tokenizer, longTitle + "\nstone", parts);
    }
  }

  /** Punctuation that would take all of the room before or after a sentence is left out. */
  public void testSentenceAmongPunctuation() throws IOException {
    String sentence = "The red cats sleeps over the blue trees.";
    try (PieceTokenizer tokenizer = tokenizer(180)) {
      for (String unit : List.of("[", "=", "- ")) {
        String many = unit.repeat(200 + random().nextInt(1000));
        String before = many + sentence;
        for (String title : List.of("", "moon")) {
          assertEquals(List.of(new TextPart(title, sentence)), cut(tokenizer, title, before));
        }
        for (String text : List.of(before, sentence + many, before + many)) {
          List<int[]> spans = new TextCutter(tokenizer).spans(text);
          List<String> parts =
              spans.stream().map(span -> text.substring(span[0], span[1])).toList();
          assertEquals(cut(tokenizer, "", text).stream().map(TextPart::text).toList(), parts);
          assertTrue(parts.get(0), parts.get(0).contains(sentence));
        }
        assertEquals(
            List.of(new TextPart("", many)), new TextCutter(tokenizer).cut(new TextPart("", many)));
      }
    }
  }

  /** Millions of chars are cut in linear time, without parts that have no tokens. */
  public void testMillions() throws IOException {
    try (PieceTokenizer tokenizer = tokenizer(180)) {
      for (String unit : List.of("[", "*", " ", "x", "# ", "\ud83d\udea2")) {
        int count = TEST_NIGHTLY ? 1_000_000 : 20_000;
        String text = "red " + unit.repeat(count) + " moon";
        List<TextPart> parts = cut(tokenizer, "", text);
        assertTrue(parts.getLast().body().endsWith("moon"));
        if (unit.length() == 1 && Character.isLetter(unit.charAt(0)) == false) {
          assertTrue(unit + parts.size(), parts.size() <= 2);
        }
      }
    }
  }
}
