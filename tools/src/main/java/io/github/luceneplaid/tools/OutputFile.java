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

import io.github.luceneplaid.fsvi.files.internal.Replacement;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.lucene.util.IOUtils;

/**
 * A file that appears complete or not at all. It is written in a {@link TemporaryFolder} beside its
 * place. Nothing is left of it if the process is asked to end before it is finished.
 */
final class OutputFile implements Closeable {
  private final Path target;
  private final TemporaryFolder folder;
  private final Path fresh;

  /**
   * Starts a file.
   *
   * @param target its place, in a folder that exists
   * @throws UserException if there is something other than a file
   */
  OutputFile(Path target) throws IOException {
    checkPlace(target);
    this.target = target;
    folder = TemporaryFolder.make(() -> Replacement.temporaryFolder(target));
    fresh = folder.path().resolve(target.getFileName());
  }

  /** Refuses to replace anything but a file. */
  static void checkPlace(Path target) {
    if (Files.exists(target) && Files.isRegularFile(target) == false) {
      throw new UserException(target + ": expected a file");
    }
  }

  /** Writes a file. */
  static void write(Path target, byte[] content) throws IOException {
    try (OutputFile file = new OutputFile(target)) {
      Files.write(file.path(), content);
      IOUtils.fsync(file.path(), false);
      file.finish();
    }
  }

  /** Where to write it. */
  Path path() {
    return fresh;
  }

  /**
   * Moves the completely written file to its place, where it replaces another.
   *
   * @throws InterruptedIOException if the process is ending, so that the file was deleted
   */
  void finish() throws IOException {
    folder.keep();
    Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    IOUtils.fsync(target.toAbsolutePath().getParent(), true);
  }

  @Override
  public void close() {
    folder.close();
  }
}
