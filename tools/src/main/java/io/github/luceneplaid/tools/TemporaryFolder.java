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
import org.apache.lucene.util.IOSupplier;

/**
 * A folder that is deleted when it is no longer needed, also if the process is asked to end (by
 * Ctrl-C or SIGTERM). Only a killed process leaves it behind.
 */
final class TemporaryFolder implements Closeable {
  /** The attempts to delete the folder: another thread may write into it meanwhile. */
  private static final int TRIES = 50;

  private static final int PAUSE_MILLIS = 10;

  /** How long the end of the process waits for what is being moved out of the folder. */
  private static final long MOVE_MILLIS = 2_000;

  /** Null until the folder is there. */
  private Path path;

  private final Thread hook = new Thread(this::end, "delete temporary folder");
  private boolean kept;
  private boolean ended;
  private boolean closed;

  /** Takes over an existing folder. */
  TemporaryFolder(Path path) {
    this.path = path;
    if (watch() == false) {
      end();
    }
  }

  private TemporaryFolder() {}

  /**
   * Makes a folder.
   *
   * @throws InterruptedIOException if the process is ending, so that no folder is made
   */
  static TemporaryFolder make(IOSupplier<Path> maker) throws IOException {
    TemporaryFolder folder = new TemporaryFolder();
    boolean ending = folder.watch() == false;
    try {
      // The shutdown hook either waits until the folder exists, and deletes it, or runs before it
      // is made
      synchronized (folder) {
        if (ending || folder.ended) {
          throw new InterruptedIOException("the command was told to end");
        }
        folder.path = maker.get();
      }
      return folder;
    } finally {
      if (folder.path == null) {
        folder.forget();
      }
    }
  }

  /**
   * Registers the folder to be deleted when the process ends; returns false if it is ending
   * already.
   */
  private boolean watch() {
    try {
      Runtime.getRuntime().addShutdownHook(hook);
      return true;
    } catch (
        @SuppressWarnings("unused")
        IllegalStateException e) {
      return false;
    }
  }

  Path path() {
    return path;
  }

  /** Called when the process ends. */
  synchronized void end() {
    ended = true;
    try {
      for (int i = 0; i < TRIES && isOurs() && Files.exists(path); i++) {
        if (i > 0) {
          Thread.sleep(PAUSE_MILLIS);
        }
        Replacement.discard(path);
      }
      awaitMove();
    } catch (
        @SuppressWarnings("unused")
        InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until the content has been moved, so that the empty folder is not left behind. */
  private synchronized void awaitMove() throws InterruptedException {
    long end = System.nanoTime() + MOVE_MILLIS * 1_000_000;
    for (long left = MOVE_MILLIS; kept && closed == false && left > 0; ) {
      wait(left);
      left = (end - System.nanoTime()) / 1_000_000;
    }
  }

  private boolean isOurs() {
    return path != null && kept == false;
  }

  /**
   * Says that the content of the folder is complete and about to be moved to its place. From now on
   * the end of the process does not delete it.
   *
   * @throws InterruptedIOException if the process is ending already, and the folder is deleted
   */
  synchronized void keep() throws InterruptedIOException {
    if (ended) {
      throw new InterruptedIOException(path + ": the command was told to end");
    }
    kept = true;
  }

  /** Deletes the folder with what is left in it. */
  @Override
  public void close() {
    forget();
    Replacement.discard(path);
    synchronized (this) {
      closed = true;
      notifyAll();
    }
  }

  private void forget() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (
        @SuppressWarnings("unused")
        IllegalStateException e) {
      // The process ends already
    }
  }

  /** Whether the process is ending, so that this is the cause of any failure. */
  static boolean isProcessEnding() {
    Thread probe = new Thread(() -> {}, "probe");
    try {
      Runtime.getRuntime().addShutdownHook(probe);
      Runtime.getRuntime().removeShutdownHook(probe);
      return false;
    } catch (
        @SuppressWarnings("unused")
        IllegalStateException e) {
      return true;
    }
  }
}
