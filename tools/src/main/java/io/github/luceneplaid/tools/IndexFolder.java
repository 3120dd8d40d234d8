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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/** A folder that holds an index, or is to hold one. */
final class IndexFolder {
  private IndexFolder() {}

  /**
   * The files that a writer leaves if it ends before its first commit; the next writer deletes
   * them.
   */
  private static final Pattern REMAINS =
      Pattern.compile("_[0-9a-z]+(_.*|\\..*)?|pending_segments_.*|" + IndexWriter.WRITE_LOCK_NAME);

  /** Opens a folder for a new index; replaces one only if {@code force} says so. */
  static NewIndex create(Path folder, boolean force) throws IOException {
    boolean isThere = isThere(folder);
    if (isThere && force == false) {
      throw isTaken(folder);
    }
    return new NewIndex(folder, isThere);
  }

  static UserException isTaken(Path folder) {
    return new UserException(folder + ": holds an index already (--force replaces it)");
  }

  /** Whether a folder holds an index. Refuses a folder that holds other files. */
  static boolean isThere(Path folder) throws IOException {
    if (Files.notExists(folder)) {
      return false;
    }
    OutputFolder.check(folder);
    try (Directory directory = FSDirectory.open(folder);
        Stream<Path> files = Files.list(folder)) {
      boolean exists = DirectoryReader.indexExists(directory);
      if (exists == false && files.anyMatch(file -> isRemains(file) == false)) {
        throw new UserException(folder + ": expected an empty folder, found files");
      }
      return exists;
    }
  }

  private static boolean isRemains(Path file) {
    return REMAINS.matcher(file.getFileName().toString()).matches();
  }

  /** Opens a folder that holds an index. */
  static Directory open(Path folder) throws IOException {
    if (Files.isDirectory(folder) == false) {
      throw new UserException(folder + ": no such folder");
    }
    Directory directory = FSDirectory.open(folder);
    boolean success = false;
    try {
      success = DirectoryReader.indexExists(directory);
    } finally {
      if (success == false) {
        directory.close();
      }
    }
    if (success == false) {
      throw new UserException(folder + ": expected a Lucene index, found none");
    }
    return directory;
  }

  /**
   * Refuses an index of another program that has something other than tokens in their field.
   *
   * @param folder of the index, for messages
   */
  static void checkTokens(Path folder, IndexReader reader) {
    FieldInfo tokens = FieldInfos.getMergedFieldInfos(reader).fieldInfo(IndexBuilder.TOKENS);
    DocValuesType type = tokens == null ? DocValuesType.NONE : tokens.getDocValuesType();
    if (type != DocValuesType.NONE && type != DocValuesType.BINARY) {
      throw new UserException(
          folder
              + ": field "
              + IndexBuilder.TOKENS
              + ": found doc values of type "
              + type
              + ", expected BINARY, as tokens have");
    }
  }

  /** Bytes of all files together. */
  static long bytes(Directory directory) throws IOException {
    long bytes = 0;
    for (String file : directory.listAll()) {
      bytes += directory.fileLength(file);
    }
    return bytes;
  }
}
