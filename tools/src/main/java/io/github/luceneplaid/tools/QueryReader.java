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
import io.github.luceneplaid.encoder.TextEncoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads queries, and notes those that cannot find anything. */
final class QueryReader {
  private final Notes notes;

  /**
   * For queries.
   *
   * @param notes are told of those that cannot find anything, or are too long for the model
   */
  QueryReader(Notes notes) {
    this.notes = notes;
  }

  /**
   * Reads queries that are encoded already: a file of tokens, maybe with lengths and ids beside it.
   */
  List<SearchedQuery> readMatrix(Path file) throws IOException {
    List<SearchedQuery> queries = new ArrayList<>();
    try (TokenInput texts = TokenInput.queries(file, notes)) {
      for (int i = 0; i < texts.size(); i++) {
        EncodedText tokens = new EncodedText(texts.next(), null, null, null);
        queries.add(new SearchedQuery(texts.id(i), null, tokens));
      }
    }
    return checked(queries);
  }

  /** Reads queries of a file of texts. */
  List<SearchedQuery> readTexts(Path file, TextDecoder decoder, TextEncoder encoder)
      throws IOException {
    List<SearchedQuery> queries = new ArrayList<>();
    for (Passage query : TextFiles.readQueries(file, "--queries", decoder, notes)) {
      queries.add(encode(query.id(), query.text(), encoder));
    }
    return checked(queries);
  }

  /** Takes queries that were typed, and numbers them. */
  List<SearchedQuery> take(List<String> words, TextEncoder encoder) {
    List<SearchedQuery> queries = new ArrayList<>();
    for (String text : words) {
      queries.add(encode(Integer.toString(queries.size() + 1), text, encoder));
    }
    return checked(queries);
  }

  private SearchedQuery encode(String id, String text, TextEncoder encoder) {
    return new SearchedQuery(id, text, encode(text, encoder));
  }

  /** Encodes a query, and notes if the model does not see all of it. */
  EncodedText encode(String text, TextEncoder encoder) {
    int end = encoder.queryEnd(text);
    if (end >= 0) {
      notes.add(
          "query \""
              + Ids.shown(text)
              + "\" is too long for the model: left out from \""
              + Ids.shown(text.substring(end))
              + "\" on");
    }
    return encoder.encodeQuery(text);
  }

  /** Notes queries without tokens, which have no hits. It is an error if no query has tokens. */
  private List<SearchedQuery> checked(List<SearchedQuery> queries) {
    List<SearchedQuery> empty =
        queries.stream().filter(query -> query.hasTokens() == false).toList();
    for (SearchedQuery query : empty) {
      String text = query.text() == null ? query.id() : "\"" + Ids.shown(query.text()) + "\"";
      String message = "query " + text + ": no words in it";
      if (empty.size() == queries.size()) {
        throw new UserException(message);
      }
      notes.add(query.id() + ": " + message + ", no hits");
    }
    return queries;
  }
}
