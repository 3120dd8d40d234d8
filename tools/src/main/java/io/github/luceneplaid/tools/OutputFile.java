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
  private final boolean replaces;
  private final TemporaryFolder folder;
  private final Path fresh;

  /**
   * Starts a file.
   *
   * @param target its place, in a folder that exists
   * @param replaces whether it may replace another file
   * @throws UserException if the place is taken
   */
  OutputFile(Path target, boolean replaces) throws IOException {
    checkPlace(target, replaces);
    this.target = target;
    this.replaces = replaces;
    folder = TemporaryFolder.make(() -> Replacement.temporaryFolder(target));
    fresh = folder.path().resolve(target.getFileName());
  }

  /** Refuses to replace a file without leave, and anything but a file. */
  static void checkPlace(Path target, boolean replaces) {
    if (TokenIds.isThere(target) && Files.exists(target) == false) {
      throw new UserException(target + ": expected a file, found a link that leads nowhere");
    }
    if (replaces == false && Files.exists(target)) {
      throw new UserException(target + ": exists (--force replaces it)");
    }
    if (Files.exists(target) && Files.isRegularFile(target) == false) {
      throw new UserException(target + ": expected a file");
    }
  }

  /** Writes a file. */
  static void write(Path target, byte[] content, boolean replaces) throws IOException {
    try (OutputFile file = new OutputFile(target, replaces)) {
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
   * Moves the completely written file to its place, where it may replace another.
   *
   * @throws InterruptedIOException if the process is ending, so that the file was deleted
   * @throws UserException if the place was taken meanwhile
   */
  void finish() throws IOException {
    checkPlace(target, replaces);
    folder.keep();
    Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    IOUtils.fsync(target.toAbsolutePath().getParent(), true);
  }

  @Override
  public void close() {
    folder.close();
  }
}
