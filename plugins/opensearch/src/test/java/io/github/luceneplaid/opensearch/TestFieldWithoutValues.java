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

package io.github.luceneplaid.opensearch;

import io.github.luceneplaid.engine.LateInteractionRequest;
import java.io.IOException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.index.query.QueryShardException;

/** A field that no document has, or not even the mapping: nothing is found, and nothing fails. */
public class TestFieldWithoutValues extends LuceneTestCase {

  private IndexFixture index;
  private Directory directory;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    index =
        IndexFixture.enabled(
            "\"tokens\": {\"type\": \"token_vectors\", \"dims\": 2, \"max_query_vectors\": 3},"
                + " \"text\": {\"type\": \"text\"}");
    directory = newDirectory();
  }

  @Override
  public void tearDown() throws Exception {
    directory.close();
    super.tearDown();
  }

  private void add(String... sources) throws IOException {
    IndexWriterConfig config = new IndexWriterConfig().setCodec(index.codec());
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (String source : sources) {
        writer.addDocument(index.parse(source).rootDoc());
      }
    }
  }

  private static LateInteractionQueryBuilder query(String field, float[]... tokens) {
    LateInteractionRequest request =
        random().nextBoolean()
            ? new LateInteractionRequest(null, null, null, null, true)
            : new LateInteractionRequest(3, null, null, null, false);
    return new LateInteractionQueryBuilder(field, tokens, request, null);
  }

  private int hits(QueryBuilder builder) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexSearcher searcher = newSearcher(reader);
      Query query = builder.toQuery(index.context(searcher));
      return searcher.search(query, 10).scoreDocs.length;
    }
  }

  public void testNoHits() throws IOException {
    float[] token = {1, 0};
    add();
    assertEquals(0, hits(query("tokens", token)));
    assertEquals(0, hits(query("nowhere", token)));
    add("{\"text\": \"red\"}", "{\"text\": \"red\", \"tokens\": []}", "{\"text\": \"blue\"}");
    for (String field : new String[] {"tokens", "nowhere"}) {
      assertEquals(0, hits(query(field, token)));
      assertEquals(
          2,
          hits(
              QueryBuilders.boolQuery()
                  .should(query(field, token))
                  .should(
                      QueryBuilders.constantScoreQuery(QueryBuilders.termQuery("text", "red")))));
    }
    add("{\"tokens\": [[0, 1]]}");
    assertEquals(1, hits(query("tokens", token)));
    assertEquals(0, hits(query("nowhere", token)));
  }

  /** Invalid queries are refused in an index without values, too. */
  public void testErrors() throws IOException {
    add();
    for (int i = 0; i < 2; i++) {
      QueryShardException type =
          expectThrows(QueryShardException.class, () -> hits(query("text", new float[2])));
      assertTrue(type.getMessage(), type.getMessage().contains("found type [text], expected type"));
      IllegalArgumentException dimension =
          expectThrows(IllegalArgumentException.class, () -> hits(query("tokens", new float[3])));
      assertTrue(
          dimension.getMessage(),
          dimension.getMessage().contains("token 0 has more than 2 numbers, expected 2"));
      add("{\"text\": \"red\"}");
    }
  }

  /** Other queries are refused by a message that names the one for the field. */
  public void testOtherQueries() throws IOException {
    add();
    QueryShardException e =
        expectThrows(
            QueryShardException.class, () -> hits(QueryBuilders.termQuery("tokens", "red")));
    assertTrue(e.getMessage(), e.getMessage().contains("only searched by the query [maxsim]"));
  }

  /** Tests values at and above the limit of the mapping. */
  public void testMaxQueryVectors() throws IOException {
    add("{\"tokens\": [[0, 1]]}");
    assertEquals(1, hits(query("tokens", new float[3][2])));
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> hits(query("tokens", new float[4][2])));
    assertTrue(e.getMessage(), e.getMessage().contains("found more than 3 tokens"));
  }
}
