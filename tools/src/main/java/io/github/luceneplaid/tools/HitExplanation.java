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
import io.github.luceneplaid.plaid.TokenMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Explains a document's score for a query, with the words that tokens stand for.
 *
 * @param query the query
 * @param id of the document
 * @param title of the document; null if it has none
 * @param text of the document; null if it is not stored
 * @param rank among the hits, from 1; null if the document was asked for by its id
 * @param score MaxSim on Lucene's scale
 * @param queryTokens what the query's tokens stand for
 * @param documentTokens what the document's tokens stand for
 * @param words which word of the document each word of the query found; empty if the document's
 *     tokens are not those of its text
 * @param matches the best document token for each query token
 * @param similarities dot products, [query tokens][document tokens]
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record HitExplanation(
    String query,
    String id,
    String title,
    String text,
    Integer rank,
    float score,
    List<Label> queryTokens,
    List<Label> documentTokens,
    List<WordMatch> words,
    List<TokenMatch> matches,
    float[][] similarities) {

  /** The sign for tokens that are no part of the text, such as [CLS]. */
  private static final String NO_WORD = "·";

  /**
   * The words that a token stands for.
   *
   * @param text a part of the text, or what stands for it
   * @param start where it starts in the text, in chars; −1 if it is not in it
   * @param end where it ends in the text, in chars, exclusive; −1 likewise
   * @param pooled the other parts of the text that the token stands for, after this one
   */
  record Label(
      String text,
      int start,
      int end,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Span> pooled) {
    Label(String text, int start, int end) {
      this(text, start, end, List.of());
    }
  }

  /** Labels of tokens, by where they lie in a text. */
  static List<Label> labels(String text, int[] starts, int[] ends) {
    List<Label> labels = new ArrayList<>();
    for (int i = 0; i < starts.length; i++) {
      String word = starts[i] < 0 ? NO_WORD : text.substring(starts[i], ends[i]);
      labels.add(new Label(word, starts[i], ends[i]));
    }
    return labels;
  }

  /**
   * Labels of the tokens of a document. The label of a pooled token has all its pieces, joined to
   * words where they are adjacent.
   */
  static List<Label> labels(String text, TokenPieces pieces) {
    List<Label> labels = new ArrayList<>();
    for (int token = 0; token < pieces.tokens(); token++) {
      List<Span> spans = joined(pieces.spans(token));
      if (spans.isEmpty()) {
        labels.add(new Label(NO_WORD, -1, -1));
      } else {
        String words =
            spans.stream().map(span -> span.of(text)).distinct().collect(Collectors.joining(" "));
        Span first = spans.getFirst();
        List<Span> others = spans.subList(1, spans.size());
        labels.add(new Label(words, first.start(), first.end(), others));
      }
    }
    return labels;
  }

  /** Joins spans that follow each other without a gap. */
  private static List<Span> joined(List<Span> spans) {
    List<Span> joined = new ArrayList<>();
    for (Span span : spans) {
      if (joined.isEmpty() == false && joined.getLast().end() == span.start()) {
        joined.add(new Span(joined.removeLast().start(), span.end()));
      } else {
        joined.add(span);
      }
    }
    return joined;
  }

  /** Labels of n tokens whose words are unknown: their numbers. */
  static List<Label> numbers(int n) {
    List<Label> labels = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      labels.add(new Label("#" + i, -1, -1));
    }
    return labels;
  }
}
