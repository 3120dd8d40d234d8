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

package io.github.luceneplaid.elasticsearch;

import io.github.luceneplaid.engine.LateInteractionFieldSettings;
import io.github.luceneplaid.engine.LateInteractionRequest;
import io.github.luceneplaid.engine.QueryVectors;
import io.github.luceneplaid.plaid.RawTokens;
import java.io.IOException;
import java.util.Map;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.elasticsearch.cluster.metadata.IndexMetadata;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.IndexVersion;
import org.elasticsearch.index.mapper.KeywordFieldMapper;
import org.elasticsearch.index.mapper.MappedFieldType;
import org.elasticsearch.index.mapper.MappingLookup;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.xcontent.XContentParserConfiguration;
import org.junit.BeforeClass;

/** A field that no document has, or not even the mapping: nothing is found, and nothing fails. */
public class TestFieldWithoutValues extends LuceneTestCase {

  private static final LateInteractionFieldSettings SETTINGS =
      new LateInteractionFieldSettings(2, 4, RawTokens.NONE, 1000, 5, 3, 1);

  private Directory directory;

  @BeforeClass
  public static void configureLogging() {
    // Exceptions of the server need a logger
    LogConfigurator.configureESLogging();
  }

  @Override
  public void setUp() throws Exception {
    super.setUp();
    directory = newDirectory();
    add();
  }

  @Override
  public void tearDown() throws Exception {
    directory.close();
    super.tearDown();
  }

  /** Adds documents with a word and some tokens, if they are not null. */
  private void add(float[][]... documents) throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
      for (float[][] tokens : documents) {
        Document document = new Document();
        document.add(new StringField("word", "red", Field.Store.NO));
        if (tokens != null) {
          document.add(new LateInteractionField("tokens", tokens));
        }
        writer.addDocument(document);
      }
    }
  }

  /**
   * The context in which a shard turns requests into queries. It has two fields, tokens and word.
   */
  static SearchExecutionContext context(IndexSearcher searcher) {
    Map<String, MappedFieldType> types =
        Map.of(
            "tokens", new LateInteractionFieldType("tokens", SETTINGS, Map.of()),
            "word", new KeywordFieldMapper.KeywordFieldType("word"));
    IndexMetadata metadata =
        IndexMetadata.builder("index")
            .settings(
                Settings.builder()
                    .put(IndexMetadata.SETTING_VERSION_CREATED, IndexVersion.current())
                    .put(IndexMetadata.SETTING_NUMBER_OF_SHARDS, 1)
                    .put(IndexMetadata.SETTING_NUMBER_OF_REPLICAS, 0))
            .build();
    return new SearchExecutionContext(
        0,
        0,
        new IndexSettings(metadata, Settings.EMPTY),
        null,
        null,
        null,
        MappingLookup.EMPTY,
        null,
        null,
        XContentParserConfiguration.EMPTY,
        null,
        null,
        searcher,
        () -> 0,
        null,
        name -> true,
        () -> true,
        null,
        Map.of(),
        null,
        null,
        null) {
      @Override
      public MappedFieldType getFieldType(String name) {
        return types.get(name);
      }
    };
  }

  private interface QueryMaker {
    Query make(SearchExecutionContext context) throws IOException;
  }

  private int hits(QueryMaker maker) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexSearcher searcher = newSearcher(reader);
      return searcher.search(maker.make(context(searcher)), 10).scoreDocs.length;
    }
  }

  private int hits(String field, float[]... tokens) throws IOException {
    LateInteractionRequest request =
        random().nextBoolean()
            ? new LateInteractionRequest(null, null, null, null, true)
            : new LateInteractionRequest(3, null, null, null, false);
    return hits(
        new LateInteractionQueryBuilder(field, new QueryVectors(tokens, null), request, null)
            ::toQuery);
  }

  /** Hits of another clause stay what they are. */
  private int hybrid(String field, float[]... tokens) throws IOException {
    LateInteractionRequest request = new LateInteractionRequest(3, null, null, null, false);
    return hits(
        context ->
            new BooleanQuery.Builder()
                .add(
                    new LateInteractionQueryBuilder(
                            field, new QueryVectors(tokens, null), request, null)
                        .toQuery(context),
                    BooleanClause.Occur.SHOULD)
                .add(
                    new ConstantScoreQuery(new TermQuery(new Term("word", "red"))),
                    BooleanClause.Occur.SHOULD)
                .build());
  }

  public void testNoHits() throws IOException {
    float[] token = {1, 0};
    assertEquals(0, hits("tokens", token));
    assertEquals(0, hits("nowhere", token));
    add(null, null);
    for (String field : new String[] {"tokens", "nowhere"}) {
      assertEquals(0, hits(field, token));
      assertEquals(2, hybrid(field, token));
    }
    add(new float[][] {{0, 1}});
    assertEquals(1, hits("tokens", token));
    assertEquals(0, hits("nowhere", token));
  }

  private void assertRefused(String message, String field, float[]... tokens) {
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> hits(field, tokens));
    assertTrue(e.getMessage(), e.getMessage().contains(message));
  }

  /** Invalid queries are refused in an index without values, too. */
  public void testErrors() throws IOException {
    for (int i = 0; i < 2; i++) {
      assertRefused("found type [keyword], expected [token_vectors]", "word", new float[2]);
      assertRefused("token 0 has more than 2 numbers, expected 2", "tokens", new float[3]);
      assertRefused("found more than 3 tokens", "tokens", new float[4][2]);
      add((float[][]) null);
    }
    assertEquals(0, hits("tokens", new float[3][2]));
  }

  /** Other queries are refused by a message that names the one for the field. */
  public void testOtherQueries() {
    MappedFieldType type = new LateInteractionFieldType("tokens", SETTINGS, Map.of());
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> type.termQuery("red", null));
    assertTrue(
        e.getMessage(), e.getMessage().contains("is searched by [maxsim] and [exists] queries"));
  }
}
