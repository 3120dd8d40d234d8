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
import java.nio.file.Path;
import java.util.Objects;
import org.apache.lucene.util.ArrayUtil;

/**
 * Reads an MVEC file of version 1. The file has vectors of 32-bit floats, each with a key, in the
 * order in which they were added.
 *
 * <p>Layout of the file, all numbers little-endian:
 *
 * <ul>
 *   <li><b>[uint32]</b> {@code 0x4D564543}, which is stored as the bytes {@code CEVM};
 *       <b>[uint32]</b> version, 1
 *   <li><b>[uint16]</b> dimension, {@value #MIN_DIMENSION} to {@value #MAX_DIMENSION};
 *       <b>[uint8]</b> metric: 0 cosine, 1 Euclidean, 2 dot product
 *   <li>at byte 16 <b>[uint64]</b> number of entries, <b>[uint64]</b> write offset, which is the
 *       end of the entries
 *   <li>at byte {@value #HEADER} the entries, without gaps: <b>[uint16]</b> length of the key, the
 *       key in UTF-8, <b>[float32 * dimension]</b> the vector, without alignment
 *   <li>unused space for more entries
 * </ul>
 *
 * Keys are unique. The program that writes a file updates the number of entries and the write
 * offset only from time to time. After a crash there may be whole entries beyond the write offset.
 * {@link #entriesBeyondEnd} returns their number, and {@link #open(Path, boolean)} can recover
 * them. Recovery stops at the first entry whose key is empty, is not UTF-8 or is not new, and at an
 * entry that does not fit in the file.
 *
 * <p>Opening a file verifies all keys. The format has no checksum for vectors. A reader needs 16 to
 * 24 bytes of memory for each entry.
 *
 * @lucene.experimental
 */
public final class MvecFile implements VectorRows {

  /** Distance between two vectors. */
  public enum Metric {
    /** One minus the cosine of the angle between the vectors. */
    COSINE,
    /** Length of the difference of the vectors. */
    EUCLIDEAN,
    /** The negated dot product of the vectors. */
    DOT_PRODUCT
  }

  /** Smallest dimension of a vector. */
  public static final int MIN_DIMENSION = 64;

  /** Largest dimension of a vector. */
  public static final int MAX_DIMENSION = 8192;

  static final int MAGIC = 0x4D564543;
  static final int VERSION = 1;
  static final int HEADER = 64;
  static final int COUNT_OFFSET = 16;
  static final int END_OFFSET = 24;

  private static final int VERSION_OFFSET = 4;
  private static final int DIMENSION_OFFSET = 8;
  private static final int METRIC_OFFSET = 10;

  private final MappedFile file;
  private final int dimension;
  private final Metric metric;
  private final KeyTable keys;
  private final int entriesBeyondEnd;

  /** Offsets of the entries, in bytes. */
  private long[] offsets;

  private int rows;

  private MvecFile(MappedFile file, boolean recover) throws VectorFileException {
    this.file = file;
    if (file.length() < HEADER) {
      throw file.error(
          0, "MVEC header", "a file of " + file.length() + " bytes", HEADER + " or more");
    }
    checkStart();
    this.dimension = readDimension();
    this.metric = readMetric();
    long end = readEnd();
    this.offsets = new long[readCount(end)];
    scan(end);
    int inside = rows;
    scanBeyond(end);
    this.keys = new KeyTable(rows);
    for (int row = 0; row < inside; row++) {
      int other = keys.add(row, this::key);
      if (other >= 0) {
        throw file.error(
            offsets[row], "key", "\"" + id(row) + "\" of entry " + other, "a key that is new");
      }
    }
    int beyond = 0;
    while (inside + beyond < rows && keys.add(inside + beyond, this::key) < 0) {
      beyond++;
    }
    this.entriesBeyondEnd = beyond;
    this.rows = recover ? inside + beyond : inside;
  }

  /** Opens a file without the entries beyond its write offset. */
  public static MvecFile open(Path file) throws IOException {
    return open(file, false);
  }

  /**
   * Opens a file.
   *
   * @param recover whether to read also the whole entries beyond the write offset
   * @throws VectorFileException if the file is damaged
   */
  public static MvecFile open(Path file, boolean recover) throws IOException {
    MappedFile mapped = MappedFile.open(file);
    boolean success = false;
    try {
      MvecFile result = new MvecFile(mapped, recover);
      success = true;
      return result;
    } finally {
      if (success == false) {
        mapped.close();
      }
    }
  }

  private void checkStart() throws VectorFileException {
    int magic = file.getInt(0);
    if (magic != MAGIC) {
      String expected = "0x" + Integer.toHexString(MAGIC) + " (the bytes CEVM)";
      throw file.error(0, "magic", "0x" + Integer.toHexString(magic), expected);
    }
    int version = file.getInt(VERSION_OFFSET);
    if (version != VERSION) {
      String found = Integer.toUnsignedString(version);
      throw file.error(VERSION_OFFSET, "MVEC version", found, Integer.toString(VERSION));
    }
  }

