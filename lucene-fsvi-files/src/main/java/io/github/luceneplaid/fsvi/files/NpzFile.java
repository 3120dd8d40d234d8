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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.apache.lucene.util.IOUtils;

/**
 * Reads an {@code .npz} file of NumPy. It is a zip file of {@code .npy} files, which are stored or
 * compressed. {@link #array} loads an array into memory and verifies its checksum. An array can
 * have up to 2 GiB.
 *
 * @see NpyFile
 * @lucene.experimental
 */
public final class NpzFile implements Closeable {

  private static final String EXTENSION = ".npy";

  /** Length of the longest array that every JVM can allocate. */
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
   * @throws VectorFileException if the file is not a zip file, or two arrays have the same name
   */
  public static NpzFile open(Path file) throws IOException {
    ZipFile zip;
    try {
      zip = new ZipFile(file.toFile());
    } catch (ZipException | EOFException e) {
      throw error(file.toString(), e, "a zip file");
    }
    boolean success = false;
    try {
      NpzFile result = new NpzFile(file, zip);
      result.checkNames();
      success = true;
      return result;
    } finally {
      if (success == false) {
        IOUtils.closeWhileHandlingException(zip);
      }
    }
  }

  /** Refuses two arrays of one name, because nothing tells which one is meant. */
  private void checkNames() throws VectorFileException {
    Set<String> seen = new HashSet<>();
    for (String name : names()) {
      if (seen.add(name) == false) {
        String found = "two arrays \"" + name + "\"";
        throw new VectorFileException(file.toString(), 0, "archive", found, "one of each name");
      }
    }
  }

  /** Returns the names of the arrays, in the order of the file. */
  public List<String> names() {
    return zip.stream()
        .map(ZipEntry::getName)
        .filter(name -> name.endsWith(EXTENSION))
        .map(name -> name.substring(0, name.length() - EXTENSION.length()))
        .toList();
  }

  /** Returns the names of the entries that are not arrays. */
  public List<String> otherNames() {
    return zip.stream()
        .map(ZipEntry::getName)
        .filter(name -> name.endsWith(EXTENSION) == false)
        .toList();
  }

  /**
   * Loads an array. It can be used after this file is closed.
   *
   * @throws NoSuchFileException if there is no array of this name
   * @throws VectorFileException if the array is damaged
   */
  public NpyFile array(String name) throws IOException {
    ZipEntry entry = zip.getEntry(name + EXTENSION);
    String path = file + ": " + name + EXTENSION;
    if (entry == null) {
      throw new NoSuchFileException(path);
    }
    if (entry.getSize() > MAX_LENGTH) {
      throw new VectorFileException(
          path, 0, "entry", entry.getSize() + " bytes", "at most 2 GiB (unpack it)");
    }
    byte[] bytes;
    try (InputStream in = zip.getInputStream(entry)) {
      // Allocates memory as bytes arrive, so a wrong size cannot cause a large allocation.
      bytes = in.readNBytes((int) entry.getSize());
    } catch (ZipException | EOFException e) {
      throw error(path, e, "data of a zip file");
    }
    if (bytes.length < entry.getSize()) {
      throw new VectorFileException(
          path, bytes.length, "entry", "its end", entry.getSize() + " bytes");
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
