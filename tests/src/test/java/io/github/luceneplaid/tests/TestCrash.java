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

import io.github.luceneplaid.testframework.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressFileSystems;

/**
 * A process that indexes, deletes, merges and commits is killed, again and again. The index that is
 * left is always sound, and equals its last commit bit for bit.
 */
@SuppressFileSystems("*")
public class TestCrash extends LuceneTestCase {

  private static final int KILLS = TEST_NIGHTLY ? 200 : 10;

  /** How often to check the output of a writer, every hundredth of a second: for five minutes. */
  private static final int PATIENCE = 30_000;

  /**
   * Lets the writer run for a random time and kills it. Returns the last commit that it reported.
   */
  private static int crash(Path folder, long seed) throws Exception {
    Path told = createTempFile();
    Path errors = createTempFile();
    Process process =
        new ProcessBuilder(
                JavaProcess.command(
                    EndlessWriter.class.getName(),
                    "-Xmx256m",
                    folder.toString(),
                    Long.toString(seed),
                    Long.toString(random().nextLong())))
            .redirectOutput(told.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      // The writer prints a line at its start and after each commit, so a slow machine gets there,
      // too
      int lines = 1 + random().nextInt(3);
      for (int i = 0; i < PATIENCE && process.isAlive() && lines(told) < lines; i++) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
      assertTrue("nothing is told: " + Files.readString(errors), lines(told) > 0);
      TimeUnit.MILLISECONDS.sleep(random().nextInt(2000));
    } finally {
      process.destroyForcibly();
    }
    int exit = Processes.await(process, Processes.MINUTES);
    assertEquals("killed: " + Files.readString(errors), 137, exit);
    List<String> lines = Files.readAllLines(told);
    return Integer.parseInt(lines.get(lines.size() - 1));
  }

  private static int lines(Path file) throws IOException {
    return Files.readAllLines(file).size();
  }

  private static void plaidCheck(Path folder) throws Exception {
    String outcome =
        String.join(
            " ",
            JavaProcess.run(
                JavaProcess.command(
                    "io.github.luceneplaid.tools.Plaid",
                    "-Xmx256m",
                    "check",
                    folder.toString(),
                    "--json")));
    assertTrue(outcome, outcome.matches(".*\"clean\"\\s*:\\s*true.*"));
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
            IndexContent.assertHolds(reader, seed, documents);
            IndexContent.assertFinds(reader, seed, documents, random());
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
