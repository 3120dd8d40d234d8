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

import io.github.luceneplaid.fsvi.files.ArrayFile;
import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.FsviFile;
import io.github.luceneplaid.fsvi.files.MmapArray;
import io.github.luceneplaid.fsvi.files.MvecFile;
import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.NpzFile;
import io.github.luceneplaid.fsvi.files.VectorRows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.util.IOUtils;

/** The kinds of files of vectors, by the names they have on the command line. */
enum VectorFormat {
  fsvi,
  mvec,
  mmap,
  npy,
  npz;

  /**
   * The format of a file.
   *
   * @param named the format that the user names; null to go by the extension
   * @param option the option that names it
   */
  static VectorFormat of(Path file, VectorFormat named, String option) {
    if (named != null) {
      return named;
    }
    String name = file.toString().toLowerCase(Locale.ROOT);
    for (VectorFormat format : values()) {
      if (name.endsWith("." + format)) {
        return format;
      }
    }
    throw UserException.usage(
        file + ": expected an extension of .fsvi, .mvec, .mmap, .npy or .npz, or " + option);
  }

  /** Whether vectors have ids. */
  boolean hasIds() {
    return this == fsvi || this == mvec;
  }

  /**
   * How to read a file.
   *
   * @param ignoreLog whether to read an FSVI file without the log that is beside it
   * @param recover whether to read entries of an MVEC file that its header does not count
   * @param array of an NPZ file; null for the only one
   */
  record Reading(boolean ignoreLog, boolean recover, String array) {}

  /**
   * A file that is open.
   *
   * @param rows its vectors
   * @param type the type of stored elements
   * @param fsvi the file if it is an FSVI file, else null
   * @param mvec the file if it is an MVEC file, else null
   */
  record Source(VectorRows rows, ElementType type, FsviFile fsvi, MvecFile mvec) {}

  /** Opens a file of this format. */
  Source open(Path file, Reading reading) throws IOException {
    TokenIds.checkFile(file);
    return switch (this) {
      case fsvi -> openFsvi(file, reading.ignoreLog);
      case mvec -> {
        MvecFile mvec = MvecFile.open(file, reading.recover);
        yield new Source(mvec, ElementType.FLOAT32, null, mvec);
      }
      case mmap -> rows(MmapArray.open(file, MmapArray.Mode.READ_ONLY));
      case npy -> rows(NpyFile.open(file));
      case npz -> openNpz(file, reading.array);
    };
  }

  private static Source openFsvi(Path file, boolean ignoreLog) throws IOException {
    Path log = ignoreLog ? null : FsviFile.findLog(file);
    if (log != null) {
      throw new UserException(
          file
              + ": has newer records in "
              + log
              + "; compact it first, or read it without them by --ignore-wal");
    }
    FsviFile fsvi = FsviFile.open(file, ignoreLog);
    return new Source(fsvi, fsvi.type(), fsvi, null);
  }

  private static Source openNpz(Path file, String array) throws IOException {
    try (NpzFile npz = NpzFile.open(file)) {
      List<String> names = npz.names();
      String name = array == null && names.size() == 1 ? names.get(0) : array;
      if (name == null || names.contains(name) == false) {
        throw new UserException(
            file + ": arrays: found " + names + ", expected the one that --array names");
      }
      return rows(npz.array(name));
    }
  }

  private static Source rows(ArrayFile array) throws IOException {
    boolean success = false;
    try {
      Source source = new Source(array.vectors(), array.type(), null, null);
      success = true;
      return source;
    } finally {
      if (success == false) {
        IOUtils.closeWhileHandlingException(array);
      }
    }
  }
}
