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

import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/** Imports more directories into one index than a segment can have codebooks. */
public class TestManyImports extends CommandTestCase {

  private static final int DIMENSION = 16;
  private static final int IMPORTS = 40;

  private Path folder;

  /** One document of each directory, and its id. */
  private final List<float[][]> queries = new ArrayList<>();

  private final List<String> ids = new ArrayList<>();

  @Override
  public void setUp() throws Exception {
    super.setUp();
    folder = createTempDir();
  }

  private static float[][] document() {
    float[][] tokens = new float[12][DIMENSION];
    for (float[] token : tokens) {
      double squares = 0;
      for (int j = 0; j < DIMENSION; j++) {
        token[j] = (float) random().nextGaussian();
        squares += token[j] * token[j];
      }
      for (int j = 0; j < DIMENSION; j++) {
        token[j] /= (float) Math.sqrt(squares);
      }
    }
    return tokens;
  }

  /** Exports a few documents as a directory of its own codebook. */
  private Path directory(int number) throws IOException {
    Path source = folder.resolve("source" + number);
    int documents = 1 + random().nextInt(5);
    int query = random().nextInt(documents);
    try (Directory directory = FSDirectory.open(source);
        IndexWriter writer =
            new IndexWriter(directory, IndexBuilder.config(new PlaidDocValuesFormat()))) {
      for (int i = 0; i < documents; i++) {
        float[][] tokens = document();
        Document document = new Document();
        document.add(new LateInteractionField(IndexBuilder.TOKENS, tokens));
        writer.addDocument(document);
        if (i == query) {
          queries.add(tokens);
          ids.add("p" + number + "-" + i);
        }
      }
    }
    Path target = folder.resolve("d" + number);
    assertEquals(err.toString(), 0, plaid("export", source, target, "--bits=4"));
    return target;
  }

  private Path writeQueries() throws IOException {
    Path file = Files.createDirectory(folder.resolve("queries")).resolve("q.npy");
    List<Integer> lengths = new ArrayList<>();
    try (NpyWriter out = new NpyWriter(file, ElementType.FLOAT32, DIMENSION)) {
      for (float[][] query : queries) {
        for (float[] token : query) {
          out.writeFloats(token, 0, DIMENSION);
        }
        lengths.add(query.length);
      }
      out.finish();
    }
    Files.writeString(file.resolveSibling("querylens.json"), lengths.toString());
    Files.writeString(
        file.resolveSibling("query_ids.json"), "[\"" + String.join("\",\"", ids) + "\"]");
    return file;
  }

  public void testManyImports() throws IOException {
    Path index = folder.resolve("index");
    for (int i = 0; i < IMPORTS; i++) {
      assertEquals(
          err.toString(), 0, plaid("import", directory(i), index, "--id-prefix", "p" + i + "-"));
      if (i % 8 == 7) {
        assertEquals(err.toString(), 0, plaid("info", index));
      }
    }
    assertEquals(err.toString(), 0, plaid("check", index));
    assertEquals(err.toString(), 0, plaid("search", index, "--queries", writeQueries(), "-k1"));
    List<String> lines = out.toString().lines().toList();
    assertEquals(IMPORTS, lines.size());
    int found = 0;
    for (int i = 0; i < IMPORTS; i++) {
      String[] columns = lines.get(i).split("\t", -1);
      assertEquals(ids.get(i), columns[0]);
      found += columns[0].equals(columns[2]) ? 1 : 0;
    }
    // Similarities of random tokens are far below those of a token with its own codes
    assertTrue(found + " of " + IMPORTS, found >= IMPORTS - 2);
  }
}
