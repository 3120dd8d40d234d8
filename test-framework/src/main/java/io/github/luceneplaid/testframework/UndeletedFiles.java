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

package io.github.luceneplaid.testframework;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;

/** A directory in which a temporary file cannot be deleted. */
public final class UndeletedFiles extends FilterDirectory {

  private static final String TEMPORARY = ".tmp";

  private final String part;
  private final IOException failure = new IOException("cannot delete");
  private boolean fails;

  /**
   * Wraps a directory.
   *
   * @param part the part of a name that marks temporary files that are not deleted
   */
  public UndeletedFiles(Directory directory, String part) {
    super(directory);
    this.part = part;
  }

  /** Lets the next of these files be deleted at the second attempt only. */
  public synchronized void failOnce() {
    fails = true;
  }

  /** Whether an exception was thrown or caused by a file that was not deleted. */
  public boolean failedBy(Throwable e) {
    return e == failure || e.getCause() == failure;
  }

  @Override
  public synchronized void deleteFile(String name) throws IOException {
    if (fails && name.contains(part) && name.endsWith(TEMPORARY)) {
      fails = false;
      throw failure;
    }
    super.deleteFile(name);
  }

  /** Checks that a directory has no temporary files. */
  public static void assertNoTemporaryFiles(Directory directory) throws IOException {
    String[] files = directory.listAll();
    if (Arrays.stream(files).anyMatch(file -> file.endsWith(TEMPORARY))) {
      throw new AssertionError("temporary files: " + Arrays.toString(files));
    }
  }
}
