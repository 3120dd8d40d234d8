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

import io.github.luceneplaid.encoder.EncodedText;
import io.github.luceneplaid.encoder.Pieces;
import io.github.luceneplaid.plaid.TokenMatch;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestWordMatch extends LuceneTestCase {
  /** Pieces are joined to words on both sides; the best piece of a query word decides. */
  public void testWords() {
    String query = "why swimming, now";
    // why swim ming , now
    EncodedText encoded =
        new EncodedText(null, null, new int[] {0, 4, 8, 12, 14}, new int[] {3, 8, 12, 13, 17});
    String text = "He swam; swimmers float.";
    // He swam ; swim mers float
    Pieces pieces =
        new Pieces(
            null,
            null,
            new int[6],
            new int[] {0, 3, 7, 9, 13, 18},
            new int[] {2, 7, 8, 13, 17, 23});
    List<TokenMatch> tokens =
        List.of(
            new TokenMatch(0, 0, 0.1f),
            new TokenMatch(1, 1, 0.6f),
            new TokenMatch(2, 4, 0.7f),
            new TokenMatch(3, 2, 0.9f),
            new TokenMatch(4, 5, 0.3f));
    List<WordMatch> matches = WordMatch.of(query, encoded, text, TokenPieces.of(pieces), tokens);
    assertEquals(
        List.of(
            new WordMatch("why", 0, 2, 0.1f),
            new WordMatch("swimming", 9, 17, 0.7f),
            new WordMatch("now", 18, 23, 0.3f)),
        matches);
    assertFalse(matches.get(0).tells());
    assertTrue(matches.get(1).tells());
  }

  /** Tokens that are no part of the text, such as [CLS], are left out on both sides. */
  public void testTokensOutsideTheText() {
    EncodedText encoded = new EncodedText(null, null, new int[] {-1, 0, 4}, new int[] {-1, 3, 7});
    Pieces pieces = new Pieces(null, null, new int[2], new int[] {-1, 0}, new int[] {-1, 3});
    List<TokenMatch> tokens =
        List.of(new TokenMatch(0, 1, 1), new TokenMatch(1, 0, 1), new TokenMatch(2, 1, 0.5f));
    assertEquals(
        List.of(new WordMatch("dog", 0, 3, 0.5f)),
        WordMatch.of("cat dog", encoded, "cat", TokenPieces.of(pieces), tokens));
  }

  /** Tokens of another text give no words, as after a change of the model. */
  public void testTokensOfAnotherText() {
    EncodedText encoded = new EncodedText(null, null, new int[] {0}, new int[] {3});
    Pieces pieces = new Pieces(null, null, new int[1], new int[] {0}, new int[] {3});
    assertEquals(
        List.of(),
        WordMatch.of(
            "cat", encoded, "dog", TokenPieces.of(pieces), List.of(new TokenMatch(0, 1, 0.5f))));
  }

  private static String word(String text, int start, int end) {
    EncodedText encoded = new EncodedText(null, null, new int[] {0}, new int[] {1});
    Pieces pieces = new Pieces(null, null, new int[1], new int[] {start}, new int[] {end});
    WordMatch match =
        WordMatch.of("q", encoded, text, TokenPieces.of(pieces), List.of(new TokenMatch(0, 0, 1)))
            .get(0);
    return text.substring(match.start(), match.end());
  }

  /** Accents that are characters of their own belong to their words; scripts without spaces. */
  public void testScripts() {
    assertEquals("cafe\u0301", word("le cafe\u0301 noir", 3, 7));
    assertEquals("re\u0301sume\u0301", word("re\u0301sume\u0301", 3, 5));
    assertEquals("輪", word("渡輪中午", 1, 2));
    assertEquals("渡輪", word("a渡輪中午", 1, 3));
    assertEquals("noon", word("渡noon輪", 2, 3));
    assertEquals("नौका", word("नौका दोपहर", 0, 1));
    assertEquals("\ud835\udcbb\ud835\udcc7", word("a \ud835\udcbb\ud835\udcc7 b", 2, 4));
    assertEquals("Вода", word("Вода.", 1, 2));
  }
}
