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
package io.github.luceneplaid.testframework;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.lucene.tests.mockfile.FilterFileChannel;
import org.apache.lucene.tests.mockfile.FilterFileSystemProvider;
import org.apache.lucene.tests.mockfile.FilterOutputStream2;

/**
 * A file system that wraps another one and fails on request. Every operation that changes a disk is
 * a step: to make or open a file, to write to it, to sync it, to close it, and to make, move or
 * delete something. Opening a folder to sync it is a step, too.
 *
 * @lucene.internal
 */
public final class FailingFileSystem extends FilterFileSystemProvider {

  private final List<String> steps = new ArrayList<>();
  private int from = Integer.MAX_VALUE;
  private int to = Integer.MAX_VALUE;

  /** Wraps the file system of a path. */
  public FailingFileSystem(Path path) {
    super("failing://", path.getFileSystem());
  }

  /** Forgets the steps so far, and fails none from now on. */
  public void failNone() {
    fail(Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  /** Forgets the steps so far, and fails the n-th from now on, from 0. */
  public void failOne(int n) {
    fail(n, n + 1);
  }

  /** Forgets the steps so far, and fails the n-th from now on, from 0, and all that follow. */
  public void failAll(int n) {
    fail(n, Integer.MAX_VALUE);
  }

  private synchronized void fail(int first, int end) {
    steps.clear();
    from = first;
    to = end;
  }

  /** The steps so far, each by its kind and the name of the file. */
  public synchronized List<String> steps() {
    return List.copyOf(steps);
  }

  private synchronized void step(String kind, Path path) throws IOException {
    int number = steps.size();
    steps.add(kind + " " + path.getFileName());
    if (number >= from && number < to) {
      throw new IOException("injected: " + kind + " " + path.getFileName());
    }
  }

  @Override
  public void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
    step("mkdir", path);
    super.createDirectory(path, attributes);
  }

  @Override
  public void delete(Path path) throws IOException {
    step("delete", path);
    super.delete(path);
  }

  @Override
  public boolean deleteIfExists(Path path) throws IOException {
    step("delete", path);
    return super.deleteIfExists(path);
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    step("move", source);
    super.move(source, target, options);
  }

  @Override
  public OutputStream newOutputStream(Path path, OpenOption... options) throws IOException {
    step("open", path);
    return new FilterOutputStream2(super.newOutputStream(path, options)) {
      @Override
      public void write(int value) throws IOException {
        step("write", path);
        super.write(value);
      }

      @Override
      public void write(byte[] bytes) throws IOException {
        write(bytes, 0, bytes.length);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        step("write", path);
        super.write(bytes, offset, length);
      }
    };
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    if (writes(options)) {
      return newFileChannel(path, new HashSet<>(options), attributes);
    }
    return super.newByteChannel(path, options, attributes);
  }

  private static boolean writes(Set<? extends OpenOption> options) {
    return options.contains(StandardOpenOption.WRITE)
        || options.contains(StandardOpenOption.APPEND);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    if (writes(options) == false) {
      if (Files.isDirectory(path)) {
        step("sync folder", path);
      }
      return super.newFileChannel(path, options, attributes);
    }
    step("open", path);
    return new FilterFileChannel(super.newFileChannel(path, options, attributes)) {
      @Override
      public int write(ByteBuffer from) throws IOException {
        step("write", path);
        return super.write(from);
      }

      @Override
      public int write(ByteBuffer from, long position) throws IOException {
        step("write", path);
        return super.write(from, position);
      }

      @Override
      public void force(boolean metaData) throws IOException {
        step("sync", path);
        super.force(metaData);
      }
    };
  }
}
