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

import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressFileSystems;

/**
 * Scans over floats and codes allocate nothing, or next to nothing, for each document, once they
 * are compiled. Each scan has a JVM of its own, because the compiler decides by what ran before.
 */
@SuppressFileSystems("*")
public class TestScanGarbage extends LuceneTestCase {

  /** The compiler does not decide the same each time, and is not to blame for one bad start. */
  private static final int STARTS = 3;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    assumeTrue("JDK 21 keeps vectors on the heap", Runtime.version().feature() > 21);
  }

  public void testFlat() throws Exception {
    assertNoGarbage(ScanGarbage.Format.PLAID);
  }

  public void testCodes() throws Exception {
    assertNoGarbage(ScanGarbage.Format.CODES);
  }

  public void testCandidates() throws Exception {
    assertNoGarbage(ScanGarbage.Format.CANDIDATES);
  }

  public void testForeign() throws Exception {
    assertNoGarbage(ScanGarbage.Format.LUCENE);
  }

  private static void assertNoGarbage(ScanGarbage.Format format) throws Exception {
    List<String> options = new ArrayList<>(List.of("-Xmx256m", "-ea"));
    if (Boolean.getBoolean("plaid.expectPanama")) {
      options.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    }
    List<Double> bytes = new ArrayList<>();
    boolean none = false;
    while (none == false && bytes.size() < STARTS) {
      String folder = createTempDir().toString();
      String seed = Long.toString(random().nextLong());
      List<String> printed =
          JavaProcess.run(
              JavaProcess.command(
                  options,
                  System.getProperty("java.class.path"),
                  ScanGarbage.class.getName(),
                  folder,
                  seed,
                  format.name()));
      double last = Double.parseDouble(printed.get(printed.size() - 1));
      bytes.add(last);
      none = last <= format.maxBytes;
    }
    assertTrue("bytes a document: " + bytes, none);
  }
}
