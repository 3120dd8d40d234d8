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

package io.github.luceneplaid.plaid;

import io.github.luceneplaid.fsvi.internal.HitsQuery;
import io.github.luceneplaid.fsvi.internal.PartialHitsQuery;
import io.github.luceneplaid.plaid.search.DocumentMatches;
import io.github.luceneplaid.plaid.search.LateInteractionSearch;
import io.github.luceneplaid.plaid.search.MatchFinder;
import io.github.luceneplaid.plaid.search.SearchMemory;
import io.github.luceneplaid.plaid.search.SegmentSearches;
import io.github.luceneplaid.plaid.search.request.BestDocs;
import io.github.luceneplaid.plaid.search.request.QueryTokens;
import io.github.luceneplaid.plaid.search.request.SearchRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.Weight;

/**
 * Finds the k documents with the highest MaxSim in a field of {@link
 * org.apache.lucene.document.LateInteractionField}s. Segments in {@link PlaidDocValuesFormat} are
 * searched by their codes. Segments in other formats are searched exactly. An index that does not
 * know the field, or has it without doc values, has no hits.
 *
 * <h2>Scores</h2>
 *
 * The score of a document is the sum over the query's tokens of {@code max(0, (1 + s) / 2)}. The
 * similarity s is the largest dot product with a token that the index stores for the document. This
 * is the score of Lucene's {@link org.apache.lucene.search.LateInteractionFloatValuesSource} with
 * {@link org.apache.lucene.index.VectorSimilarityFunction#DOT_PRODUCT}. Where tokens are coded, the
 * decoded tokens count, unless the field keeps raw ones. Ties go to the lower document.
 *
 * <p>Query tokens may have weights, which multiply the summands. A weight of 0 masks a token:
 *
 * <pre>{@code
 * Query query = LateInteractionQuery.builder("tokens", tokens, 10).tokenWeights(weights).build();
 * }</pre>
 *
 * <h2>Passages</h2>
 *
 * The passages of a document can be indexed as its children, in a block before their parent ({@code
 * IndexWriter.addDocuments}). Then {@link Builder#parents} finds the best child of each of the best
 * k parents, as Lucene's {@code DiversifyingChildrenFloatKnnVectorQuery} does for single vectors.
 * Without it, several of k children may have the same parent. The module lucene-join turns these
 * hits into their parents:
 *
 * <pre>{@code
 * BitSetProducer parents = new QueryBitSetProducer(new TermQuery(new Term("type", "parent")));
 * Query passages =
 *     LateInteractionQuery.builder("tokens", tokens, 10).parents(parents::getBitSet).build();
 * Query documents = new ToParentBlockJoinQuery(passages, parents, ScoreMode.Max);
 * }</pre>
 *
 * <h2>The search</h2>
 *
 * The search runs when the query is rewritten, on the searcher's executor. It asks the searcher's
 * timeout every few milliseconds. When time runs out, the search ends, and the rewritten query
 * matches the best of the documents that have exact scores by then, if any. {@link
 * IndexSearcher#search} asks the timeout itself before it collects hits: it returns no hits then,
 * and {@link IndexSearcher#timedOut} is true. A caller gets the partial hits if it rewrites the
 * query with one timeout and searches the result with another.
 *
 * <p>The memory of a search is bounded, mostly for each segment, or for each thread and segment.
 * {@link #memory} adds it up for a query and an index. To find candidates, a search holds products
 * with regions and scores of cells: about 2<sup>23</sup> floats (32 MiB) for all segments together,
 * unless a single query token takes more. It also holds sums of 2<sup>20</sup> documents of each
 * segment (8 MiB). Larger segments are walked part by part, and long queries are probed block by
 * block, again for each part. To score candidates, it holds products of the query with centroids:
 *
 * <ul>
 *   <li>If a segment has few products, 2<sup>22</sup> (16 MiB) at most, they are computed once for
 *       all threads, and held until the search ends. Only segments with the same codebooks share
 *       them. So there may be 16 MiB for each segment whose codebooks differ from the others'.
 *   <li>Otherwise each thread has a table of up to 2<sup>21</sup> products (8 MiB) for this
 *       segment.
 *   <li>If a segment has imported codes beside its own, it takes both twice.
 * </ul>
 *
 * <p>A search also holds copies of the query, and each thread some hundred bytes for each query
 * token and segment. If values of a segment are not coded, each thread holds 2<sup>15</sup> of
 * their floats (128 KiB) and one whole value.
 *
 * <p>A rewritten query knows its hits, also for readers of single segments, and for filters of
 * these. A caller that asks about hits again and again, as a highlighter does, should be given the
 * result of {@link IndexSearcher#rewrite}. The query itself would search each time.
 *
 * <p>The values that count are those that the reader shows. A document that a filter of the reader
 * hides is no hit. A value that a doc-values update has replaced is searched as it is now.
 *
 * @lucene.experimental
 */
