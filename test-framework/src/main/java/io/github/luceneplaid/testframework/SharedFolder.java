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

import static org.apache.lucene.tests.util.LuceneTestCase.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Files that several repositories share: golden files, reported cases and a collection. Tests that
 * do not find them are skipped.
 */
public final class SharedFolder {

  private SharedFolder() {}

  /** Where a shared file or folder is, if it is on this machine. */
  public static Path path(String name) {
    return Path.of(System.getProperty("plaid.shared", "../shared")).resolve(name);
  }

  /** Returns the same path, or skips the test if nothing is there. */
  public static Path of(String name) {
    Path path = path(name);
    assumeTrue("no " + path + ": set the property plaid.shared", Files.exists(path));
    return path;
  }
}
