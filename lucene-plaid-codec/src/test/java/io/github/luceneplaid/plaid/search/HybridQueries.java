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

package io.github.luceneplaid.plaid.search;

import java.io.IOException;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.highlight.Highlighter;
import org.apache.lucene.search.highlight.QueryScorer;
import org.apache.lucene.search.uhighlight.UnifiedHighlighter;
import org.apache.lucene.tests.analysis.MockAnalyzer;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Queries for vectors combined with one for a word, on indexes that may have only the text. */
public final class HybridQueries {

  public static final String TEXT = "text";

  private HybridQueries() {}

  public static Query hybrid(Query query) {
    return new BooleanQuery.Builder()
        .add(new TermQuery(new Term(TEXT, "red")), Occur.SHOULD)
        .add(query, Occur.SHOULD)
        .build();
  }

  /** Highlighters rewrite queries on an index that has only the text. */
  public static void assertHighlighted(Query query) throws Exception {
    MockAnalyzer analyzer = new MockAnalyzer(LuceneTestCase.random());
    String text = "some red house";
    QueryScorer scorer =
        LuceneTestCase.random().nextBoolean()
            ? new QueryScorer(query, TEXT)
            : new QueryScorer(query);
    Highlighter highlighter = new Highlighter(scorer);
    LuceneTestCase.assertEquals(
        "some <B>red</B> house", highlighter.getBestFragment(analyzer, TEXT, text));
    UnifiedHighlighter unified =
        UnifiedHighlighter.builderWithoutSearcher(analyzer)
            .withWeightMatches(LuceneTestCase.random().nextBoolean())
            .withFieldMatcher(LuceneTestCase.random().nextBoolean() ? null : field -> true)
            .build();
    LuceneTestCase.assertEquals(
        "some <b>red</b> house", unified.highlightWithoutSearcher(TEXT, query, text, 1));
  }

  /** A reader that knows no fields at all, like the one on which Lucene 10.3 highlights. */
  public static LeafReader thatDoesNotTell(LeafReader reader) throws IOException {
    return new FilterLeafReader(reader) {
      @Override
      public FieldInfos getFieldInfos() {
        throw new UnsupportedOperationException();
      }

      @Override
      public CacheHelper getCoreCacheHelper() {
        return null;
      }

      @Override
      public CacheHelper getReaderCacheHelper() {
        return null;
      }
    };
  }
}
