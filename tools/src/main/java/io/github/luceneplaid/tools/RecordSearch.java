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

import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;

/**
 * Searches for records. The hit of a record that was indexed in parts is its best part. If there
 * are such records, the number of documents asked for is doubled until they belong to as many
 * records as wanted, or until there are no more documents.
 */
final class RecordSearch {
  private final IndexSearcher searcher;
  private final LateInteractionOptions options;
  private final Query filter;
  private final boolean parts;

  /**
   * For an index.
   *
   * @param filter what hits must match; null for everything
   */
  RecordSearch(IndexSearcher searcher, LateInteractionOptions options, Query filter) {
    this.searcher = searcher;
    this.options = options;
    this.filter = filter;
    parts = FieldInfos.getIndexedFields(searcher.getIndexReader()).contains(IndexBuilder.PART_OF);
  }

  /** Finds the k records with the highest MaxSim; none if there are no tokens. */
  List<ScoreDoc> search(float[][] tokens, int k) throws IOException {
    return tokens.length == 0
        ? List.of()
        : records(
            k, n -> new LateInteractionQuery(IndexBuilder.TOKENS, tokens, n, filter, options));
  }

  /** The most clauses of a query beside those of the filter; at least 1. */
  int mostClauses() {
    int most = IndexSearcher.getMaxClauseCount();
    return filter == null ? most : Math.max(1, most - Clauses.count(filter));
  }

  /** Finds the k records with the highest scores. */
  List<ScoreDoc> search(Query query, int k) throws IOException {
    Query filtered =
        filter == null
            ? query
            : new BooleanQuery.Builder()
                .add(query, BooleanClause.Occur.MUST)
                .add(filter, BooleanClause.Occur.FILTER)
                .build();
    return records(k, n -> filtered);
  }

  /**
   * Finds records.
   *
   * @param queries makes a query that finds a given number of documents
   */
  private List<ScoreDoc> records(int k, IntFunction<Query> queries) throws IOException {
    int documents = Math.max(1, searcher.getIndexReader().maxDoc());
    int n = k;
    while (true) {
      ScoreDoc[] found = searcher.search(queries.apply(n), n).scoreDocs;
      if (parts == false) {
        return List.of(found);
      }
      List<ScoreDoc> best = best(found, k);
      if (best.size() == k || found.length < n || n >= documents) {
        return best;
      }
      n = (int) Math.min(2L * n, documents);
    }
  }

  /** The first document of each record, of k records at most. */
  private List<ScoreDoc> best(ScoreDoc[] found, int k) throws IOException {
    List<ScoreDoc> best = new ArrayList<>();
    Set<String> records = new HashSet<>();
    for (int i = 0; i < found.length && best.size() < k; i++) {
      if (records.add(record(found[i].doc))) {
        best.add(found[i]);
      }
    }
    return best;
  }

  /** What {@link #shownId} gives for a document. */
  String record(int doc) throws IOException {
    Set<String> fields = Set.of(IndexBuilder.ID, IndexBuilder.PART_OF);
    return shownId(searcher.storedFields().document(doc, fields), doc);
  }

  /**
   * The id of the record that a document is, or is a part of. Documents of other programs may have
   * no id. They are shown as {@code #} and Lucene's document number.
   */
  static String shownId(Document document, int doc) {
    String record = recordId(document);
    return record == null ? "#" + doc : record;
  }

  /** The id of the record that a document is, or is a part of; null if it has none. */
  static String recordId(Document document) {
    String record = document.get(IndexBuilder.PART_OF);
    return record == null ? document.get(IndexBuilder.ID) : record;
  }

  /** All documents of a record. */
  static Query documents(String id) {
    return new BooleanQuery.Builder()
        .add(new TermQuery(new Term(IndexBuilder.ID, id)), BooleanClause.Occur.SHOULD)
        .add(new TermQuery(new Term(IndexBuilder.PART_OF, id)), BooleanClause.Occur.SHOULD)
        .build();
  }
}
