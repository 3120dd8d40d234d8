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

import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressFileSystems;
import org.apache.lucene.tests.util.TimeUnits;

/** Searching, writing, reopening and merging at once, with a heap of a given size. */
@SuppressFileSystems("*")
@TimeoutSuite(millis = 2 * TimeUnits.HOUR)
public class TestLoad extends LuceneTestCase {

  private static String run(String heap, String... arguments) throws Exception {
    assumeTrue("no /proc", Files.isReadable(Path.of("/proc/self/maps")));
    List<String> options = new ArrayList<>(List.of(heap, "-ea"));
    if (Boolean.getBoolean("plaid.expectPanama")) {
      options.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    }
    String[] all = new String[arguments.length + 2];
    all[0] = createTempDir().toString();
    all[1] = Long.toString(random().nextLong());
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    List<String> report =
        JavaProcess.run(
            JavaProcess.command(
                options, System.getProperty("java.class.path"), LoadRun.class.getName(), all));
    return String.join("\n", report);
  }

  public void testForSomeSeconds() throws Exception {
    run("-Xmx256m", "200000", "8", "4");
  }

  /** Training and coding need a constant amount of memory, and the codebook. */
  public void testMergeInLittleMemory() throws Exception {
    run("-Xmx128m", "300000", "0");
  }

  @Nightly
  public void testLargeMergeInLittleMemory() throws Exception {
    System.out.println(run("-Xmx256m", "10000000", "0"));
  }

  @Nightly
  public void testForTenMinutes() throws Exception {
    System.out.println(run("-Xmx512m", "10000000", "600", "4"));
  }
}
