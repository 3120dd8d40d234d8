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

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.apache.lucene.util.IOUtils;

/**
 * A copy of a SQLite database and its write-ahead log, in a temporary folder. In the copy SQLite
 * reads what is committed in the log, and makes the files that it needs for that.
 */
final class DatabaseCopy implements Closeable {
  private final TemporaryFolder folder;
  private final Path copy;

  private DatabaseCopy(TemporaryFolder folder, Path copy) {
    this.folder = folder;
    this.copy = copy;
  }

  /** The state of a file, which changes when something is written to it. */
  private record State(FileTime time, long size) {
    static State of(Path file) throws IOException {
      return new State(Files.getLastModifiedTime(file), Files.size(file));
    }
  }

  /**
   * Copies both files.
   *
   * @param log of the name of the database, with another ending
   * @throws UserException if one of them changes meanwhile
   */
  static DatabaseCopy of(Path file, Path log) throws IOException {
    TemporaryFolder folder =
        TemporaryFolder.make(() -> Files.createTempDirectory("plaid-metadata"));
    boolean success = false;
    try {
      List<State> before = List.of(State.of(file), State.of(log));
      for (Path one : List.of(file, log)) {
        // Not as Files.copy does, which also copies that a file cannot be written
        try (InputStream in = Files.newInputStream(one)) {
          Files.copy(in, folder.path().resolve(one.getFileName().toString()));
        }
      }
      if (before.equals(List.of(State.of(file), State.of(log))) == false) {
        throw changed(file);
      }
      success = true;
      return new DatabaseCopy(folder, folder.path().resolve(file.getFileName().toString()));
    } catch (NoSuchFileException e) {
      throw changed(file); // The last program that closes the database deletes the log
    } finally {
      if (success == false) {
        IOUtils.closeWhileHandlingException(folder);
      }
    }
  }

  private static UserException changed(Path file) {
    return new UserException(file + ": changed while it was read (end the program that writes it)");
  }

  /** The copy of the database, as SQLite is told where it is. */
  String uri() {
    return copy.toUri().toString();
  }

  @Override
  public void close() {
    folder.close();
  }
}
