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
 * Puts files and folders that are complete in the places of others: all of them, or none. Old ones
 * are moved aside first. {@link #finish} deletes them once the new ones are sure to stay; without
 * that, {@link #close} moves everything back.
 *
 * <p>What is left of a replacement that was cut off, or could not be taken back, lies beside its
 * place and is never touched again: {@code NAME.0.old} is what was there, whole; {@code NAME.0.tmp}
 * is of no use to anybody. Other numbers follow where these names are taken.
 *
 * @lucene.internal
 */
public final class Replacement implements Closeable {

  /**
   * One step that may have to be taken back.
   *
   * @param fresh where the new thing came from; null if there is none
   * @param old where the old thing is; null if there was none
   */
  private record Step(Path fresh, Path target, Path old) {}

  private final List<Step> steps = new ArrayList<>();
  private boolean finished;

  /** Starts with nothing to replace. */
  public Replacement() {}

  /**
   * A folder for new things beside a place, which nobody else has.
   *
   * @param target the place, which need not be there
   */
  public static Path temporaryFolder(Path target) throws IOException {
    while (true) {
      Path folder = unused(target, ".tmp");
      try {
        return Files.createDirectory(folder);
      } catch (
          @SuppressWarnings("unused")
          FileAlreadyExistsException e) {
        // Somebody else was faster
      }
    }
  }

  /**
   * Brings all that is in a folder to the disk, with the folders.
   *
   * @throws IOException if some of it does not get there
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
   * Puts a file or folder in a place.
   *
   * @param fresh it, on the disk as a whole, in the same file system
   */
  public void put(Path fresh, Path target) throws IOException {
    Path old = aside(target);
    steps.add(new Step(null, target, old));
    Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
    steps.set(steps.size() - 1, new Step(fresh, target, old));
  }

  /** Leaves a place empty. */
  public void remove(Path target) throws IOException {
    steps.add(new Step(null, target, aside(target)));
  }

  /** Moves what is in a place aside; null if nothing is there. */
  private static Path aside(Path target) throws IOException {
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS) == false) {
      return null;
    }
    Path old = unused(target, ".old");
    Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
    return old;
  }

  /** A path beside another one where nothing is. */
  private static Path unused(Path target, String suffix) {
    for (int i = 0; ; i++) {
      Path path = target.resolveSibling(target.getFileName() + "." + i + suffix);
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) == false) {
        return path;
      }
    }
  }

  /** Makes what was put stay, and deletes what it replaces. */
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
    // What is deleted in part must not look as if it were whole
    Path rubbish = unused(step.target, ".tmp");
    try {
      Files.move(step.old, rubbish, StandardCopyOption.ATOMIC_MOVE);
    } catch (
        @SuppressWarnings("unused")
        IOException e) {
      return; // The new one is there, whatever becomes of the old one
    }
    discard(rubbish);
  }

  /** Deletes a temporary folder, or leaves what cannot be deleted, which its name tells. */
  public static void discard(Path temporary) {
    try {
      IOUtils.rm(temporary);
    } catch (
        @SuppressWarnings("unused")
        IOException e) {
      // Whatever has been done is done, or there is a better reason for what has not
    }
  }

  /**
   * Moves everything back, unless it is finished.
   *
   * @throws IOException naming what lies aside, if something cannot be moved back
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
    if (step.fresh != null) {
      Files.move(step.target, step.fresh, StandardCopyOption.ATOMIC_MOVE);
    }
    if (step.old != null) {
      try {
        Files.move(step.old, step.target, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        throw new IOException(
            step.target + ": cannot be put back, what was there is in " + step.old, e);
      }
    }
  }
}
