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

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.luceneplaid.encoder.EncodedText;
import io.github.luceneplaid.plaid.TokenMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The word of a text that matches a word of the query, or the words, if the match is a pooled
 * token.
 *
 * @param queryWord the word of the query
 * @param start where its partner starts in the text, in chars
 * @param end where its partner ends in the text, in chars, exclusive
 * @param similarity of the two tokens, −1 to 1
 * @param pooled the words after its partner that were pooled with it
 */
record WordMatch(
    String queryWord,
    int start,
    int end,
    float similarity,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Span> pooled) {
  /** English words that match everywhere and carry no meaning. */
  private static final Set<String> FUNCTION_WORDS =
      Set.of(
          "a", "an", "and", "are", "as", "at", "be", "been", "being", "by", "can", "did", "do",
          "does", "for", "from", "had", "has", "have", "how", "i", "if", "in", "is", "it", "its",
          "me", "my", "of", "on", "or", "so", "that", "the", "their", "them", "they", "this", "to",
          "was", "we", "were", "what", "when", "where", "which", "who", "why", "will", "with",
          "you", "your");

  /** Of one word. */
  WordMatch(String queryWord, int start, int end, float similarity) {
    this(queryWord, start, end, similarity, List.of());
  }

  /** All words of the text that were found, in its order. */
  List<Span> spans() {
    List<Span> spans = new ArrayList<>(List.of(new Span(start, end)));
    spans.addAll(pooled);
    return spans;
  }

  /** Whether the query word has a meaning of its own. */
  boolean tells() {
    return FUNCTION_WORDS.contains(queryWord.toLowerCase(Locale.ROOT)) == false;
  }

  /**
   * Groups the matches of tokens by the words of the query.
   *
   * @param queryText the query
   * @param query its tokens
   * @param text the text of a hit
   * @param pieces where its tokens lie, pooled or not
   * @param tokens which token of the text each token of the query found
   * @return the best match of each word of the query, in its order; none if the tokens are not of
   *     this text
   */
  static List<WordMatch> of(
      String queryText,
      EncodedText query,
      String text,
      TokenPieces pieces,
      List<TokenMatch> tokens) {
    List<WordMatch> result = new ArrayList<>();
    int lastStart = -1;
    for (TokenMatch token : tokens) {
      if (token.documentToken() >= pieces.tokens()) {
        return List.of();
      }
      int queryPiece = query.starts()[token.queryToken()];
      List<Span> found = queryPiece < 0 ? List.of() : words(text, pieces, token.documentToken());
      if (found.isEmpty()) {
        continue;
      }
      int queryStart = wordStart(queryText, queryPiece);
      String word =
          queryText.substring(queryStart, wordEnd(queryText, query.ends()[token.queryToken()]));
      if (Character.isLetterOrDigit(word.codePointAt(0)) == false) {
        continue;
      }
      Span first = found.getFirst();
      List<Span> others = found.subList(1, found.size());
      WordMatch match = new WordMatch(word, first.start(), first.end(), token.similarity(), others);
      if (queryStart != lastStart) {
        result.add(match);
      } else if (match.similarity > result.getLast().similarity) {
        result.set(result.size() - 1, match);
      }
      lastStart = queryStart;
    }
    return result;
  }

  /** The words that a token is of, in the order of the text; punctuation only if there are none. */
  private static List<Span> words(String text, TokenPieces pieces, int token) {
    // Some tokenizers have pieces that are a space alone
    List<Span> found =
        pieces.spans(token).stream()
            .filter(piece -> piece.of(text).isBlank() == false)
            .map(piece -> new Span(wordStart(text, piece.start()), wordEnd(text, piece.end())))
            .distinct()
            .toList();
    List<Span> words = found.stream().filter(span -> isWord(span.of(text))).toList();
    return words.isEmpty() ? found : words;
  }

  private static boolean isWord(String text) {
    return text.codePoints().anyMatch(Character::isLetterOrDigit);
  }

  private static int wordStart(String text, int index) {
    int start = index;
    while (start > 0 && belongTogether(text.codePointBefore(start), text.codePointAt(start))) {
      start -= Character.charCount(text.codePointBefore(start));
    }
    return start;
  }

  private static int wordEnd(String text, int index) {
    int end = index;
    while (end > 0
        && end < text.length()
        && belongTogether(text.codePointBefore(end), text.codePointAt(end))) {
      end += Character.charCount(text.codePointAt(end));
    }
    return end;
  }

  /** Whether two characters that follow each other are of one word. */
  private static boolean belongTogether(int first, int second) {
    if (isMark(second)) {
      return Character.isLetterOrDigit(first) || isMark(first);
    }
    boolean letters =
        (Character.isLetterOrDigit(first) || isMark(first)) && Character.isLetterOrDigit(second);
    return letters && isAlone(first) == false && isAlone(second) == false;
  }

  /** An accent or a vowel sign that is a character of its own. */
  private static boolean isMark(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK ->
          true;
      default -> false;
    };
  }

  /** Whether a character may be a word by itself, as in scripts without spaces. */
  private static boolean isAlone(int c) {
    return switch (Character.UnicodeScript.of(c)) {
      case HAN, HIRAGANA, KATAKANA -> true;
      default -> false;
    };
  }
}
