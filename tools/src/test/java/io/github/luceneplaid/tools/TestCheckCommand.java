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
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.tests.util.TestUtil;

/** Tests the checks of {@code plaid check}. */
public class TestCheckCommand extends CommandTestCase {

  private static final String FIELD = "tokens";
  private static final int DIMENSION = 8;

  private static float[][] tokens(int n) {
    float[][] tokens = new float[n][DIMENSION];
    for (float[] token : tokens) {
      token[random().nextInt(DIMENSION)] = 0.8f;
      token[random().nextInt(DIMENSION)] += 0.6f;
    }
    return tokens;
  }

  private static void add(IndexWriter writer, int id, int tokens) throws IOException {
    Document document = new Document();
    document.add(new StringField("id", Integer.toString(id), Field.Store.NO));
    document.add(new LateInteractionField(FIELD, tokens(tokens)));
    writer.addDocument(document);
  }

  private static void update(IndexWriter writer, int id, int tokens) throws IOException {
    Term term = new Term("id", Integer.toString(id));
    writer.updateBinaryDocValue(term, FIELD, LateInteractionField.encode(tokens(tokens)));
    writer.commit();
  }

  /** Updates that lie over the values of a segment are checked like the values. */
  public void testUpdates() throws IOException {
    PlaidDocValuesFormat format = PlaidDocValuesFormat.builder().trainingThreshold(1).build();
    Path folder = createTempDir();
    try (Directory directory = FSDirectory.open(folder);
        IndexWriter writer =
            new IndexWriter(
                directory,
                new IndexWriterConfig()
                    .setCodec(TestUtil.alwaysDocValuesFormat(format))
                    .setMaxDocValuesOverlays(8)
                    .setMergePolicy(NoMergePolicy.INSTANCE))) {
      for (int id = 0; id < 50; id++) {
        add(writer, id, 10);
      }
      writer.commit();
      add(writer, 50, 3);
      writer.commit();
      update(writer, 7, 4);
      update(writer, 20, 5);
    }
    JsonNode outcome = json("check", folder, "--json");
    assertTrue(outcome.toString(), outcome.get("clean").asBoolean());
    assertEquals(2, outcome.get("segments").asInt());
    assertEquals(2, outcome.get("fields").asInt());
    assertEquals(500 + 3 + 4 + 5, outcome.get("tokens").asLong());
  }
}
