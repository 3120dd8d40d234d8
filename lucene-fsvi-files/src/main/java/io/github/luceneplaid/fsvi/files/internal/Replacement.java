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
package io.github.luceneplaid.fsvi.files.internal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.lucene.util.IOUtils;

/**
 * Replaces files and folders by complete new ones: all of them, or none. It renames the old ones
 * first. {@link #finish} makes the new ones permanent and deletes the old ones. Without {@link
 * #finish}, {@link #close} undoes all steps.
 *
 * <p>Steps are done one after another. If the process dies between two of them, some targets are
 * new and others are old or missing. Files that belong together must be put in an order in which
 * their readers notice this.
 *
 * <p>A process that dies, or an undo that fails, may leave files beside the target. They are never
 * touched again. {@code NAME.0.old} is the whole old file or folder. {@code NAME.0.tmp} is
 * incomplete and can be deleted. The number is higher if a name is taken.
 *
 * @lucene.internal
 */
public final class Replacement implements Closeable {

  /**
   * One step that may have to be undone.
   *
   * @param fresh former path of the new file or folder; null if there is none
   * @param target path that the step changed
   * @param old present path of the old file or folder; null if there was none
   */
  private record Step(Path fresh, Path target, Path old) {}

  private final List<Step> steps = new ArrayList<>();
  private boolean finished;

  /** Starts a replacement without steps. */
  public Replacement() {}

  /**
   * Creates a new folder beside a target.
   *
   * @param target path that need not exist
   */
  public static Path temporaryFolder(Path target) throws IOException {
    while (true) {
      Path folder = unused(target, ".tmp");
      try {
        return Files.createDirectory(folder);
      } catch (
          @SuppressWarnings("unused")
          FileAlreadyExistsException e) {
        // Another process created it first
      }
    }
  }

  /**
   * Syncs all files and folders in a folder to the disk, and the folder itself.
   *
   * @throws IOException if one of them cannot be synced
   */
  public static void sync(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            IOUtils.fsync(file, false);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path inner, IOException e) throws IOException {
            if (e != null) {
              throw e;
            }
            IOUtils.fsync(inner, true);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /**
   * Moves a file or folder to a target.
   *
   * @param fresh the file or folder, complete and on the disk, in the same file system
   * @param target its new path; an existing file or folder is renamed first
   */
  public void put(Path fresh, Path target) throws IOException {
    Path old = aside(target);
    steps.add(new Step(null, target, old));
    Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    steps.set(steps.size() - 1, new Step(fresh, target, old));
  }

  /** Removes a target. */
  public void remove(Path target) throws IOException {
    steps.add(new Step(null, target, aside(target)));
  }

  /** Renames a target, and returns the new path. Returns null if the target does not exist. */
  private static Path aside(Path target) throws IOException {
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS) == false) {
      return null;
    }
    Path old = unused(target, ".old");
    Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
    return old;
  }

  /** Returns a path beside the target that does not exist. */
  private static Path unused(Path target, String suffix) {
    for (int i = 0; ; i++) {
      Path path = target.resolveSibling(target.getFileName() + "." + i + suffix);
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) == false) {
        return path;
      }
    }
  }

  /** Makes all steps permanent, and deletes the old files and folders. */
  public void finish() throws IOException {
    Set<Path> folders = new LinkedHashSet<>();
    steps.forEach(step -> folders.add(step.target.toAbsolutePath().getParent()));
    for (Path folder : folders) {
      IOUtils.fsync(folder, true);
    }
    finished = true;
    for (Step step : steps) {
      if (step.old != null) {
        delete(step);
      }
    }
  }

  private static void delete(Step step) {
    // A partly deleted folder must not have the name of a whole one
    Path rubbish = unused(step.target, ".tmp");
    try {
      Files.move(step.old, rubbish, StandardCopyOption.ATOMIC_MOVE);
    } catch (
        @SuppressWarnings("unused")
        IOException e) {
      return; // The new one is in place, so a failure to delete the old one does not matter
    }
    discard(rubbish);
  }

  /** Deletes a temporary file or folder. A part that cannot be deleted stays. */
  public static void discard(Path temporary) {
    try {
      IOUtils.rm(temporary);
    } catch (
        @SuppressWarnings("unused")
        IOException e) {
      // The replacement itself has succeeded, or has failed with an exception of its own
    }
  }

  /**
   * Undoes all steps, unless the replacement is finished.
   *
   * @throws IOException if a step cannot be undone; it names the path of the old file or folder, if
   *     there was one
   */
  @Override
  public void close() throws IOException {
    if (finished) {
      return;
    }
    finished = true;
    IOException failure = null;
    for (int i = steps.size() - 1; i >= 0; i--) {
      try {
        undo(steps.get(i));
      } catch (IOException e) {
        failure = IOUtils.useOrSuppress(failure, e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static void undo(Step step) throws IOException {
    try {
      if (step.fresh != null) {
        Files.move(step.target, step.fresh, StandardCopyOption.ATOMIC_MOVE);
      }
      if (step.old != null) {
        Files.move(step.old, step.target, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      if (step.old == null) {
        throw e;
      }
      throw new IOException(
          step.target + ": cannot be restored, its old content is in " + step.old, e);
    }
  }
}
