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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressFileSystems;

/** Segments that are written on a version of Lucene are read, and merged, on all later ones. */
@SuppressFileSystems("*")
public class TestLuceneVersions extends LuceneTestCase {

  private static final List<String> VERSIONS = List.of("10.3.2", "10.4.0", "10.5.1", "10.6.0");

  private static final Path JARS = Path.of(System.getProperty("plaid.lucene", "target/lucene"));

  /** The class path of the tests, but with one version of Lucene only. */
  private static String classPath(String version) throws IOException {
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(":", -1)) {
      if (entry.contains("lucene-plaid-codec")
          || entry.contains("lucene-fsvi-files")
          || entry.contains("lucene-fsvi-format")
          || Files.isDirectory(Path.of(entry))) {
        entries.add(entry);
      }
    }
    try (Stream<Path> jars = Files.list(JARS)) {
      jars.filter(jar -> jar.toString().endsWith("-" + version + ".jar"))
          .forEach(jar -> entries.add(jar.toString()));
    }
    return String.join(":", entries);
  }

  private static List<String> run(String version, String action, Path folder)
      throws IOException, InterruptedException {
    return JavaProcess.run(
        JavaProcess.command(
            JavaProcess.SHORT,
            classPath(version),
            KeptIndex.class.getName(),
            action,
            folder.toString()));
  }

  public void testWrittenNowReadLater() throws Exception {
    assumeTrue("no versions of Lucene in " + JARS, Files.isDirectory(JARS));
    for (int writer = 0; writer < VERSIONS.size(); writer++) {
      Path folder = createTempDir();
      run(VERSIONS.get(writer), "write", folder);
      List<String> hits = run(VERSIONS.get(writer), "read", folder);
      assertEquals(150, hits.size());
      for (int reader = writer + 1; reader < VERSIONS.size(); reader++) {
        assertEquals(hits, run(VERSIONS.get(reader), "read", folder));
      }
      // The last version can also add to the index
      String last = VERSIONS.get(VERSIONS.size() - 1);
      run(last, "merge", folder);
      assertEquals(150, run(last, "read", folder).size());
    }
  }
}