public final class LateInteractionQuery extends Query {

  private final String field;
  private final QueryTokens query;
  private final int k;
  private final Query filter;
  private final LateInteractionOptions options;
  private final ParentsFilter parents;

  /**
   * Looks for the best k documents.
   *
   * @param field name of the field
   * @param query tokens, [tokens][dimension], of the field's dimension; copied
   * @param k number of hits, at least 1
   * @throws IllegalArgumentException if the query is null, empty, ragged, not finite or of more
   *     than 8,192 tokens, or if k is less than 1
   */
  public LateInteractionQuery(String field, float[][] query, int k) {
    this(builder(field, query, k));
  }

  /**
   * Looks for the best k documents of those that a filter matches.
   *
   * @param field name of the field
   * @param query tokens, [tokens][dimension], of the field's dimension; copied
   * @param k number of hits, at least 1
   * @param filter what hits must match; null for everything
   * @throws IllegalArgumentException as {@link #LateInteractionQuery(String, float[][], int)}
   */
  public LateInteractionQuery(String field, float[][] query, int k, Query filter) {
    this(builder(field, query, k).filter(filter));
  }

  /**
   * Looks for the best k documents of those that a filter matches, with options.
   *
   * @param field name of the field
   * @param query tokens, [tokens][dimension], of the field's dimension; copied
   * @param k number of hits, at least 1
   * @param filter what hits must match; null for everything
   * @param options how much work to do
   * @throws IllegalArgumentException as {@link #LateInteractionQuery(String, float[][], int)}
   */
  public LateInteractionQuery(
      String field, float[][] query, int k, Query filter, LateInteractionOptions options) {
    this(builder(field, query, k).filter(filter).options(options));
  }

  private LateInteractionQuery(Builder builder) {
    this.field = builder.field;
    this.query = QueryTokens.of(builder.query, builder.tokenWeights);
    this.k = builder.k;
    this.filter = builder.filter;
    this.options = builder.options;
    this.parents = builder.parents;
    if (k < 1) {
      throw new IllegalArgumentException("k must be at least 1, got: " + k);
    }
  }

  /**
   * Starts a query.
   *
   * @param field name of the field
   * @param query tokens, [tokens][dimension], of the field's dimension; copied by {@link
   *     Builder#build}
   * @param k number of hits, at least 1
   * @return a builder without a filter, with the default options, and with weight 1 for each token
   */
  public static Builder builder(String field, float[][] query, int k) {
    return new Builder(field, query, k);
  }

  /** Returns the name of the field that is searched. */
  public String getField() {
    return field;
  }

  /** Returns the number of hits that are looked for, at least 1. */
  public int getK() {
    return k;
  }

  /** Returns what hits must match, null for everything. */
  public Query getFilter() {
    return filter;
  }

  /** Returns how much work the search may do. */
  public LateInteractionOptions getOptions() {
    return options;
  }

  /** Returns what tells parents from children, null if hits are any documents. */
  public ParentsFilter getParentsFilter() {
    return parents;
  }

  /** Returns a copy of the query's tokens, [tokens][dimension]. */
  public float[][] getQueryTokens() {
    return query.toMatrix();
  }

  /** Returns a copy of the weights of the query's tokens, all 1 if none were set. */
  public float[] getTokenWeights() {
    return query.toWeights();
  }

  /**
   * Runs the search.
   *
   * @throws IllegalArgumentException if the field has doc values of another type, or if its tokens
   *     have another dimension than the query's
   */
  @Override
  public Query rewrite(IndexSearcher searcher) throws IOException {
    if (searcher.getIndexReader().maxDoc() == 0) {
      return new MatchNoDocsQuery("the index is empty");
    }
    SearchRequest request = request(searcher.getTimeout());
    long[] found = search(searcher, request).run();
    boolean partial = request.time().wasOver();
    if (found.length == 0 && partial == false) {
      return new MatchNoDocsQuery("no document matches");
    }
    HitsQuery hits =
        new HitsQuery(
            BestDocs.scoreDocs(found), searcher.getIndexReader(), this, new TokenExplainer());
    return partial ? new PartialHitsQuery(hits) : hits;
  }

