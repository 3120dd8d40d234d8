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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * Reads an FSVI file of version 1. The file has vectors with ids, in the order of the hashes of the
 * ids.
 *
 * <p>Layout of the file, all numbers little-endian:
 *
 * <ul>
 *   <li><b>[byte * 4]</b> {@code FSVI}, <b>[uint16]</b> version, 1
 *   <li><b>[uint16]</b> length of the embedder's id, the id in UTF-8, then the same for the
 *       embedder's revision
 *   <li><b>[uint32]</b> dimension, 1 or more; <b>[uint8]</b> 0 for float32, 1 for float16
 *   <li><b>[uint8]</b> generation, 1 for a file that was never compacted; <b>[uint16]</b> reserved
 *   <li><b>[uint64]</b> number of records; <b>[uint64]</b> offset of the vectors, a multiple of 64
 *   <li><b>[uint32]</b> CRC-32 of all bytes before it
 *   <li>the records, ordered by hash as an unsigned number, then by the bytes of the id:
 *       <ul>
 *         <li><b>[uint64]</b> 64-bit FNV-1a hash of the id; <b>[uint32]</b> offset of the id from
 *             the start of the ids; <b>[uint16]</b> length of the id; <b>[uint16]</b> 1 if the
 *             record is deleted, else 0
 *       </ul>
 *   <li>the ids, in UTF-8, without gaps; zeros up to the vectors
 *   <li>the vectors, in the order of the records; bytes after the vectors are ignored
 * </ul>
 *
 * Opening a file verifies its header, records and ids. The format has no checksum for vectors. This
 * reader also accepts vectors at an offset that is not a multiple of 64. An id may occur more than
 * once.
 *
 * <p>A file with the same name and the suffix {@code .wal} in the same folder is a write-ahead log.
 * It has changes that are not in the FSVI file. If the FSVI file is opened by a link, the log may
 * be beside the link or beside the file.
 *
 * @lucene.experimental
 */
public final class FsviFile implements VectorRows {

  private static final String LOG = ".wal";

  private static final int ID_OFFSET = 8;
  private static final int ID_LENGTH = 12;
  private static final int FLAGS = 14;

  private final MappedFile file;
  private final FsviHeader header;
  private final Elements vectors;
  private final long table;
  private final long ids;

  private FsviFile(MappedFile file) throws VectorFileException {
    this.file = file;
    this.header = FsviHeader.read(file);
    this.vectors = new Elements(file, header.vectorsOffset(), header.type());
    this.table = header.tableOffset();
    this.ids = header.idsOffset();
    checkRecords();
  }

  /**
   * Opens a file that has no write-ahead log.
   *
   * @throws VectorFileException if there is a write-ahead log, or the file is damaged
   */
  public static FsviFile open(Path file) throws IOException {
    return open(file, false);
  }

  /**
   * Opens a file.
   *
   * @param ignoreLog whether to read a file that has a write-ahead log, without the changes in the
   *     log
   * @throws VectorFileException if there is a log that is not ignored, or the file is damaged
   */
  public static FsviFile open(Path file, boolean ignoreLog) throws IOException {
    Path log = ignoreLog ? null : findLog(file);
    if (log != null) {
      throw error(file, log, "no newer records (compact the file first, or ignore the log)");
    }
    MappedFile mapped = MappedFile.open(file);
    boolean success = false;
    try {
      FsviFile result = new FsviFile(mapped);
      success = true;
      return result;
    } finally {
      if (success == false) {
        mapped.close();
      }
    }
  }

  /**
   * Finds the write-ahead log of a file. A link of its name that leads nowhere counts as a log.
   *
   * @param file path of the file, which may be a link
   * @return path of the log, or null if there is none
   */
  public static Path findLog(Path file) throws IOException {
    Path log = log(file);
    if (isThere(log) == false && Files.exists(file)) {
      log = log(file.toRealPath());
    }
    return isThere(log) ? log : null;
  }

  /** Throws an exception if a file of this path would get the log of another one. */
  static void refuseLog(Path file) throws VectorFileException {
    // A new file replaces a link, so a log beside what the link leads to does not count
    if (isThere(log(file))) {
      throw error(file, log(file), "none, because a log belongs to another file of this name");
    }
  }

  private static Path log(Path file) {
    return file.resolveSibling(file.getFileName() + LOG);
  }

  private static boolean isThere(Path log) {
    return Files.exists(log, LinkOption.NOFOLLOW_LINKS);
  }

