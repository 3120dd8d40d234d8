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
import java.util.List;
import java.util.Locale;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.queries.function.FunctionScoreQuery;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;

/**
 * Finds the token vectors of hits that answered the vectors of a query.
 *
 * @param queries the queries of one field, in the order in which the request has them
 * @lucene.internal
 */
public record HitMatches(List<LateInteractionQuery> queries) {

  /**
   * Looks for queries of this plugin, also inside of other queries.
   *
   * @param query of a request
   * @param field the field that is searched; null for the field of the first query
   */
  public static HitMatches of(Query query, String field) {
    Collector collector = new Collector();
    query.visit(collector);
    List<LateInteractionQuery> found = collector.found;
    String searched = field == null && found.isEmpty() == false ? found.get(0).getField() : field;
    return new HitMatches(found.stream().filter(q -> q.getField().equals(searched)).toList());
  }

  private static final class Collector extends QueryVisitor {
    private final List<LateInteractionQuery> found = new ArrayList<>();

    @Override
    public void visitLeaf(Query query) {
      if (query instanceof LateInteractionQuery search) {
        found.add(search);
      }
    }

    @Override
    public QueryVisitor getSubVisitor(BooleanClause.Occur occur, Query parent) {
      if (parent instanceof FunctionScoreQuery scored
          && scored.getSource() instanceof MaxSimValuesSource source) {
        found.add(new LateInteractionQuery(source.getField(), source.getQueryTokens(), 1));
      }
      // A filter selects documents, and a query that excludes documents answers nothing
      return occur == BooleanClause.Occur.MUST_NOT || parent instanceof LateInteractionQuery
          ? QueryVisitor.EMPTY_VISITOR
          : this;
    }
  }

  /** The field that is searched; null if there are no queries. */
  public String field() {
    return queries.isEmpty() ? null : queries.get(0).getField();
  }

  /**
   * Returns what a hit answered, in the order of the vectors of the query.
   *
   * @param reader a segment
   * @param doc a document of the segment
   * @return none if the hit has no vectors
   * @throws IOException if the segment cannot be read
   */
  public List<TokenMatch> of(LeafReader reader, int doc) throws IOException {
    IndexSearcher searcher = new IndexSearcher(reader);
    List<TokenMatch> matches = new ArrayList<>();
    for (LateInteractionQuery query : queries) {
      matches.addAll(query.matches(searcher, doc));
    }
    return matches;
  }

  /**
   * Counts the vectors of a hit.
   *
   * @param reader a segment
   * @param doc a document of the segment
   * @throws IOException if the segment cannot be read
   */
  int vectors(LeafReader reader, int doc) throws IOException {
    BinaryDocValues values = DocValues.getBinary(reader, field());
    return values.advanceExact(doc) ? LateInteractionField.decode(values.binaryValue()).length : 0;
  }

  /**
   * Writes matches as text: the number of a vector of the query, a colon, and the number of a
   * vector of the document.
   *
   * @param similarities whether their dot product follows, after another colon
   */
  public static List<String> numbers(List<TokenMatch> matches, boolean similarities) {
    return matches.stream()
        .map(
            match ->
                match.queryToken()
                    + ":"
                    + match.documentToken()
                    + (similarities ? String.format(Locale.ROOT, ":%.4f", match.similarity()) : ""))
        .toList();
  }
}
