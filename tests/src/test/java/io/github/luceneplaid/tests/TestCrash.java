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

import io.github.luceneplaid.plaid.search.LateInteractionQuery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressFileSystems;
import org.apache.lucene.util.Bits;

/**
 * A process that indexes, deletes, merges and commits is killed, again and again. What is left is
 * always an index that is sound and holds what its last commit held, bit for bit.
 */
@SuppressFileSystems("*")
public class TestCrash extends LuceneTestCase {

  private static final int KILLS = TEST_NIGHTLY ? 200 : 10;

  private static List<String> java(String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main);
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  /** Lets the writer run for a random time and kills it; returns the last commit it told of. */
  private static int crash(Path folder, long seed) throws Exception {
    Path told = createTempFile();
    Path errors = createTempFile();
    Process process =
        new ProcessBuilder(
                java(EndlessWriter.class.getName(), folder.toString(), Long.toString(seed)))
            .redirectOutput(told.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      while (process.isAlive() && Files.size(told) == 0) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      TimeUnit.MILLISECONDS.sleep(random().nextInt(2000));
    } finally {
      process.destroyForcibly();
    }
    assertEquals("killed: " + Files.readString(errors), 137, process.waitFor());
    List<String> lines = Files.readAllLines(told);
    return Integer.parseInt(lines.get(lines.size() - 1));
  }

  private static void plaidCheck(Path folder) throws Exception {
    Path output = createTempFile();
    Process check =
        new ProcessBuilder(
                java("io.github.luceneplaid.tools.Plaid", "check", folder.toString(), "--json"))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertEquals(Files.readString(output), 0, check.waitFor());
    assertTrue(
        Files.readString(output),
        Files.readString(output).matches("(?s).*\"clean\"\\s*:\\s*true.*"));
  }

  private static void assertHolds(
      DirectoryReader reader, long seed, SortedMap<Integer, Integer> expected) throws IOException {
    SortedMap<Integer, Integer> found = new TreeMap<>();
    for (LeafReaderContext context : reader.leaves()) {
      Bits live = context.reader().getLiveDocs();
      StoredFields stored = context.reader().storedFields();
      BinaryDocValues values = context.reader().getBinaryDocValues(EndlessWriter.TOKENS);
      FloatVectorValues vectors = context.reader().getFloatVectorValues(EndlessWriter.VECTOR);
      for (int doc = values.nextDoc();
          doc != DocIdSetIterator.NO_MORE_DOCS;
          doc = values.nextDoc()) {
        if (live != null && live.get(doc) == false) {
          continue;
        }
        int id = Integer.parseInt(stored.document(doc).get("id"));
        Integer version = expected.get(id);
        assertNotNull("document " + id + " was deleted", version);
        assertNull("document " + id + " is there once", found.put(id, version));
        float[][] tokens = EndlessWriter.tokens(seed, id, version);
        assertArrayEquals(tokens, LateInteractionField.decode(values.binaryValue()));
        // Each document has both fields: the ordinal of a vector is that of the document
        assertArrayEquals(tokens[0], vectors.vectorValue(doc), 2e-3f);
      }
    }
    assertEquals(expected, found);
  }

  /** Each query is the tokens of a document, which is its best hit. */
  private static void assertFinds(
      DirectoryReader reader, long seed, SortedMap<Integer, Integer> documents) throws IOException {
    IndexSearcher searcher = new IndexSearcher(reader);
    List<Integer> ids = new ArrayList<>(documents.keySet());
    for (int i = 0; i < 10 && ids.isEmpty() == false; i++) {
      int id = ids.get(random().nextInt(ids.size()));
      float[][] query = EndlessWriter.tokens(seed, id, documents.get(id));
      ScoreDoc[] hits =
          searcher.search(new LateInteractionQuery(EndlessWriter.TOKENS, query, 3), 3).scoreDocs;
      assertEquals(Integer.toString(id), searcher.storedFields().document(hits[0].doc).get("id"));
    }
  }

  public void testKills() throws Exception {
    Path folder = createTempDir();
    long seed = random().nextLong();
    int commits = 0;
    int untold = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      int told = crash(folder, seed);
      try (Directory directory = FSDirectory.open(folder)) {
        int commit = EndlessWriter.lastCommit(directory);
        assertTrue("told of " + told + ", found " + commit, commit == told || commit == told + 1);
        untold += commit - told;
        commits = commit;
        if (commit > 0) {
          try (DirectoryReader reader = DirectoryReader.open(directory)) {
            SortedMap<Integer, Integer> documents = EndlessWriter.documents(seed, commit);
            assertHolds(reader, seed, documents);
            assertFinds(reader, seed, documents);
          }
          plaidCheck(folder);
        }
      }
    }
    assertTrue("found " + commits + " commits", commits > 0);
    if (VERBOSE || TEST_NIGHTLY) {
      System.out.println(
          KILLS + " kills, " + commits + " commits, " + untold + " of them not told of");
    }
  }
}
