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

import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressFileSystems;

@SuppressFileSystems("*")
public class TestTemporaryFolder extends LuceneTestCase {

  /** The end of the process waits until the content of a folder is in its place. */
  public void testEndWhileMoving() throws Exception {
    Path path = createTempDir();
    TemporaryFolder folder = new TemporaryFolder(path);
    folder.keep();
    Thread end = new Thread(folder::end, "end");
    end.start();
    end.join(50);
    assertTrue(end.isAlive());
    assertTrue(Files.exists(path));
    folder.close();
    end.join(60_000);
    assertFalse(end.isAlive());
    assertFalse(Files.exists(path));
  }

  public void testEnd() throws Exception {
    Path path = createTempDir();
    try (TemporaryFolder folder = new TemporaryFolder(path)) {
      folder.end();
      assertFalse(Files.exists(path));
      expectThrows(InterruptedIOException.class, folder::keep);
    }
  }
}
