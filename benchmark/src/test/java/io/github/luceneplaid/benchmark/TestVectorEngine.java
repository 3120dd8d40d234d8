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
package io.github.luceneplaid.benchmark;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Exact search for single vectors in all formats that are compared. */
public class TestVectorEngine extends LuceneTestCase {
  private static final int K = 10;

  private Path root;
  private DataFolder data;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    // Not one of the file systems that Lucene tests with: they do not give files to NIO.
    root = Path.of(createTempDir().toRealPath().toString());
    data = new DataFolder(root.resolve("data"));
    VectorData.clustered(data, 500, 24);
  }

  public void testFormats() throws Exception {
    for (String format : List.of("FLOAT32", "FLOAT16", "INT8_THEN_FLOAT16", "INT8")) {
      double recall = recall(format, "ExactKnnQuery");
      assertTrue(format + ": " + recall, recall >= (format.equals("INT8") ? 0.9 : 0.99));
    }
    for (String query : List.of("ExactKnnQuery", VectorEngine.LUCENE_QUERY)) {
      assertEquals(query, 1, recall(VectorEngine.LUCENE, query), 0.01);
    }
  }

  private double recall(String format, String by) throws Exception {
    ObjectNode options = Json.object().put("format", format);
    Path index = root.resolve(format + "-" + by);
    try (VectorEngine engine = new VectorEngine();
        Texts queries = data.queries()) {
      engine.build(data, index, options);
      engine.open(index, options);
      assertEquals(1, engine.segments());
      Engine.Search search = engine.prepare(K, Json.object().put("by", by));
      int[][] found = new int[queries.size()][];
      for (int q = 0; q < found.length; q++) {
        found[q] = search.positions(search.run(queries.vectors(q)));
        assertEquals(K, found[q].length);
      }
      return Quality.recall(data.exact(), 0, found, K);
    }
  }

  public void testDataIsOfLengthOne() throws Exception {
    try (Texts documents = data.documents()) {
      assertEquals(500, documents.size());
      for (int doc = 0; doc < documents.size(); doc++) {
        double squares = 0;
        for (float x : documents.vectors(doc)[0]) {
          squares += x * x;
        }
        assertEquals(1, squares, 1e-5);
      }
    }
    Hits[] exact = data.exact();
    assertTrue(Arrays.stream(exact).allMatch(hits -> hits.scores()[0] >= hits.scores()[K]));
  }
}
