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
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The files that a user names, and the files in folders that the user names, in the order of their
 * paths. Links are followed, but each file is taken only once. Hidden files in folders are left
 * out. Files and folders that cannot be read, or whose names are no text, are left out, with a
 * note.
 */
final class InputFiles {
  /** The longest array that all JVMs can make. */
  private static final int MAX_BYTES = Integer.MAX_VALUE - 8;

  /** Standard input. */
  static final Path STANDARD_INPUT = Path.of("-");

  private final String option;
  private final Notes notes;
  private final Map<String, SourceFile> known;
  private final List<Found> found = new ArrayList<>();
  private final Set<Object> seen = new HashSet<>();

  private InputFiles(String option, Notes notes, Map<String, SourceFile> known) {
    this.option = option;
    this.notes = notes;
    this.known = known;
  }

  /**
   * A file.
   *
   * @param name the unique name from which ids of its passages are made
   * @param inFolder whether it was found in a folder and not named itself
   * @param known the file as an index knows it; null if the index does not
   */
  record InputFile(Path path, String name, boolean inFolder, SourceFile known) {}

  /**
   * A file, and the names it may have.
   *
   * @param name the short one
   * @param longName the path as the user wrote it
   */
  private record Found(Path path, String name, String longName, boolean inFolder) {}

  /**
   * Finds all files.
   *
   * @param option the option or parameter that had the paths, for messages
   */
  static List<InputFile> of(List<Path> paths, String option, Notes notes) throws IOException {
    return of(paths, option, notes, Map.of());
  }

  /**
   * Finds all files, some of which an index knows already.
   *
   * @param known the known files, by their paths; they keep their names, and no other file gets
   *     these
   */
  static List<InputFile> of(
      List<Path> paths, String option, Notes notes, Map<String, SourceFile> known)
      throws IOException {
    InputFiles files = new InputFiles(option, notes, known);
    for (Path path : paths) {
      files.add(path);
    }
    return files.named();
  }

  private void add(Path path) throws IOException {
    if (path.equals(STANDARD_INPUT)) {
      if (seen.add(path)) {
        found.add(new Found(path, "stdin", "stdin", false));
      }
    } else if (isNamed(path) == false) {
      throw new UserException(option + " " + path + ": " + wrongName());
    } else if (Files.isDirectory(path)) {
      addFolder(path);
    } else if (Files.exists(path) == false) {
      // Java makes this character of bytes of an argument that are no text
      boolean named = path.toString().indexOf('\ufffd') < 0;
      throw new UserException(
          option + " " + path + ": " + (named ? "no such file or folder" : wrongName()));
    } else {
      // A pipe has no real path
      Object key = Files.isRegularFile(path) ? path.toRealPath() : path;
      if (seen.add(key)) {
        found.add(new Found(path, path.getFileName().toString(), path.toString(), false));
      }
    }
  }

  /**
   * Whether the name of a path is text. On many file systems it may be any bytes. Bytes that are no
   * text all become the same character, so that two names could not be told apart.
   */
  private static boolean isNamed(Path path) {
    try {
      return path.getFileSystem().getPath(path.toString()).equals(path);
    } catch (
        @SuppressWarnings("unused")
        InvalidPathException e) {
      return false;
    }
  }

  private static String wrongName() {
    return "its name is not " + System.getProperty("sun.jnu.encoding", "UTF-8") + "; rename it";
  }

