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
import io.github.luceneplaid.plaid.LateInteractionOptions;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.IOUtils;

/**
 * Answers the requests of a page, always from the latest commit of the index. All threads share the
 * model, because its tokenizer and session keep no state between calls.
 */
final class ServedIndex implements Closeable {
  /** The most hits that are shown. */
  static final int MAX_HITS = 100;

  private final Path folder;
  private final Directory directory;
  private final ModelOptions models;
  private final LatestCommit commits;
  private final TextEncoder encoder;

  /** The index settings that name the model that the encoder was opened for. */
  private final Map<String, String> checked;

  private ServedIndex(
      Path folder,
      Directory directory,
      LatestCommit commits,
      ModelOptions models,
      TextEncoder encoder,
      Map<String, String> checked) {
    this.folder = folder;
    this.directory = directory;
    this.commits = commits;
    this.models = models;
    this.encoder = encoder;
    this.checked = checked;
  }

  /** Opens an index, and the model of its tokens. */
  static ServedIndex open(Path folder, ModelOptions models, Console console) throws IOException {
    Directory directory = IndexFolder.open(folder);
    LatestCommit commits = null;
    ServedIndex opened = null;
    try {
      commits = new LatestCommit(directory);
      IndexSearcher searcher = commits.acquire();
      try {
        DirectoryReader reader = LatestCommit.reader(searcher);
        IndexFolder.checkTokens(folder, reader);
        TextEncoder encoder = models.open(console, folder, reader);
        opened = new ServedIndex(folder, directory, commits, models, encoder, modelOf(reader));
      } finally {
        commits.release(searcher);
      }
    } finally {
      if (opened == null) {
        IOUtils.closeWhileHandlingException(commits, directory);
      }
    }
    return opened;
  }

  /**
   * The facts that a page shows of an index.
   *
   * @param words whether it can be searched by words
   */
  record Facts(String index, int documents, boolean words, List<Field> fields) {}

  /** A field to filter by, and the kind of its values. */
  record Field(String name, String kind) {}

  /**
   * The JSON of a query, with each hit as the page shows it.
   *
   * @param notes notes for the user
   */
  record Outcome(String query, String text, List<ShownHit> hits, List<String> notes) {}

  /** A question that a search answers. */
  private interface Question<T> {
    T answer(IndexSearcher searcher) throws IOException;
  }

  /** Asks the latest commit. */
  private <T> T ask(Question<T> question) throws IOException {
    refresh();
    IndexSearcher searcher = commits.acquire();
    try {
      DirectoryReader reader = LatestCommit.reader(searcher);
      if (modelOf(reader).equals(checked) == false) {
        models.check(note -> {}, folder, reader);
      }
      return question.answer(searcher);
    } finally {
      commits.release(searcher);
    }
  }

  private void refresh() throws IOException {
    try {
      commits.maybeRefreshBlocking();
    } catch (IndexNotFoundException | NoSuchFileException e) {
      throw new UserException(folder + ": expected a Lucene index, found none any more", e);
    }
  }

  private static Map<String, String> modelOf(DirectoryReader reader) throws IOException {
    Map<String, String> data = reader.getIndexCommit().getUserData();
    return Map.of(
        IndexBuilder.MODEL, Objects.toString(data.get(IndexBuilder.MODEL)),
        IndexBuilder.FINGERPRINT, Objects.toString(data.get(IndexBuilder.FINGERPRINT)));
  }

  /** Returns the facts of the index. */
  Facts facts() throws IOException {
    return ask(
        searcher -> {
          IndexFields known = IndexFields.of(searcher.getIndexReader());
          List<Field> fields = new ArrayList<>();
          known.kinds().forEach((name, kind) -> fields.add(new Field(name, kind.inWords())));
          return new Facts(
              folder.toString(),
              searcher.getIndexReader().numDocs(),
              known.kind(IndexBuilder.TEXT) == IndexFields.Kind.WORDS,
              fields);
        });
  }

  /**
   * Searches.
   *
   * @param filter null for everything
   * @param byWords whether words count beside tokens
   * @param k hits at most
   * @throws UserException if the query has no words, or the filter is wrong
   */
  Outcome search(String text, String filter, boolean byWords, int k) throws IOException {
    return ask(
        searcher -> {
          if (byWords) {
            WordsOptions.check(folder, searcher.getIndexReader());
          }
          Query among =
              filter == null ? null : FilterParser.parse(filter, searcher.getIndexReader());
          List<String> notes = new ArrayList<>();
          SearchedQuery query = read(searcher, text, notes::add);
          RecordSearch search = new RecordSearch(searcher, LateInteractionOptions.DEFAULT, among);
          Fusion fusion = byWords ? Fusion.rrf : null;
          List<RankedHit> found = HybridSearch.search(search, fusion, query, k, notes::add);
          List<ShownHit> hits = shown(searcher, query, found);
          return new Outcome(
              query.id(), query.text(), hits, notes.stream().map(Console::oneLine).toList());
        });
  }

  private SearchedQuery read(IndexSearcher searcher, String text, Notes notes) throws IOException {
    DirectoryReader reader = LatestCommit.reader(searcher);
    return new QueryReader(notes, reader).take(List.of(text), encoder).getFirst();
  }

  private List<ShownHit> shown(IndexSearcher searcher, SearchedQuery query, List<RankedHit> found)
      throws IOException {
    HitWords words = new HitWords(encoder, searcher, query.text(), query.tokens());
    WholeDocuments stored = new WholeDocuments(searcher.getIndexReader());
    List<ShownHit> hits = new ArrayList<>();
    for (RankedHit hit : found) {
      Document document = stored.get(hit.doc());
      String text = document.get(IndexBuilder.TEXT);
      List<WordMatch> matches = text == null ? List.of() : words.matches(hit.doc(), text);
      SearchOutcome.Hit told = SearchOutcome.Hit.of(hits.size() + 1, hit, document);
      hits.add(ShownHit.of(told, document, matches));
    }
    return hits;
  }

  /**
   * Explains the score of a document.
   *
   * @param id that of the document, which may be a part of a record
   * @throws UserException if there is no such document, or it has no tokens
   */
  HitExplanation explain(String text, String id) throws IOException {
    return ask(
        searcher -> {
          EncodedText tokens = read(searcher, text, note -> {}).tokens();
          HitExplainer explainer = new HitExplainer(searcher, encoder, text, tokens);
          ScoreDoc hit = explainer.best(new TermQuery(new Term(IndexBuilder.ID, id)));
          if (hit == null) {
            throw new UserException(
                "document " + Ids.shown(id) + ": no such document in " + folder);
          }
          return explainer.explain(hit, null);
        });
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(encoder, commits, directory);
  }
}