  private int readDimension() throws VectorFileException {
    int found = Short.toUnsignedInt(file.getShort(DIMENSION_OFFSET));
    if (found < MIN_DIMENSION || found > MAX_DIMENSION) {
      String expected = MIN_DIMENSION + " to " + MAX_DIMENSION;
      throw file.error(DIMENSION_OFFSET, "dimension", found, expected);
    }
    return found;
  }

  private Metric readMetric() throws VectorFileException {
    return switch (file.getByte(METRIC_OFFSET)) {
      case 0 -> Metric.COSINE;
      case 1 -> Metric.EUCLIDEAN;
      case 2 -> Metric.DOT_PRODUCT;
      default -> {
        int found = Byte.toUnsignedInt(file.getByte(METRIC_OFFSET));
        throw file.error(METRIC_OFFSET, "metric", found, "0, 1 or 2");
      }
    };
  }

  private long readEnd() throws VectorFileException {
    long end = file.getLong(END_OFFSET);
    if (end < HEADER || end > file.length()) {
      String found = Long.toUnsignedString(end);
      throw file.error(END_OFFSET, "write offset", found, HEADER + " to " + file.length());
    }
    return end;
  }

  private int readCount(long end) throws VectorFileException {
    long count = file.getLong(COUNT_OFFSET);
    long most = Math.min(KeyTable.MAX_SIZE, (end - HEADER) / entryBytes(0));
    if (count < 0 || count > most) {
      String found = Long.toUnsignedString(count);
      String expected = "at most " + most + " up to the write offset";
      throw file.error(COUNT_OFFSET, "vector count", found, expected);
    }
    return (int) count;
  }

  private long entryBytes(int keyLength) {
    return Short.BYTES + (long) keyLength + (long) dimension * Float.BYTES;
  }

  private int keyLength(long offset) {
    return Short.toUnsignedInt(file.getShort(offset));
  }

  /** Returns whether a whole entry starts at an offset and ends no later than {@code end}. */
  private boolean fits(long offset, long end) {
    return end - offset >= Short.BYTES && end - offset >= entryBytes(keyLength(offset));
  }

  /** Finds the entries up to the write offset. */
  private void scan(long end) throws VectorFileException {
    long offset = HEADER;
    while (offset < end) {
      if (rows == offsets.length) {
        throw file.error(COUNT_OFFSET, "vector count", rows, "more, the write offset is " + end);
      }
      if (fits(offset, end) == false) {
        throw file.error(
            offset, "entry " + rows, (end - offset) + " bytes up to the write offset", "more");
      }
      decode(offset);
      offsets[rows++] = offset;
      offset += entryBytes(keyLength(offset));
    }
    if (rows < offsets.length) {
      throw file.error(COUNT_OFFSET, "vector count", offsets.length, rows + " up to " + end);
    }
  }

  /** Finds whole entries beyond the write offset. */
  private void scanBeyond(long end) {
    long offset = end;
    while (fits(offset, file.length()) && keyLength(offset) > 0 && rows < KeyTable.MAX_SIZE) {
      try {
        decode(offset);
      } catch (VectorFileException e) {
        // The key is not UTF-8, so this is not an entry.
        assert e.offset() == offset + Short.BYTES : e;
        return;
      }
      offsets = ArrayUtil.grow(offsets, rows + 1);
      offsets[rows++] = offset;
      offset += entryBytes(keyLength(offset));
    }
  }

  private byte[] keyAt(long offset) {
    return Ids.read(file, offset + Short.BYTES, keyLength(offset));
  }

  private String decode(long offset) throws VectorFileException {
    return Ids.decode(file, offset + Short.BYTES, keyAt(offset), "key");
  }

  private byte[] key(int row) {
    return keyAt(offsets[row]);
  }

  /** Returns the metric that the program that wrote the file searches with. */
  public Metric metric() {
    return metric;
  }

  /** Returns the number of whole entries beyond the write offset, whether or not they are read. */
  public int entriesBeyondEnd() {
    return entriesBeyondEnd;
  }

  @Override
  public long rows() {
    return rows;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  private long offset(long row) {
    return offsets[(int) Objects.checkIndex(row, (long) rows)];
  }

  @Override
  public String id(long row) throws VectorFileException {
    return decode(offset(row));
  }

  @Override
  public void read(long row, float[] into) {
    long offset = offset(row);
    file.getFloats(offset + Short.BYTES + keyLength(offset), into, 0, dimension);
  }

  /**
   * Finds a key.
   *
   * @return the row of the key, or -1 if there is none
   */
  public long find(String key) {
    int row = keys.find(Ids.encode(key), this::key);
    return row < rows ? row : -1;
  }

  @Override
  public void close() {
    file.close();
  }
}