  /** Explains scores by the tokens that they come from. */
  private final class TokenExplainer implements HitsQuery.Explainer {
    @Override
    public Explanation explainHit(LeafReaderContext context, int doc, float score)
        throws IOException {
      DocumentMatches matches = new MatchFinder(context, request(null)).find(doc);
      return matches == null
          ? Explanation.match(score, "a hit whose tokens this reader does not show")
          : matches.explain(score);
    }

    @Override
    public Explanation explainMiss(LeafReaderContext context, int doc) throws IOException {
      DocumentMatches matches = new MatchFinder(context, request(null)).find(doc);
      return matches == null ? null : matches.explain(matches.score());
    }
  }

  private LateInteractionSearch search(IndexSearcher searcher, SearchRequest request)
      throws IOException {
    SegmentSearches segments = new SegmentSearches(searcher, request);
    if (filter != null
        && filter instanceof MatchAllDocsQuery == false
        && segments.all().isEmpty() == false) {
      segments.filter(filterWeight(searcher));
    }
    return new LateInteractionSearch(segments, request);
  }

  /**
   * Runs the search as {@link #rewrite} does, and tells what it took.
   *
   * @param searcher of the index
   * @return how much of what was done, and the time of each stage
   * @throws IllegalArgumentException as {@link #rewrite}
   * @throws IOException if the index cannot be read
   */
  public SearchProfile profile(IndexSearcher searcher) throws IOException {
    SearchRequest request = request(searcher.getTimeout());
    if (searcher.getIndexReader().maxDoc() == 0) {
      return SearchProfile.of(request.counters(), 0);
    }
    LateInteractionSearch search = search(searcher, request);
    search.run();
    return SearchProfile.of(request.counters(), search.segments());
  }

