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
package io.github.luceneplaid.tests;

import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Compiles the code of the README as it is printed there, and runs it. */
public class TestReadmeExample extends LuceneTestCase {

  public void testExample() throws Exception {
    List<String> blocks = PageCode.blocks("README.md");
    assertEquals("one example", 1, blocks.size());
    String code = blocks.get(0);
    int add = code.indexOf("document.add(");
    int search = code.indexOf("TopDocs hits =");
    assertTrue(code, 0 < add && add < search);
    String members =
        "static void configure(IndexWriterConfig config) {\n"
            + code.substring(0, add)
            + "}\n"
            + "static void add(Document document, float[][] tokens) {\n"
            + code.substring(add, search)
            + "}\n"
            + "static TopDocs search(IndexSearcher searcher, float[][] queryTokens)"
            + " throws IOException {\n"
            + code.substring(search)
            + "return hits; }\n";
    try (PageCode example = PageCode.compile(members)) {
      run(example);
    }
  }

  private static void run(PageCode example) throws Exception {
    IndexWriterConfig config = new IndexWriterConfig();
    example.invoke("configure", config);
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (int i = 0; i < 20; i++) {
          Document document = new Document();
          example.invoke("add", document, token(i));
          writer.addDocument(document);
        }
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        TopDocs hits =
            (TopDocs) example.invoke("search", new IndexSearcher(reader), (Object) token(7));
        assertEquals(10, hits.scoreDocs.length);
        assertEquals(7, hits.scoreDocs[0].doc);
        assertEquals(1, hits.scoreDocs[0].score, 1e-4);
      }
    }
  }

  /** A document of one token, each in a direction of its own. */
  private static float[][] token(int document) {
    float[][] tokens = new float[1][32];
    tokens[0][document] = 1;
    return tokens;
  }
}
