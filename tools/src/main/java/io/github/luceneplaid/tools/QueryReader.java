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
import io.github.luceneplaid.plaid.LateInteractionQuery;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.DirectoryReader;

/** Reads queries, refuses those that an index cannot answer, and notes those that find nothing. */
final class QueryReader {
  private final Notes notes;
  private final int dimension;

  /**
   * For queries that are only encoded.
   *
   * @param notes are told of those that cannot find anything, or are too long for the model
   */
  QueryReader(Notes notes) {
    this(notes, 0);
  }

  /**
   * For queries that an index is to answer.
   *
   * @param notes as in {@link #QueryReader(Notes)}
   */
  QueryReader(Notes notes, DirectoryReader reader) throws IOException {
    this(notes, new IndexedRecords(reader).dimension());
  }

  /**
   * For queries of a dimension.
   *
   * @param dimension 0 if it can be any
   */
  private QueryReader(Notes notes, int dimension) {
    this.notes = notes;
    this.dimension = dimension;
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
    return checked(queries, file);
  }

  /** Reads queries of a file of texts. */
  List<SearchedQuery> readTexts(Path file, TextDecoder decoder, TextEncoder encoder)
      throws IOException {
    List<SearchedQuery> queries = new ArrayList<>();
    for (Passage query : TextFiles.readQueries(file, "--queries", decoder, notes)) {
      queries.add(encode(query.id(), query.text(), encoder));
    }
    return checked(queries, file);
  }

  /** Takes queries that were typed, and numbers them. */
  List<SearchedQuery> take(List<String> words, TextEncoder encoder) {
    List<SearchedQuery> queries = new ArrayList<>();
    for (String text : words) {
      queries.add(encode(Integer.toString(queries.size() + 1), text, encoder));
    }
    return checked(queries, null);
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

  /**
   * Refuses queries that do not go with the index. Notes queries without tokens, which have no
   * hits. It is an error if no query has tokens.
   *
   * @param file null if the queries were typed
   */
  private List<SearchedQuery> checked(List<SearchedQuery> queries, Path file) {
    for (SearchedQuery query : queries) {
      if (query.hasTokens()) {
        check(query, file);
      }
    }
    List<SearchedQuery> empty =
        queries.stream().filter(query -> query.hasTokens() == false).toList();
    for (SearchedQuery query : empty) {
      if (empty.size() == queries.size()) {
        throw new UserException(place(query, file) + ": no words in it");
      }
      String text = query.text() == null ? query.id() : quoted(query);
      notes.add(query.id() + ": query " + text + ": no words in it, no hits");
    }
    return queries;
  }

  private void check(SearchedQuery query, Path file) {
    float[][] tokens = query.tokens().vectors();
    String place = place(query, file);
    if (dimension > 0 && tokens[0].length != dimension) {
      throw new UserException(
          place
              + ": its tokens have "
              + Table.count(tokens[0].length, "dimension")
              + ", expected "
              + dimension
              + " as in the index; is it another model? (--model names the one to encode texts"
              + " by)");
    }
    try {
      new LateInteractionQuery(IndexBuilder.TOKENS, tokens, 1);
    } catch (IllegalArgumentException e) {
      throw new UserException(place + ": " + e.getMessage(), e);
    }
  }

  private static String place(SearchedQuery query, Path file) {
    return file == null ? "query " + quoted(query) : file + ": query " + query.id();
  }

  private static String quoted(SearchedQuery query) {
    return "\"" + Ids.shown(query.text()) + "\"";
  }
}
