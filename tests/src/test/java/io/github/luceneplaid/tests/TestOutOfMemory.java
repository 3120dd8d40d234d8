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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressFileSystems;
import org.apache.lucene.tests.util.TestUtil;

/** Memory runs out while a merge trains and codes. Committed data stay as they were. */
@SuppressFileSystems("*")
public class TestOutOfMemory extends LuceneTestCase {

  /**
   * The heap sizes range from one with which Lucene alone can hardly open an index, to one that is
   * enough.
   */
  private static final int LEAST_MEGABYTES = 9;

  private static final int MOST_MEGABYTES = 40;

  private static String merge(Path folder, int megabytes) throws IOException, InterruptedException {
    List<String> outcome =
        JavaProcess.run(
            JavaProcess.command(
                ScarceMemory.class.getName(), "-Xmx" + megabytes + "m", folder.toString()));
    return outcome.get(0);
  }

  public void testMerges() throws Exception {
    List<String> outcomes = new ArrayList<>();
    int training = 0;
    boolean merged = false;
    try (Directory directory = FSDirectory.open(createTempDir())) {
      ScarceMemory.write(directory, random());
      for (int heap = LEAST_MEGABYTES; heap <= MOST_MEGABYTES && merged == false; heap++) {
        String outcome = merge(((FSDirectory) directory).getDirectory(), heap);
        outcomes.add(heap + " MB: " + outcome);
        merged = outcome.equals("merged");
        training += outcome.matches("failed in.* (TokenSample|CodebookTrainer) .*") ? 1 : 0;
        ScarceMemory.assertUnmerged(directory);
        TestUtil.checkIndex(directory);
      }
    }
    assertTrue(outcomes.toString(), merged && training > 0);
    if (TEST_NIGHTLY) {
      System.out.println(String.join("\n", outcomes));
    }
  }
}
