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

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.DelegatingAnalyzerWrapper;
import org.apache.lucene.analysis.core.KeywordAnalyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.queryparser.charstream.FastCharStream;
import org.apache.lucene.queryparser.classic.ParseException;
import org.apache.lucene.queryparser.classic.QueryParser;
import org.apache.lucene.queryparser.classic.QueryParserConstants;
import org.apache.lucene.queryparser.classic.QueryParserTokenManager;
import org.apache.lucene.queryparser.classic.TokenMgrError;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.automaton.TooComplexToDeterminizeException;

/**
 * Reads filters in the syntax of Lucene's classic query parser. The kind of a field decides the
 * query: words are analysed, text is taken as it is, and numbers are found by points. A filter of
 * negations only matches all other documents.
 */
final class FilterParser extends QueryParser {
  /** The deepest parentheses. Searches could not follow much deeper ones. */
  private static final int MAX_DEPTH = 100;

  private static final Set<String> WHOLE =
      Set.of(IndexBuilder.ID, IndexBuilder.PART_OF, SourceFile.FILE);

  private final IndexFields fields;

  private FilterParser(IndexFields fields) {
    super(IndexBuilder.TEXT, new Words(fields));
    this.fields = fields;
    setAllowLeadingWildcard(true);
  }

  /** Analyses the fields of words, and leaves the text of all other fields as it is. */
  private static final class Words extends DelegatingAnalyzerWrapper {
    private final IndexFields fields;
    private final Analyzer words = new StandardAnalyzer();
    private final Analyzer whole = new KeywordAnalyzer();

    Words(IndexFields fields) {
      super(PER_FIELD_REUSE_STRATEGY);
      this.fields = fields;
    }

    @Override
    protected Analyzer getWrappedAnalyzer(String field) {
      return fields.kind(field) == IndexFields.Kind.WORDS ? words : whole;
    }
  }

