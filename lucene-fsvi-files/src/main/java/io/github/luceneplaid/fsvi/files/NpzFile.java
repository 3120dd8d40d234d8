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
package io.github.luceneplaid.fsvi.files;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Reads a {@code .npz} file of NumPy: a zip file of {@code .npy} files, stored or compressed. An
 * array is loaded, and its checksum verified, when it is asked for; it may have up to 2 GiB.
 *
 * @see NpyFile
 * @lucene.experimental
 */
public final class NpzFile implements Closeable {

  private static final String EXTENSION = ".npy";

  /** The longest array that every JVM makes. */
  private static final int MAX_LENGTH = Integer.MAX_VALUE - 8;

  private final Path file;
  private final ZipFile zip;

  private NpzFile(Path file, ZipFile zip) {
    this.file = file;
    this.zip = zip;
  }

  /**
   * Opens a file.
   *
   * @throws VectorFileException if it is not a zip file
   */
  public static NpzFile open(Path file) throws IOException {
    try {
      return new NpzFile(file, new ZipFile(file.toFile()));
    } catch (ZipException | EOFException e) {
      throw error(file.toString(), e, "a zip file");
    }
  }

  /** Names of the arrays, in the order of the file. */
  public List<String> names() {
    return zip.stream()
        .map(ZipEntry::getName)
        .filter(name -> name.endsWith(EXTENSION))
        .map(name -> name.substring(0, name.length() - EXTENSION.length()))
        .toList();
  }

  /** Names of what is in the file but is no array. */
  public List<String> otherNames() {
    return zip.stream()
        .map(ZipEntry::getName)
        .filter(name -> name.endsWith(EXTENSION) == false)
        .toList();
  }

  /**
   * Loads an array, which can be used after this is closed.
   *
   * @throws NoSuchFileException if there is none of this name
   * @throws VectorFileException if it is damaged
   */
  public NpyFile array(String name) throws IOException {
    ZipEntry entry = zip.getEntry(name + EXTENSION);
    String path = file + ": " + name + EXTENSION;
    if (entry == null) {
      throw new NoSuchFileException(path);
    }
    if (entry.getSize() > MAX_LENGTH) {
      throw new VectorFileException(
          path, 0, "array", entry.getSize() + " bytes", "at most 2 GiB (unpack it)");
    }
    byte[] bytes;
    try (InputStream in = zip.getInputStream(entry)) {
      // Takes memory as bytes come, whatever the size is said to be.
      bytes = in.readNBytes((int) entry.getSize());
    } catch (ZipException | EOFException e) {
      throw error(path, e, "data of a zip file");
    }
    if (bytes.length < entry.getSize()) {
      throw new VectorFileException(
          path, bytes.length, "array", "its end", entry.getSize() + " bytes");
    }
    CRC32 crc = new CRC32();
    crc.update(bytes);
    if (crc.getValue() != entry.getCrc()) {
      throw new VectorFileException(
          path,
          0,
          "CRC-32",
          Long.toHexString(crc.getValue()),
          Long.toHexString(entry.getCrc()) + " as the archive says");
    }
    return NpyFile.of(path, bytes);
  }

  private static VectorFileException error(String path, IOException cause, String expected) {
    return new VectorFileException(path, 0, "archive", cause.getMessage(), expected, cause);
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