  private static VectorFileException error(Path file, Path log, String expected) {
    return new VectorFileException(file.toString(), 0, "write-ahead log", log, expected);
  }

  private void checkRecords() throws VectorFileException {
    long idBytes = header.vectorsOffset() - ids;
    long allIds = 0;
    long previousHash = 0;
    byte[] previous = new byte[0];
    for (long row = 0; row < header.records(); row++) {
      long record = record(row);
      long offset = Integer.toUnsignedLong(file.getInt(record + ID_OFFSET));
      if (offset + idLength(row) > idBytes) {
        throw file.error(
            record + ID_OFFSET,
            "id of record " + row,
            "bytes " + offset + " to " + (offset + idLength(row)),
            "at most " + idBytes);
      }
      allIds += idLength(row);
      if (allIds > idBytes) {
        // Ids that overlap would take more time and memory than the file has bytes
        throw file.error(
            record, "length of the ids up to record " + row, allIds, "at most " + idBytes);
      }
      byte[] id = idBytes(row);
      id(row, id);
      long hash = file.getLong(record);
      if (hash != Ids.hash(id)) {
        throw file.error(
            record,
            "id hash of record " + row,
            Long.toHexString(hash),
            Long.toHexString(Ids.hash(id)) + " as the id has");
      }
      if (compare(previousHash, previous, hash, id) > 0) {
        String found = Long.toHexString(hash) + " after " + Long.toHexString(previousHash);
        throw file.error(record, "order of record " + row, found, "hashes and ids to ascend");
      }
      int flags = Short.toUnsignedInt(file.getShort(record + FLAGS));
      if (flags > 1) {
        throw file.error(record + FLAGS, "flags of record " + row, flags, "0 or 1 (deleted)");
      }
      previousHash = hash;
      previous = id;
    }
  }

  /** Compares two records: by hash, then by id. */
  static int compare(long hash1, byte[] id1, long hash2, byte[] id2) {
    int order = Long.compareUnsigned(hash1, hash2);
    return order != 0 ? order : Arrays.compareUnsigned(id1, id2);
  }

  private long record(long row) {
    return table + Objects.checkIndex(row, header.records()) * FsviHeader.RECORD;
  }

  private int idLength(long row) {
    return Short.toUnsignedInt(file.getShort(record(row) + ID_LENGTH));
  }

  /** Offset of the id of a row in the file, in bytes. */
  private long idOffset(long row) {
    return ids + Integer.toUnsignedLong(file.getInt(record(row) + ID_OFFSET));
  }

  private byte[] idBytes(long row) {
    return Ids.read(file, idOffset(row), idLength(row));
  }

  private String id(long row, byte[] bytes) throws VectorFileException {
    return Ids.decode(file, idOffset(row), bytes, "id of record " + row);
  }

  /** Returns the id of the embedder, the model that made the vectors. */
  public String embedderId() {
    return header.embedderId();
  }

  /** Returns the revision of the embedder. It may be empty. */
  public String embedderRevision() {
    return header.embedderRevision();
  }

  /**
   * Returns the type of the elements: {@link ElementType#FLOAT32} or {@link ElementType#FLOAT16}.
   */
  public ElementType type() {
    return header.type();
  }

  /** Returns the generation, 0 to 255. It is 1 for a new file, and each compaction increases it. */
  public int generation() {
    return header.generation();
  }

  @Override
  public long rows() {
    return header.records();
  }

  @Override
  public int dimension() {
    return header.dimension();
  }

  @Override
  public String id(long row) throws IOException {
    return id(row, idBytes(row));
  }

  @Override
  public boolean isDeleted(long row) {
    return file.getShort(record(row) + FLAGS) != 0;
  }

  @Override
  public void read(long row, float[] into) {
    Objects.checkIndex(row, header.records());
    vectors.readFloats(row * header.dimension(), into, 0, header.dimension());
  }

  /**
   * Finds an id by binary search.
   *
   * @return the first row that has the id and is not deleted, or -1
   */
  public long find(String id) {
    byte[] wanted = Ids.encode(id);
    long hash = Ids.hash(wanted);
    long low = 0;
    long high = header.records();
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (compare(file.getLong(record(middle)), idBytes(middle), hash, wanted) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    for (; low < header.records() && Arrays.equals(idBytes(low), wanted); low++) {
      if (isDeleted(low) == false) {
        return low;
      }
    }
    return -1;
  }

  @Override
  public void close() {
    file.close();
  }
}
