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

import io.github.luceneplaid.tools.InputFiles.InputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The changes in the files that an index was made of. A file has changed if the hash of its content
 * differs. The hash is computed if the size or the modification time differs, or if the file was
 * modified too shortly before it was read.
 */
final class FileChanges {
  private final Path folder;
  private final Map<String, SourceFile> known;
  private final List<Path> named;
  private final List<InputFile> fresh = new ArrayList<>();
  private final List<InputFile> changed = new ArrayList<>();
  private final List<SourceFile> touched = new ArrayList<>();
  private final Set<String> removed = new TreeSet<>();
  private int unchanged;

  private FileChanges(Path folder, Map<String, SourceFile> known, List<Path> named) {
    this.folder = folder;
    this.known = known;
    this.named = named;
  }

  /**
   * Looks at files.
   *
   * @param folder of the index, for messages
   * @param known the files that it has, by their paths
   * @param roots the files and folders that it was made of, absolute
   * @param named the files and folders to look at; empty for all
   */
  static FileChanges find(
      Path folder, Map<String, SourceFile> known, List<Path> roots, List<Path> named, Notes notes)
      throws IOException {
    List<Path> paths = named.stream().map(path -> Path.of(SourceFile.path(path))).toList();
    FileChanges changes = new FileChanges(folder, known, paths);
    changes.checkNamed(named);
    List<Path> there = new ArrayList<>();
    for (Path root : roots) {
      if (Files.exists(root)) {
        there.add(root);
      } else {
        changes.checkGone(root);
      }
    }
    List<InputFile> files = InputFiles.of(there, "INPUT", notes, known);
    for (Path root : there) {
      changes.checkEmptied(root, files);
    }
    changes.look(files);
    return changes;
  }

  /** Checks that each named path exists, or is known to the index. */
  private void checkNamed(List<Path> written) {
    for (int i = 0; i < named.size(); i++) {
      if (Files.exists(named.get(i)) == false && knownBelow(named.get(i)) == 0) {
        throw new UserException("INPUT " + written.get(i) + ": no such file or folder");
      }
    }
  }

  private long knownBelow(Path path) {
    return known.keySet().stream().filter(file -> Path.of(file).startsWith(path)).count();
  }

  /**
   * Refuses if a folder is missing, because it may be on a disk that is not mounted. A missing file
   * is fine if its folder exists and is not empty, as a folder is that a disk is mounted in.
   */
  private void checkGone(Path root) throws IOException {
    boolean isFile = known.containsKey(root.toString());
    Path missing = isFile ? root.getParent() : root;
    if (isInScope(root) == false) {
      return;
    }
    if (Files.exists(missing) == false) {
      refuse(missing, "the folder is not there");
    } else if (isFile && isEmpty(missing)) {
      refuse(missing, "the folder is empty");
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  /**
   * Refuses if a folder that is there has lost all its files and got no others.
   *
   * @param files all that were found
   */
  private void checkEmptied(Path root, List<InputFile> files) {
    if (Files.isDirectory(root)
        && isInScope(root)
        && files.stream().noneMatch(file -> file.path().startsWith(root))
        && known.keySet().stream()
            .map(Path::of)
            .noneMatch(file -> file.startsWith(root) && Files.notExists(file) == false)) {
      refuse(root, "no texts are left in the folder");
    }
  }

  /**
   * Refuses if a missing file, or a folder above it, is a link that leads nowhere, or to an empty
   * folder, as a folder is that a disk is mounted in.
   */
  private void checkLink(Path file) throws IOException {
    Path place = file;
    while (place != null && Files.exists(place, LinkOption.NOFOLLOW_LINKS) == false) {
      place = place.getParent();
    }
    if (place == null || Files.isSymbolicLink(place) == false) {
      return;
    }
    if (Files.exists(place) == false) {
      refuse(place, "the link leads nowhere");
    } else if (Files.isDirectory(place) && isEmpty(place)) {
      refuse(place, "the link leads to an empty folder");
    }
  }

  /** Refuses to delete the records of all files of a place, if there are any. */
  private void refuse(Path place, String reason) {
    long files = knownBelow(place);
    if (files > 0) {
      throw new UserException(
          place
              + ": "
              + reason
              + ", "
              + Table.count(files, "file")
              + " of it in "
              + folder
              + "; make it available, or delete what came from it: plaid delete "
              + folder
              + " --file "
              + place);
    }
  }

  private boolean isInScope(Path path) {
    return named.isEmpty()
        || named.stream().anyMatch(name -> path.startsWith(name) || name.startsWith(path));
  }

  private boolean isLookedAt(String path) {
    return named.isEmpty() || named.stream().anyMatch(name -> Path.of(path).startsWith(name));
  }

  private void look(List<InputFile> files) throws IOException {
    Set<String> found = new HashSet<>();
    for (InputFile file : files) {
      String path = SourceFile.path(file.path());
      if (isLookedAt(path)) {
        found.add(path);
        look(file);
      }
    }
    for (String path : known.keySet()) {
      if (isLookedAt(path) && found.contains(path) == false) {
        // It is unknown whether a file that cannot be read now has changed
        boolean readable = Files.isReadable(Path.of(path));
        if (readable || Files.notExists(Path.of(path))) {
          checkLink(Path.of(path));
          removed.add(path);
        } else {
          unchanged++;
        }
      }
    }
  }

  private void look(InputFile file) throws IOException {
    SourceFile before = file.known();
    if (before == null) {
      fresh.add(file);
      return;
    }
    FileStamp stamp = FileStamp.of(file.path());
    if (before.stamp().proves(stamp)) {
      unchanged++;
    } else if (SourceFile.hash(InputFiles.bytes(file.path())) == before.hash()) {
      unchanged++;
      if (stamp.equals(before.stamp()) == false) {
        touched.add(new SourceFile(before.path(), before.name(), before.hash(), stamp));
      }
    } else {
      changed.add(file);
    }
  }

  /** Files that the index does not know. */
  List<InputFile> fresh() {
    return fresh;
  }

  /** Files whose content has changed. */
  List<InputFile> changed() {
    return changed;
  }

  /** Files whose content is the same, but whose stamp has changed. */
  List<SourceFile> touched() {
    return touched;
  }

  /** Paths of files that are not there any more. */
  Set<String> removed() {
    return removed;
  }

  int unchanged() {
    return unchanged;
  }
}