  /**
   * Estimates from above how much memory a search holds at once, so that it can be refused if there
   * is too little. Nothing is searched, but the parts of the index are loaded that each search
   * needs. The filter is not counted, except for the documents that it keeps.
   *
   * @param searcher of the index
   * @param threads that take part in a search, at least 1
   * @return bytes
   * @throws IllegalArgumentException if the field has doc values of another type, or if threads are
   *     less than 1
   * @throws IOException if the index cannot be read
   */
  public long memory(IndexSearcher searcher, int threads) throws IOException {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, got: " + threads);
    }
    boolean toParents = parents != null;
    int depth = SearchRequest.depth(k, toParents);
    return SearchMemory.of(searcher, field, query, depth, toParents, options.settings(), threads);
  }

  private Weight filterWeight(IndexSearcher searcher) throws IOException {
    return searcher.createWeight(searcher.rewrite(filter), ScoreMode.COMPLETE_NO_SCORES, 1f);
  }

  /**
   * Finds the tokens that a document answers the query tokens with, whether or not it is among the
   * hits. {@link #matches(IndexSearcher, TopDocs)} costs less for several documents.
   *
   * @param searcher of the index
   * @param doc a document of the index
   * @return a match for each query token that has one, in their order; empty if the document has no
   *     tokens of the query's dimension
   * @throws IllegalArgumentException if the index has no such document, or if the field has doc
   *     values of another type
   * @throws IOException if the index cannot be read
   */
  public List<TokenMatch> matches(IndexSearcher searcher, int doc) throws IOException {
    return matches(searcher, new int[] {doc}).get(0).matches();
  }

  /**
   * Finds the tokens that hits answer the query tokens with. The hits may be those of any query,
   * such as a combination of this one with others.
   *
   * @param searcher of the index
   * @param hits documents of the index
   * @return what each hit answers with, in the order of the hits
   * @throws IllegalArgumentException as {@link #matches(IndexSearcher, int)}
   * @throws IOException if the index cannot be read
   */
  public List<TokenMatches> matches(IndexSearcher searcher, TopDocs hits) throws IOException {
    return matches(searcher, Arrays.stream(hits.scoreDocs).mapToInt(hit -> hit.doc).toArray());
  }

  /** Opens each segment once, and reads it in the order of its documents. */
  private List<TokenMatches> matches(IndexSearcher searcher, int[] docs) throws IOException {
    DocumentMatches[] found = MatchFinder.find(searcher, request(null), docs);
    List<TokenMatches> matches = new ArrayList<>(docs.length);
    for (int i = 0; i < docs.length; i++) {
      matches.add(
          found[i] == null
              ? new TokenMatches(docs[i], 0, List.of())
              : new TokenMatches(docs[i], found[i].score(), found[i].list(TokenMatch::new)));
    }
    return matches;
  }

  /**
   * Compares all query tokens with all tokens of a document: {@link #matches} are the first of the
   * highest similarities of each row. Weights do not matter: tokens of weight 0 have a row, too.
   *
   * @param searcher of the index
   * @param doc a document of the index, whether or not it is among the hits
   * @return dot products, [query tokens][document tokens], with the tokens that the score is made
   *     of; not finite where they overflow, without columns if the document has no tokens of the
   *     query's dimension
   * @throws IllegalArgumentException if the index has no such document, or if the field has doc
   *     values of another type
   * @throws IOException if the index cannot be read
   */
  public float[][] similarities(IndexSearcher searcher, int doc) throws IOException {
    SearchRequest request =
        new SearchRequest(field, query.unweighted(), k, options.settings(), null);
    return MatchFinder.similarities(searcher, request, doc);
  }

  /** What is searched for, with the time that is left. */
  SearchRequest request(QueryTimeout timeout) {
    SearchRequest request = new SearchRequest(field, query, k, options.settings(), timeout);
    return parents == null ? request : request.withParents(parents::parents);
  }

  @Override
  public void visit(QueryVisitor visitor) {
    if (visitor.acceptField(field)) {
      visitor.visitLeaf(this);
    }
    if (filter != null) {
      filter.visit(visitor.getSubVisitor(BooleanClause.Occur.FILTER, this));
    }
  }

  @Override
  public boolean equals(Object other) {
    return sameClassAs(other) && equalsTo((LateInteractionQuery) other);
  }

  private boolean equalsTo(LateInteractionQuery other) {
    return k == other.k
        && field.equals(other.field)
        && query.equals(other.query)
        && Objects.equals(filter, other.filter)
        && options.equals(other.options)
        && Objects.equals(parents, other.parents);
  }

  @Override
  public int hashCode() {
    return Objects.hash(classHash(), field, query, k, filter, options, parents);
  }

  @Override
  public String toString(String defaultField) {
    StringBuilder text = new StringBuilder("LateInteractionQuery(");
    if (field.equals(defaultField) == false) {
      text.append(field).append(':');
    }
    text.append(query).append(",k=").append(k);
    if (filter != null) {
      text.append(",filter=").append(filter);
    }
    if (options.equals(LateInteractionOptions.DEFAULT) == false) {
      text.append(',').append(options);
    }
    if (parents != null) {
      text.append(",parents=").append(parents);
    }
    return text.append(')').toString();
  }

  /** Collects what a query is made of. What is not set has a default. */
  public static final class Builder {
    private final String field;
    private final float[][] query;
    private final int k;
    private Query filter;
    private LateInteractionOptions options = LateInteractionOptions.DEFAULT;
    private float[] tokenWeights;
    private ParentsFilter parents;

    private Builder(String field, float[][] query, int k) {
      this.field = Objects.requireNonNull(field, "field");
      this.query = query;
      this.k = k;
    }

    /**
     * Sets what hits must match.
     *
     * @param filter null, the default, for everything
     * @return this
     */
    public Builder filter(Query filter) {
      this.filter = filter;
      return this;
    }

    /**
     * Sets how much work to do.
     *
     * @param options {@link LateInteractionOptions#DEFAULT} by default; not null
     * @return this
     */
    public Builder options(LateInteractionOptions options) {
      this.options = Objects.requireNonNull(options, "options");
      return this;
    }

    /**
     * Sets how much each query token counts: what it adds to a score is multiplied by its weight. A
     * token of weight 0 is left out, and costs nothing; the other tokens keep their numbers in
     * {@link TokenMatch#queryToken}.
     *
     * @param weights one for each query token, each at least 0 and finite, and at least one of them
     *     above 0; copied by {@link #build}. Null, the default, stands for 1 each.
     * @return this
     */
    public Builder tokenWeights(float... weights) {
      this.tokenWeights = weights;
      return this;
    }

    /**
     * Makes hits the best children of different parents, where documents are indexed in blocks of
     * children and their parent: k counts parents then. What {@link LateInteractionOptions} counts
     * are children as before.
     *
     * @param parents tells parents from children. Queries are equal only if theirs are: the same
     *     object serves best. Null, the default, makes any document a hit.
     * @return this
     */
    public Builder parents(ParentsFilter parents) {
      this.parents = parents;
      return this;
    }

    /**
     * Makes the query.
     *
     * @throws IllegalArgumentException if the query is null, empty, ragged, not finite or of more
     *     than 8,192 tokens, if k is less than 1, or if weights are not as {@link #tokenWeights}
     *     says
     */
    public LateInteractionQuery build() {
      return new LateInteractionQuery(this);
    }
  }
}
