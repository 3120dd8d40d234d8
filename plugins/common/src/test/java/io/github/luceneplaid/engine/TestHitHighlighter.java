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

import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.MaxSimValuesSource;
import io.github.luceneplaid.plaid.TokenMatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.queries.function.FunctionScoreQuery;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestHitHighlighter extends LuceneTestCase {

  private static final float[][] TOKENS = {{1, 0}, {0, 1}, {0.6f, 0.8f}, {-1, 0}};
  private static final String TEXT = "Red fish. Blue birds fly \uD83D\uDE00 high.";

  /** Of each token above: "Red", "fish", "bird", "high". */
  private static final List<List<Integer>> PLACES =
      List.of(List.of(0, 3), List.of(4, 8), List.of(15, 19), List.of(27, 31));

  private final WordMarker whole = new WordMarker("<em>", "</em>", 0, 100);

  private Directory directory;
  private DirectoryReader reader;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    directory = newDirectory();
    try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
      Document document = new Document();
      document.add(new LateInteractionField("tokens", TOKENS));
      writer.addDocument(document);
      writer.addDocument(new Document());
    }
    reader = DirectoryReader.open(directory);
  }

  @Override
  public void tearDown() throws Exception {
    reader.close();
    directory.close();
    super.tearDown();
  }

  private LeafReader leaf() {
    return getOnlyLeafReader(reader);
  }

  private static Query query(float[]... tokens) {
    return new LateInteractionQuery("tokens", tokens, 1);
  }

  private List<String> numbers(Query query, Map<String, Object> options) throws IOException {
    HitHighlighter highlighter = new HitHighlighter("tokens", true, options);
    return highlighter.highlight(
        whole, highlighter.queries(query, name -> name), leaf(), 0, model -> null, name -> null);
  }

  public void testNumbers() throws IOException {
    Query query = query(new float[] {0, 1}, new float[] {1, 0}, new float[] {0.6f, 0.8f});
    assertEquals(List.of("0:1", "1:0", "2:2"), numbers(query, null));
    assertEquals(
        List.of("0:1:1.0000", "1:0:1.0000", "2:2:1.0000"),
        numbers(query, Map.of("similarities", true)));
    HitHighlighter highlighter = new HitHighlighter("tokens", true, Map.of());
    HitMatches queries = highlighter.queries(query, name -> name);
    assertEquals(
        List.of(), highlighter.highlight(whole, queries, leaf(), 1, model -> null, name -> null));
  }

  /** A query is found wherever it is in a request, unless hits are not to match it. */
  public void testQueriesInQueries() throws IOException {
    float[] token = {0, 1};
    Query exact =
        new FunctionScoreQuery(
            new FieldExistsQuery("tokens"),
            new MaxSimValuesSource("tokens", new float[][] {token}));
    Query other = new LateInteractionQuery("other", new float[][] {token}, 1);
    Query words = new TermQuery(new Term("text", "fish"));
    for (Query query : List.of(query(token), exact)) {
      for (Occur occur : Occur.values()) {
        Query both =
            new BooleanQuery.Builder()
                .add(other, Occur.SHOULD)
                .add(words, Occur.SHOULD)
                .add(new BoostQuery(query, 2), occur)
                .build();
        List<String> expected = occur == Occur.MUST_NOT ? List.of() : List.of("0:1");
        assertEquals(expected, numbers(both, null));
      }
    }
    assertEquals(List.of(), numbers(words, null));
    Query filtered = new LateInteractionQuery("other", new float[][] {token}, 1, query(token));
    assertEquals(List.of(), numbers(filtered, null));
    assertEquals("other", HitMatches.of(filtered, null).field());
    assertNull(HitMatches.of(words, null).field());
  }

  private List<String> words(
      WordMarker marker, Query query, Map<String, Object> options, Map<String, Object> source)
      throws IOException {
    Map<String, Object> all = new HashMap<>(options);
    all.put("offsets", "places");
    HitHighlighter highlighter = new HitHighlighter("text", false, all);
    return highlighter.highlight(
        marker, highlighter.queries(query, name -> name), leaf(), 0, model -> null, source::get);
  }

  public void testWords() throws IOException {
    Map<String, Object> source = Map.of("text", TEXT, "places", PLACES);
    Query fish = query(new float[] {0, 1});
    Query birdAndHigh = query(new float[] {0.6f, 0.8f}, new float[] {-1, 0});
    assertEquals(
        List.of("Red <em>fish</em>. Blue birds fly \uD83D\uDE00 high."),
        words(whole, fish, Map.of(), source));
    assertEquals(
        List.of("Red fish. Blue <em>birds</em> fly \uD83D\uDE00 <em>high</em>."),
        words(whole, birdAndHigh, Map.of("vectors", "tokens"), source));
    assertEquals(List.of(), words(whole, fish, Map.of("vectors", "other"), source));
    HitHighlighter byAlias = new HitHighlighter("text", false, Map.of("vectors", "alias"));
    assertEquals("tokens", byAlias.queries(fish, name -> "tokens").field());
    WordMarker parts = new WordMarker("[", "]", 1, 5);
    assertEquals(
        List.of("Blue [birds] (1.0000) fly \uD83D\uDE00 [high] (1.0000)."),
        words(parts, birdAndHigh, Map.of("similarities", true), source));
    assertEquals(List.of("Red [fish]."), words(parts, fish, Map.of(), source));
    WordMarker encoded = new WordMarker("<b>", "</b>", 0, 5, text -> text.replace("i", "&i"));
    assertEquals(
        List.of("Red <b>f&ish</b>. Blue b&irds fly \uD83D\uDE00 h&igh."),
        words(encoded, fish, Map.of(), source));
    WordMarker both = new WordMarker("[", "]", 2, 5);
    Query all = query(TOKENS);
    assertEquals(
        List.of("[Red] [fish].", "Blue [birds] fly \uD83D\uDE00 [high]."),
        words(both, all, Map.of(), source));
    assertEquals(1, words(parts, all, Map.of(), source).size());
  }

  /** Without the text or the offsets there is nothing to mark. Others than expected are errors. */
  public void testBadSource() throws IOException {
    Query query = query(new float[] {-1, 0});
    assertEquals(List.of(), words(whole, query, Map.of(), Map.of("places", PLACES)));
    assertEquals(List.of(), words(whole, query, Map.of(), Map.of("text", TEXT)));
    Object[][] bad = {
      {"text", List.of("a", "b"), "field [text]", "expected one text"},
      {"places", "x", "field [places]: found x", "array of [start, end]"},
      {"places", List.of(1, 2), "field [places]: found 1", "array of [start, end]"},
      {"places", List.of(List.of(0)), "token 0 has [0]", "two whole numbers"},
      {"places", List.of(List.of(0, "1")), "token 0 has [0, 1]", "two whole numbers"},
      {"places", List.of(List.of(0, 99)), "token 0 has [0, 99]", "part of the text, which has 32"},
      {"places", List.of(List.of(2, 1)), "token 0 has [2, 1]", "part of the text"},
      {"places", PLACES.subList(0, 3), "offsets of 3 vectors", "the 4 vectors of the document"},
    };
    for (Object[] row : bad) {
      Map<String, Object> source = new HashMap<>(Map.of("text", TEXT, "places", PLACES));
      source.put((String) row[0], row[1]);
      String message =
          expectThrows(IllegalArgumentException.class, () -> words(whole, query, Map.of(), source))
              .getMessage();
      assertTrue(message, message.contains((String) row[2]) && message.contains((String) row[3]));
    }
  }

  /** Without offsets an encoder finds the words. */
  public void testEncoder() throws IOException {
    Query query = query(new float[] {-1, 0});
    Map<String, Object> source = Map.of("text", TEXT);
    int[][] places = {{0, 3}, {4, 8}, {15, 19}, {28, 32}};
    for (String model : new String[] {null, "tiny"}) {
      HitHighlighter highlighter =
          new HitHighlighter("text", false, model == null ? Map.of() : Map.of("model", model));
      HitMatches queries = highlighter.queries(query, name -> name);
      HitHighlighter.Encoder encoder =
          name -> {
            assertEquals(model, name);
            return text -> places;
          };
      assertEquals(
          List.of("Red fish. Blue birds fly \uD83D\uDE00 <em>high</em>."),
          highlighter.highlight(whole, queries, leaf(), 0, encoder, source::get));
      assertEquals(
          List.of(), highlighter.highlight(whole, queries, leaf(), 0, encoder, name -> null));
      assertEquals(
          List.of(), highlighter.highlight(whole, queries, leaf(), 1, encoder, source::get));
      HitHighlighter.Encoder other = name -> text -> new int[3][2];
      String message =
          expectThrows(
                  IllegalArgumentException.class,
                  () -> highlighter.highlight(whole, queries, leaf(), 0, other, source::get))
              .getMessage();
      assertEquals(
          "field [text]: found offsets of 3 vectors, expected those of the 4 vectors of the"
              + " document",
          message);
      HitHighlighter.Encoder more = name -> text -> new int[5][2];
      message =
          expectThrows(
                  IllegalArgumentException.class,
                  () -> highlighter.highlight(whole, queries, leaf(), 0, more, source::get))
              .getMessage();
      assertTrue(message, message.contains("has a [pool_factor] above 1"));
      HitHighlighter.Encoder none = name -> null;
      message =
          expectThrows(
                  IllegalArgumentException.class,
                  () -> highlighter.highlight(whole, queries, leaf(), 0, none, source::get))
              .getMessage();
      assertTrue(message, message.contains("or the plugin that encodes texts"));
    }
  }

  public void testBadOptions() {
    Map<Map<String, Object>, String> bad =
        Map.of(
            Map.of("offsets", 1), "option [offsets]: found 1, expected a String",
            Map.of("offsets", "o", "similarities", "x"), "option [similarities]: found x",
            Map.of("offsets", "o", "colour", "x"), "option [colour]: found an unknown option",
            Map.of("model", 1), "option [model]: found 1, expected a String",
            Map.of("offsets", "o", "model", "x"), "option [model]: found x, expected none");
    bad.forEach(
        (options, expected) -> {
          String message =
              expectThrows(
                      IllegalArgumentException.class,
                      () -> new HitHighlighter("text", false, options))
                  .getMessage();
          assertTrue(
              message, message.contains("highlighter [maxsim] of field [text], " + expected));
        });
    expectThrows(
        IllegalArgumentException.class,
        () -> new HitHighlighter("tokens", true, Map.of("offsets", "o")));
  }

  private static Object anyValue(int depth) {
    return switch (random().nextInt(depth > 0 ? 6 : 4)) {
      case 0 -> random().nextInt(-2, 40);
      case 1 -> random().nextLong();
      case 2 -> "text";
      case 3 -> random().nextDouble();
      default -> {
        List<Object> list = new ArrayList<>();
        for (int n = random().nextInt(4); n > 0; n--) {
          list.add(anyValue(depth - 1));
        }
        yield list;
      }
    };
  }

  public void testNegativeFragments() {
    int fragments = -1 - random().nextInt(3);
    IllegalArgumentException e =
        expectThrows(
            IllegalArgumentException.class, () -> new WordMarker("[", "]", fragments, 100));
    assertEquals("[fragments]: found " + fragments + ", expected 0 or more", e.getMessage());
  }

  /** Offsets of any kind are taken or refused, and what is left of a text is the text. */
  public void testAnyOffsets() {
    for (int i = 0; i < 10_000; i++) {
      Object value = random().nextInt(3) == 0 ? anyValue(3) : pairs();
      List<TokenMatch> matches = new ArrayList<>();
      for (int q = 0; q < 3; q++) {
        matches.add(new TokenMatch(q, random().nextInt(4), random().nextFloat()));
      }
      try {
        int[][] offsets = TokenOffsets.given("places", value).of(TEXT);
        WordMarker marker = new WordMarker("<", ">", random().nextInt(3), random().nextInt(20));
        List<String> marked = marker.mark(TEXT, offsets, matches, false);
        for (String part : marked) {
          String plain = part.replace("<", "").replace(">", "");
          assertTrue(Arrays.deepToString(offsets) + part, TEXT.contains(plain));
        }
      } catch (IllegalArgumentException e) {
        assertTrue(e.getMessage(), e.getMessage().contains("expected"));
      }
    }
  }

  /** Each part is what code points say, in any order, also with halves of surrogate pairs. */
  public void testCodePoints() {
    StringBuilder characters = new StringBuilder();
    for (int n = random().nextInt(50); n > 0; n--) {
      switch (random().nextInt(3)) {
        case 0 -> characters.append('a');
        case 1 -> characters.appendCodePoint(0x1F600);
        default -> characters.append((char) random().nextInt(Character.MIN_SURROGATE, 0xE000));
      }
    }
    String text = characters.toString();
    int length = text.codePointCount(0, text.length());
    List<List<Integer>> pairs = new ArrayList<>();
    for (int n = random().nextInt(20); n > 0; n--) {
      int start = random().nextInt(length + 1);
      pairs.add(List.of(start, random().nextInt(start, length + 1)));
    }
    int[][] offsets = TokenOffsets.given("places", pairs).of(text);
    assertEquals(pairs.size(), offsets.length);
    for (int i = 0; i < offsets.length; i++) {
      assertEquals(text.offsetByCodePoints(0, pairs.get(i).get(0)), offsets[i][0]);
      assertEquals(text.offsetByCodePoints(0, pairs.get(i).get(1)), offsets[i][1]);
    }
  }

  private static List<List<Integer>> pairs() {
    List<List<Integer>> pairs = new ArrayList<>();
    for (int n = random().nextInt(6); n > 0; n--) {
      int start = random().nextInt(32);
      pairs.add(List.of(start, random().nextInt(start, 33)));
    }
    return pairs;
  }
}
