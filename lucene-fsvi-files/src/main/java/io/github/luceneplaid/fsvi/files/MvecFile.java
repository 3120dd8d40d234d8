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
 * Reads an MVEC file of version 1: vectors of 32-bit floats with a key each, in the order they were
 * added.
 *
 * <p>The file, all numbers little-endian:
 *
 * <ul>
 *   <li><b>[uint32]</b> {@code 0x4D564543}, that is the bytes {@code CEVM}; <b>[uint32]</b>
 *       version, 1
 *   <li><b>[uint16]</b> dimension, {@value #MIN_DIMENSION} to {@value #MAX_DIMENSION};
 *       <b>[uint8]</b> metric: 0 cosine, 1 Euclidean, 2 dot product
 *   <li>at byte 16 <b>[uint64]</b> number of entries, <b>[uint64]</b> write offset, where they end
 *   <li>from byte {@value #HEADER} on the entries: <b>[uint16]</b> length of the key, the key in
 *       UTF-8, <b>[float32 * dimension]</b> the vector, at whatever offset it comes to lie
 *   <li>room for more of them
 * </ul>
 *
 * Keys are unique. Number and write offset are brought up to date from time to time only, so after
 * a crash there may be whole entries beyond it: {@link #entriesBeyondEnd} tells how many, and they
 * are read if the file is opened to be recovered. They end where a key is empty or was there
 * before, is not UTF-8, or an entry does not fit the file.
 *
 * <p>All keys are verified when a file is opened; nothing vouches for vectors. A reader keeps 16 to
 * 24 bytes for each entry in memory.
 *
 * @lucene.experimental
 */
public final class MvecFile implements VectorRows {

  /** What the distance of two vectors is. */
  public enum Metric {
    /** One minus the cosine of the angle between them. */
    COSINE,
    /** The length of their difference. */
    EUCLIDEAN,
    /** Their dot product, negated. */
    DOT_PRODUCT
  }

  /** Least dimension of a vector. */
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

  /** Where entries start. */
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

  /** Opens a file; entries beyond its write offset are not read. */
  public static MvecFile open(Path file) throws IOException {
    return open(file, false);
  }

  /**
   * Opens a file.
   *
   * @param recover whether to read whole entries beyond the write offset as well
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

  /** Whether a whole entry starts here and ends at {@code end} at the latest. */
  private boolean fits(long offset, long end) {
    return end - offset >= Short.BYTES && end - offset >= entryBytes(keyLength(offset));
  }

  /** Finds all entries that the header tells of. */
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

  /** Finds whole entries that the header does not tell of. */
  private void scanBeyond(long end) {
    long offset = end;
    while (fits(offset, file.length()) && keyLength(offset) > 0 && rows < KeyTable.MAX_SIZE) {
      try {
        decode(offset);
      } catch (VectorFileException e) {
        // What lies here are no entries.
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

  /** What distances are, for the program that wrote the file. */
  public Metric metric() {
    return metric;
  }

  /** How many whole entries lie beyond the write offset, whether or not they are read. */
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
   * Looks a key up.
   *
   * @return its row, or -1
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
