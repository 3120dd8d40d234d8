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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.Lock;
import org.apache.lucene.store.LockObtainFailedException;

/**
 * A folder in which an index is written. Lucene writes new segments beside the existing ones, and
 * switches to them by renaming one file. So a commit at the end happens completely or not at all,
 * even if the process dies. If there was no index and the new one is not finished, the folder is
 * restored to its former state.
 */
final class NewIndex implements Closeable {
  private static final String LOCK = IndexWriter.WRITE_LOCK_NAME;

  private final Path folder;
  private final boolean replaces;
  private final OutputFolder made;
  private final Directory directory;

  /** The files in the folder before anything is written. */
  private final Set<Path> before;

  private boolean finished;

  /**
   * Opens a folder, which is made if it does not exist.
   *
   * @param replaces whether it holds an index
   */
  NewIndex(Path folder, boolean replaces) throws IOException {
    this.folder = folder;
    this.replaces = replaces;
    made = new OutputFolder(folder);
    before = files();
    directory = FSDirectory.open(folder);
  }

  private Set<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(NewIndex::isNotLock).collect(Collectors.toSet());
    }
  }

  Directory directory() {
    return directory;
  }

  /**
   * Refuses if somebody made an index here since the folder was opened. To be called when nobody
   * else can write any more.
   */
  void checkStillNew() throws IOException {
    if (replaces == false && DirectoryReader.indexExists(directory)) {
      throw IndexFolder.isTaken(folder);
    }
  }

  /** The index is committed. */
  void finish() {
    finished = true;
    made.finish();
  }

  @Override
  public void close() throws IOException {
    directory.close();
    if (finished || replaces) {
      return;
    }
    if (before.containsAll(files()) == false) {
      return; // Remains that could not be deleted, or somebody else writes there
    }
    // Somebody else's lock stays, as a writer whose lock is gone cannot commit
    try (Directory again = FSDirectory.open(folder);
        Lock lock = again.obtainLock(LOCK)) {
      lock.ensureValid();
      Files.deleteIfExists(folder.resolve(LOCK));
    } catch (
        @SuppressWarnings("unused")
        LockObtainFailedException e) {
      return;
    }
    made.close();
  }

  private static boolean isNotLock(Path file) {
    return file.getFileName().toString().equals(LOCK) == false;
  }
}
