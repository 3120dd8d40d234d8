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
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * An array of at most {@value #MAX_AXES} axes in an MMAP file. It can be changed in place.
 *
 * <p>Layout of the file, all numbers little-endian:
 *
 * <ul>
 *   <li><b>[byte * 4]</b> {@code MMAP}, <b>[uint8]</b> version, {@value #VERSION}
 *   <li><b>[uint8]</b> type: 1 float32, 2 float64, 3 int32, 4 int64
 *   <li><b>[uint16]</b> number of axes, 0 to {@value #MAX_AXES}
 *   <li><b>[uint64]</b> number of elements, the product of the lengths of the axes
 *   <li><b>[uint64 * axes]</b> lengths of the axes
 *   <li>zeros up to byte {@value #HEADER}, then the elements in C order; the file ends with them
 * </ul>
 *
 * If one thread changes elements while another one reads them, the reader sees the old or the new
 * value of each element.
 *
 * @lucene.experimental
 */
public final class MmapArray extends ArrayFile {

  /** The modes in which an array can be opened. */
  public enum Mode {
    /** The array cannot be changed. */
    READ_ONLY(MapMode.READ_ONLY),
    /** Changes go to the file. {@link #force} makes sure that they are on the disk. */
    READ_WRITE(MapMode.READ_WRITE),
    /** Changes stay in memory. The file must be writable nonetheless. */
    COPY_ON_WRITE(MapMode.PRIVATE);

    @SuppressWarnings("ImmutableEnumChecker") // MapMode of the JDK is a class with constants
    private final MapMode mapMode;

    Mode(MapMode mapMode) {
      this.mapMode = mapMode;
    }
  }

  /** Largest number of axes of an array. */
  public static final int MAX_AXES = 6;

  static final int MAGIC = 'M' | 'M' << 8 | 'A' << 16 | 'P' << 24;
  static final int VERSION = 1;
  static final int HEADER = 64;

  /** Types in the order of their numbers in files. The first number is 1. */
  static final List<ElementType> TYPES =
      List.of(ElementType.FLOAT32, ElementType.FLOAT64, ElementType.INT32, ElementType.INT64);

  private static final int TYPE_OFFSET = 5;
  private static final int AXES_OFFSET = 6;
  private static final int SIZE_OFFSET = 8;
  private static final int SHAPE_OFFSET = 16;

  private final Mode mode;

  private MmapArray(MappedFile file, Mode mode) throws VectorFileException {
    super(new Elements(file, HEADER, readType(file)), readShape(file), SHAPE_OFFSET, false);
    this.mode = mode;
    long stored = file.getLong(SIZE_OFFSET);
    if (stored != size()) {
      throw file.error(
          SIZE_OFFSET, "total elements", Long.toUnsignedString(stored), Long.toString(size()));
    }
  }

  /**
   * Opens a file.
   *
   * @throws VectorFileException if the file is damaged
   */
  public static MmapArray open(Path path, Mode mode) throws IOException {
    MappedFile file = MappedFile.open(path, mode.mapMode, MappedFile.WINDOW_BITS);
    boolean success = false;
    try {
      MmapArray result = new MmapArray(file, mode);
      success = true;
      return result;
    } finally {
      if (success == false) {
        file.close();
      }
    }
  }

  private static ElementType readType(MappedFile file) throws VectorFileException {
    if (file.length() < HEADER) {
      throw file.error(
          0, "MMAP header", "a file of " + file.length() + " bytes", HEADER + " or more");
    }
    if (file.getInt(0) != MAGIC) {
      throw file.error(0, "magic", hex(file.getInt(0)), hex(MAGIC) + " (MMAP)");
    }
    int version = Byte.toUnsignedInt(file.getByte(Integer.BYTES));
    if (version != VERSION) {
      throw file.error(Integer.BYTES, "MMAP version", version, Integer.toString(VERSION));
    }
    int type = Byte.toUnsignedInt(file.getByte(TYPE_OFFSET));
    if (type < 1 || type > TYPES.size()) {
      throw file.error(TYPE_OFFSET, "type", type, "1 to " + TYPES.size());
    }
    return TYPES.get(type - 1);
  }

  private static long[] readShape(MappedFile file) throws VectorFileException {
    int axes = Short.toUnsignedInt(file.getShort(AXES_OFFSET));
    if (axes > MAX_AXES) {
      throw file.error(AXES_OFFSET, "number of axes", axes, "at most " + MAX_AXES);
    }
    long[] shape = new long[axes];
    for (int axis = 0; axis < axes; axis++) {
      long offset = SHAPE_OFFSET + (long) axis * Long.BYTES;
      shape[axis] = file.getLong(offset);
      if (shape[axis] < 0) {
        String found = Long.toUnsignedString(shape[axis]);
        throw file.error(offset, "length of axis " + axis, found, "at most 2^63 - 1");
      }
    }
    return shape;
  }

  private static String hex(int magic) {
    return "0x" + Integer.toHexString(magic);
  }

  /** Returns the mode in which the array was opened. */
  public Mode mode() {
    return mode;
  }

  /**
   * Changes an element of an array of floats.
   *
   * @param index in C order
   * @param value the new value; it is rounded if elements are 32-bit floats
   * @throws IllegalStateException if elements are integers
   * @throws java.nio.ReadOnlyBufferException if the mode is {@link Mode#READ_ONLY}
   */
  public void setDouble(long index, double value) {
    Objects.checkIndex(index, size());
    switch (type()) {
      case FLOAT32 ->
          file.putInt(HEADER + index * Float.BYTES, Float.floatToRawIntBits((float) value));
      case FLOAT64 ->
          file.putLong(HEADER + index * Double.BYTES, Double.doubleToRawLongBits(value));
      default -> throw new IllegalStateException(file.name() + " holds " + type() + ", not floats");
    }
  }

  /**
   * Changes an element of an array of integers.
   *
   * @param index in C order
   * @throws IllegalArgumentException if the type cannot represent the value
   * @throws IllegalStateException if elements are floats
   * @throws java.nio.ReadOnlyBufferException if the mode is {@link Mode#READ_ONLY}
   */
  public void setLong(long index, long value) {
    Objects.checkIndex(index, size());
    if (type().isFloat()) {
      throw new IllegalStateException(file.name() + " holds " + type() + ", not integers");
    }
    if (type().holds(value) == false) {
      throw new IllegalArgumentException("value must fit " + type() + ", got: " + value);
    }
    if (type() == ElementType.INT32) {
      file.putInt(HEADER + index * Integer.BYTES, (int) value);
    } else {
      file.putLong(HEADER + index * Long.BYTES, value);
    }
  }

  /** Writes changes to the disk if the mode is {@link Mode#READ_WRITE}. */
  public void force() {
    if (mode == Mode.READ_WRITE) {
      file.force();
    }
  }
}
