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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.NamedThreadFactory;

public class TestModelFolder extends LuceneTestCase {
  private Path folder;
  private ModelFolder models;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    folder = createTempDir();
    TinyModel.copyTo(Files.createDirectory(folder.resolve("tiny")));
    models = new ModelFolder(folder, new EncoderOptions(1, 1 + random().nextInt(500)));
  }

  @Override
  public void tearDown() throws Exception {
    models.close();
    super.tearDown();
  }

  public void testParts() throws IOException {
    List<EncodedPart> parts = models.encodeDocument("tiny", "red cat");
    assertEquals(1, parts.size());
    assertEquals("red cat", parts.get(0).text());
    assertEquals(2, parts.get(0).vectors().length);
    String text = "The red cats sleeps over the blue trees. ".repeat(60).strip();
    parts = models.encodeDocument("tiny", text);
    assertTrue(parts.size() > 2);
    for (EncodedPart part : parts) {
      assertTrue(text.contains(part.text()));
      assertTrue(part.vectors().length > 0);
    }
    assertEquals(List.of(), models.encodeDocument("tiny", " ., "));
    parts = models.encodeDocument("tiny", "[".repeat(300) + " red cat");
    assertEquals(1, parts.size());
    assertEquals("red cat", parts.get(0).text());
    assertEquals(2, parts.get(0).vectors().length);
    assertEquals(128, models.encodeDocument(null, "cat").get(0).vectors()[0].length);
  }

  /** A document of more vectors than a field takes is refused before it is encoded. */
  public void testTooLong() throws IOException {
    String text = "red cat ".repeat(200 + random().nextInt(400));
    int tokens = EncodedPart.matrix(models.encodeDocument("tiny", text)).length;
    EncoderOptions options = new EncoderOptions(1, 500);
    try (ModelFolder exact = new ModelFolder(folder, options, tokens)) {
      assertEquals(tokens, EncodedPart.matrix(exact.encodeDocument("tiny", text)).length);
    }
    try (ModelFolder fewer = new ModelFolder(folder, options, tokens - 1)) {
      EncoderException e =
          expectThrows(EncoderException.class, () -> fewer.encodeDocument("tiny", text));
      String found =
          String.format(Locale.ROOT, "found %,d tokens, expected at most %,d;", tokens, tokens - 1);
      assertTrue(e.getMessage(), e.getMessage().contains(found));
      assertEquals(2, fewer.encodeDocument("tiny", "red cat").get(0).vectors().length);
    }
    EncoderException e =
        expectThrows(
            EncoderException.class, () -> models.encodeDocument("tiny", "red ".repeat(65_537)));
    assertTrue(e.getMessage(), e.getMessage().contains("expected at most 65,536; split it"));
  }

  /** Each token of a long text is a piece of one of its words, and parts may be like others. */
  public void testLocate() throws IOException {
    String[] words = {"red", "Cat", "cats", "sleeps", "über", "blue", "\uD83D\uDE00", ".", "\n\n"};
    StringBuilder text = new StringBuilder();
    for (int n = random().nextInt(600); n >= 0; n--) {
      text.append(words[random().nextInt(words.length)])
          .append(random().nextInt(9) == 0 ? "" : " ");
    }
    String cats = "The red cats sleeps over the blue trees. ".repeat(60);
    for (String whole :
        List.of(text.toString(), cats, " " + cats + "moon", "", " ., ", "=".repeat(300) + "moon")) {
      List<EncodedPart> parts = models.encodeDocument("tiny", whole);
      int[][] places = models.locate("tiny", whole);
      int token = 0;
      try (TextEncoder encoder = TextEncoder.open(folder.resolve("tiny"))) {
        for (EncodedPart part : parts) {
          Pieces pieces = encoder.locate(part.text());
          assertEquals(part.vectors().length, pieces.tokens());
          for (int i = 0; i < pieces.tokens(); i++, token++) {
            String piece =
                pieces.starts()[i] < 0
                    ? ""
                    : part.text().substring(pieces.starts()[i], pieces.ends()[i]);
            assertEquals(piece, whole.substring(places[token][0], places[token][1]));
          }
        }
      }
      assertEquals(token, places.length);
      if (whole.endsWith("moon")) {
        assertEquals(whole.length() - 4, places[token - 1][0]);
      }
    }
  }

  public void testQuery() throws IOException {
    assertEquals("", models.encodeQuery("tiny", "red cat").unseen());
    assertEquals("moon", models.encodeQuery("tiny", "red ".repeat(30) + "moon").unseen());
    String unseen = models.encodeQuery("tiny", "red ".repeat(1000)).unseen();
    assertTrue(unseen, unseen.length() < 40 && unseen.startsWith("red red "));
    assertEquals(128, models.encodeQuery(null, "cat").vectors()[0].length);
    assertEquals(128, models.encodeQuery(TextEncoder.BUILT_IN_NAME, "cat").vectors()[0].length);
    expectThrows(EncoderException.class, () -> models.encodeQuery("tiny", " "));
  }

  /** Of a query of any length only its start is looked at, and the rest is told as left out. */
  public void testLongQuery() throws IOException {
    int looked = 64 * ModelConfig.PLAIN.queryLength();
    String gap = " ".repeat(looked + random().nextInt(looked));
    EncodedQuery query = models.encodeQuery("tiny", "red" + gap + "moon");
    assertEquals("moon", query.unseen());
    assertEquals(1, query.vectors().length);
    // Nothing is left out
    assertEquals("", models.encodeQuery("tiny", "red" + gap).unseen());
    String fitting = "red" + " ".repeat(looked - 7) + "moon";
    assertEquals("", models.encodeQuery("tiny", fitting).unseen());
    assertEquals(2, models.encodeQuery("tiny", fitting).vectors().length);
    // The end of what is looked at is in a word
    String inWord = "red" + " ".repeat(looked - 1 - random().nextInt(4, 6)) + "moon";
    query = models.encodeQuery("tiny", inWord);
    assertEquals("moon", query.unseen());
    assertEquals(1, query.vectors().length);
    query = models.encodeQuery("tiny", " " + "r".repeat(looked));
    assertEquals("r", query.unseen());
    // One piece of letters that take two chars each
    String letters = "r" + "\ud835\udc00".repeat(looked);
    query = models.encodeQuery("tiny", letters);
    assertTrue(query.unseen(), query.unseen().startsWith("\ud835\udc00"));
    assertEquals(1, query.vectors().length);
    EncoderException e =
        expectThrows(EncoderException.class, () -> models.encodeQuery("tiny", gap + "moon"));
    assertEquals("the query has no words before \"moon\"", e.getMessage());
  }

  /** A name leads to no other folder, and a model that comes later is found. */
  public void testNames() throws IOException {
    for (String name : new String[] {"", ".", "..", "../" + folder.getFileName(), "/", "none"}) {
      EncoderException e =
          expectThrows(EncoderException.class, () -> models.encodeQuery(name, "cat"));
      assertTrue(e.getMessage(), e.getMessage().contains("found no model [" + name + "]"));
    }
    TinyModel.copyTo(Files.createDirectory(folder.resolve("none")));
    assertEquals(8, models.encodeQuery("none", "cat").vectors()[0].length);
  }

  /** Threads give the results of one, and closing waits for them. */
  public void testThreads() throws Exception {
    float[][] expected = models.encodeQuery("tiny", "the red cat runs").vectors();
    ExecutorService threads = Executors.newFixedThreadPool(4, new NamedThreadFactory("encoding"));
    List<Future<IllegalStateException>> ends = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      ends.add(
          threads.submit(() -> expectThrows(IllegalStateException.class, () -> repeat(expected))));
    }
    Thread.sleep(random().nextInt(200));
    models.close();
    for (Future<IllegalStateException> end : ends) {
      assertEquals("the models are closed", end.get().getMessage());
    }
    threads.shutdown();
  }

  private void repeat(float[][] expected) throws IOException {
    while (true) {
      assertArrayEquals(expected, models.encodeQuery("tiny", "the red cat runs").vectors());
    }
  }
}