  private void addFolder(Path folder) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        folder,
        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
        Integer.MAX_VALUE,
        new Visitor(folder, files));
    files.sort(null);
    for (Path file : files) {
      if (seen.add(file.toRealPath())) {
        String name = folder.relativize(file).toString();
        found.add(new Found(file, name, file.toString(), true));
      }
    }
  }

  /** Collects files of text. */
  private final class Visitor extends SimpleFileVisitor<Path> {
    private final Path root;
    private final List<Path> files;
    private final Set<Path> folders = new HashSet<>();

    Visitor(Path root, List<Path> files) {
      this.root = root;
      this.files = files;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
        throws IOException {
      boolean hidden = folder.equals(root) == false && isHidden(folder);
      if (hidden == false && isNamed(folder) == false) {
        notes.add(folder + ": left out, " + wrongName());
        return FileVisitResult.SKIP_SUBTREE;
      }
      return hidden || folders.add(folder.toRealPath()) == false
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      // A link that leads nowhere comes as a link
      boolean mayBeFile = attributes.isRegularFile() || attributes.isSymbolicLink();
      if (mayBeFile && isHidden(file) == false && isText(file)) {
        if (isNamed(file) == false) {
          notes.add(file + ": left out, " + wrongName());
        } else if (Files.isReadable(file)) {
          files.add(file);
        } else {
          notes.add(file + ": left out, it cannot be read");
        }
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (file.equals(root)) {
        throw new UserException(option + " " + file + ": the folder cannot be read", e);
      }
      // A loop of links: what it leads to is visited from above
      if (e instanceof FileSystemLoopException == false
          && isHidden(file) == false
          && (Files.isDirectory(file) || isText(file))) {
        notes.add(file + ": left out, it cannot be read");
      }
      return FileVisitResult.CONTINUE;
    }
  }

  private static boolean isHidden(Path path) {
    return path.getFileName().toString().startsWith(".");
  }

  /** Whether a file of this name is taken if it is found in a folder. */
  static boolean isText(Path file) {
    String name = file.getFileName().toString();
    return isMarkdown(name) || isJson(name) || endsWith(name, ".txt", ".text");
  }

  static boolean isMarkdown(String name) {
    return endsWith(name, ".md", ".markdown");
  }

  /** Whether a file of this name must be JSON. */
  static boolean isJson(String name) {
    return endsWith(name, ".jsonl", ".ndjson", ".json");
  }

  /** Whether a file of this name may hold records or other JSON, such as settings. */
  static boolean isSettings(String name) {
    return endsWith(name, ".json");
  }

  private static boolean endsWith(String name, String... ends) {
    String lower = name.toLowerCase(Locale.ROOT);
    for (String end : ends) {
      if (lower.endsWith(end)) {
        return true;
      }
    }
    return false;
  }

  /** Reads a file, or standard input. */
  static byte[] bytes(Path path) throws IOException {
    if (path.equals(STANDARD_INPUT)) {
      return System.in.readAllBytes();
    }
    long size = Files.size(path);
    if (size > MAX_BYTES) {
      throw new UserException(
          path + ": found " + size + " bytes, expected at most " + MAX_BYTES + "; split it");
    }
    return Files.readAllBytes(path);
  }

  /** Whether a file or folder can be read again later. */
  static boolean isRepeatable(Path path) {
    return path.equals(STANDARD_INPUT) == false
        && (Files.isRegularFile(path) || Files.isDirectory(path));
  }

  /**
   * Whether a path is found by looking through another one.
   *
   * @param root file or folder
   * @param path likewise; both absolute
   */
  static boolean covers(Path root, Path path) {
    if (path.startsWith(root) == false || path.equals(root)) {
      return path.equals(root);
    }
    for (Path part : root.relativize(path)) {
      if (isHidden(part)) {
        return false;
      }
    }
    return Files.isDirectory(path) || isText(path);
  }

  /**
   * Files and folders, and more of them.
   *
   * @param roots absolute
   * @return the roots, and those of the others that can be read again and are not found there
   */
  static List<Path> union(List<Path> roots, List<Path> others) {
    List<Path> all = new ArrayList<>(roots);
    for (Path other : others) {
      Path path = Path.of(SourceFile.path(other));
      if (isRepeatable(other) && all.stream().noneMatch(root -> covers(root, path))) {
        all.add(path);
      }
    }
    return all;
  }

  /**
   * Names the files. Files with the same short name get their long names, or their whole paths if
   * these are taken, too.
   */
  private List<InputFile> named() {
    Set<String> taken = new HashSet<>();
    known.values().forEach(file -> taken.add(file.name()));
    Map<String, Integer> counts = new HashMap<>();
    for (Found file : found) {
      if (known(file) == null) {
        counts.merge(file.name, 1, Integer::sum);
      }
    }
    List<InputFile> files = new ArrayList<>();
    for (Found file : found) {
      SourceFile before = known(file);
      String name = file.name;
      if (before != null) {
        name = before.name().isEmpty() ? name : before.name();
      } else if (counts.get(name) > 1 || taken.contains(name)) {
        name = taken.contains(file.longName) ? SourceFile.path(file.path) : file.longName;
      }
      files.add(new InputFile(file.path, name, file.inFolder, before));
    }
    return files;
  }

  private SourceFile known(Found file) {
    return known.get(SourceFile.path(file.path));
  }
}