  /**
   * Reads a filter.
   *
   * @throws UserException if it cannot be understood, or names a field that the index does not have
   */
  static Query parse(String filter, IndexReader reader) throws IOException {
    checkDepth(filter);
    FilterParser parser = new FilterParser(IndexFields.of(reader));
    try {
      Query query = parser.parse(filter);
      if (Clauses.count(query) > IndexSearcher.getMaxClauseCount()) {
        throw wrong(filter, tooManyClauses());
      }
      return query;
    } catch (ParseException e) {
      throw wrong(filter, reason(e));
    } catch (TooComplexToDeterminizeException e) {
      throw wrong(filter, "the pattern is too complex: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      // A query refuses what the syntax allows, such as a negative distance of words
      throw wrong(filter, e.getMessage());
    } catch (
        @SuppressWarnings("unused")
        StackOverflowError e) {
      throw wrong(filter, "the pattern is nested too deep");
    }
  }

  private static void checkDepth(String filter) {
    QueryParserTokenManager tokens =
        new QueryParserTokenManager(new FastCharStream(new StringReader(filter)));
    int depth = 0;
    try {
      for (int kind = -1; kind != QueryParserConstants.EOF; kind = tokens.getNextToken().kind) {
        if (kind == QueryParserConstants.LPAREN) {
          depth++;
        } else if (kind == QueryParserConstants.RPAREN) {
          depth--;
        }
        if (depth > MAX_DEPTH) {
          String expected = "expected up to " + MAX_DEPTH;
          throw wrong(filter, "found parentheses " + depth + " deep, " + expected);
        }
      }
    } catch (
        @SuppressWarnings("unused")
        TokenMgrError e) {
      // The parser tells what is wrong
    }
  }

  private static UserException wrong(String filter, String reason) {
    return UserException.usage("--filter " + Ids.shown(filter) + ": " + reason);
  }

  private static String tooManyClauses() {
    return "found more than " + IndexSearcher.getMaxClauseCount() + " clauses, expected fewer";
  }

  /** The parser's reason without its list of all expected tokens. */
  private static String reason(ParseException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    if (cause instanceof IndexSearcher.TooManyClauses) {
      return tooManyClauses();
    }
    String found = cause.getMessage().lines().findFirst().orElse("");
    return "expected a query such as year:[1950 TO 1960] AND category:physics; " + found;
  }

  /** The kind of a field that the filter names. */
  private IndexFields.Kind kind(String field) {
    IndexFields.Kind kind = fields.kind(field);
    if (kind == IndexFields.Kind.UNKNOWN) {
      throw UserException.usage(
          "--filter: what numbers the field " + field + " has is not known, as none is stored");
    }
    if (kind == null) {
      boolean unnamed = field.equals(getField());
      throw UserException.usage(
          "--filter: "
              + (unnamed ? "a word without a field is looked for in text; " : "")
              + "found no field "
              + field
              + ", expected one of "
              + (fields.kinds().isEmpty() ? "those of the index, which has none" : fields));
    }
    return kind;
  }

  /** The ranges of a field of numbers; null for any other field. */
  private NumberRange numbers(String field) {
    return NumberRange.of(field, kind(field));
  }

  /** The term of a text. Ids and paths are indexed whole, even if they are long. */
  private static BytesRef term(String field, String text) {
    return WHOLE.contains(field) ? new BytesRef(text) : MetadataColumn.term(text);
  }

  @Override
  protected Query getFieldQuery(String field, String text, boolean quoted) throws ParseException {
    NumberRange numbers = numbers(field);
    if (numbers != null) {
      return numbers.query(text, text, true, true);
    }
    return kind(field) == IndexFields.Kind.TERMS
        ? new TermQuery(new Term(field, term(field, text)))
        : super.getFieldQuery(field, text, quoted);
  }

  @Override
  protected Query getFieldQuery(String field, String text, int slop) throws ParseException {
    return kind(field) == IndexFields.Kind.WORDS
        ? super.getFieldQuery(field, text, slop)
        : getFieldQuery(field, text, true);
  }

  @Override
  protected Query getRangeQuery(
      String field, String low, String high, boolean withLow, boolean withHigh) {
    NumberRange numbers = numbers(field);
    // Not the parser's own method, which reads dates in the manner of the locale
    return numbers == null
        ? newRangeQuery(field, low, high, withLow, withHigh)
        : numbers.query(low, high, withLow, withHigh);
  }

  @Override
  protected Query getWildcardQuery(String field, String text) throws ParseException {
    if (field.equals("*") && text.equals("*")) {
      return newMatchAllDocsQuery();
    }
    NumberRange numbers = numbers(field);
    if (numbers != null && text.equals("*")) {
      return numbers.query(null, null, true, true);
    }
    checkText(field, text);
    return super.getWildcardQuery(field, text);
  }

  @Override
  protected Query getPrefixQuery(String field, String text) throws ParseException {
    checkText(field, text + "*");
    return super.getPrefixQuery(field, text);
  }

  @Override
  protected Query getFuzzyQuery(String field, String text, float similarity) throws ParseException {
    checkText(field, text + "~");
    return super.getFuzzyQuery(field, text, similarity);
  }

  @Override
  protected Query getRegexpQuery(String field, String text) throws ParseException {
    checkText(field, "/" + text + "/");
    try {
      return super.getRegexpQuery(field, text);
    } catch (IllegalArgumentException e) {
      throw wrong("/" + text + "/", "expected a regular expression; " + e.getMessage());
    }
  }

  private void checkText(String field, String pattern) {
    NumberRange numbers = numbers(field);
    if (numbers != null) {
      throw numbers.refused(pattern);
    }
  }

  @Override
  protected Query getBooleanQuery(List<BooleanClause> clauses) throws ParseException {
    if (clauses.isEmpty() || clauses.stream().anyMatch(clause -> clause.isProhibited() == false)) {
      return super.getBooleanQuery(clauses);
    }
    List<BooleanClause> all = new ArrayList<>(clauses);
    all.add(newBooleanClause(newMatchAllDocsQuery(), BooleanClause.Occur.MUST));
    return super.getBooleanQuery(all);
  }
}
