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

import com.fasterxml.jackson.databind.JsonNode;
import io.github.luceneplaid.encoder.TextEncoder;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/** Documents of other programs need no ids to be found. */
public class TestWithoutIds extends ChangeTestCase {
  /** Documents of the word "red": three without ids, and maybe a passage of a record. */
  private void index(boolean passage) throws IOException {
    float[][] tokens;
    try (TextEncoder encoder = TextEncoder.open(model)) {
      tokens = encoder.encodeQuery("red").vectors();
    }
    try (Directory directory = FSDirectory.open(index);
        IndexWriter writer =
            new IndexWriter(directory, IndexBuilder.config(new PlaidDocValuesFormat()))) {
      for (int i = 0; i < 3; i++) {
        Document document = new Document();
        document.add(new LateInteractionField(IndexBuilder.TOKENS, tokens));
        if (i < 2) {
          document.add(new TextField(IndexBuilder.TEXT, "red", Field.Store.YES));
        }
        writer.addDocument(document);
      }
      if (passage) {
        Document document = new Document();
        document.add(new LateInteractionField(IndexBuilder.TOKENS, tokens));
        document.add(new StoredField(IndexBuilder.ID, "a"));
        document.add(new StringField(IndexBuilder.PART_OF, "r", Field.Store.YES));
        writer.addDocument(document);
      }
    }
  }

  public void testSearch() throws IOException {
    index(false);
    run(with("search", index, "red"));
    for (int i = 0; i < 3; i++) {
      assertTrue(out.toString(), out.toString().contains("  #" + i));
    }
    JsonNode hits = json(with("search", index, "red", "--json")).get("hits");
    assertEquals(List.of("#0", "#1", "#2"), hits.findValuesAsText("id"));
    run(with("search", index, "--queries", write("q.txt", "red\n")));
    assertEquals(List.of("#0", "#1", "#2"), foundIds());
    run(with("search", index, "--words", "--queries", write("q.txt", "red\n")));
    assertEquals(List.of("#0", "#1", "#2"), foundIds());
  }

  /** Documents without ids are separate hits, also if other documents are parts of records. */
  public void testPassages() throws IOException {
    index(true);
    run(with("search", index, "--queries", write("q.txt", "red\n")));
    assertEquals(List.of("#0", "#1", "#2", "r"), foundIds());
  }

  public void testExplain() throws IOException {
    index(false);
    run(with("explain", index, "--query", "red", "--hit", "2"));
    assertTrue(out.toString(), out.toString().contains("  #1\n"));
  }

  private List<String> foundIds() {
    return out.toString().lines().map(line -> line.split("\t", -1)[2]).toList();
  }
}
