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

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Header of an FSVI file, see {@link FsviFile}.
 *
 * @param embedderId id of the model that made the vectors
 * @param embedderRevision revision of that model
 * @param dimension number of elements of a vector, ≥ 1
 * @param type type of the elements: 32-bit or 16-bit floats
 * @param generation 1 for a new file; each compaction increases it
 * @param records number of records, including deleted ones
 * @param vectorsOffset offset of the first vector, in bytes
 */
record FsviHeader(
    String embedderId,
    String embedderRevision,
    int dimension,
    ElementType type,
    int generation,
    long records,
    long vectorsOffset) {

  /** Size of a record in bytes. */
  static final int RECORD = 16;

  /** Alignment of the first vector in bytes. */
  static final int ALIGNMENT = 64;

  private static final int MAGIC = 'F' | 'S' << 8 | 'V' << 16 | 'I' << 24;
  private static final int VERSION = 1;
  private static final int ID_OFFSET = 6;

  /** Number of bytes from the dimension up to the checksum. */
  private static final int CHECKED = 24;

  /** Number of bytes from the dimension to the end of the header. */
  private static final int TAIL = CHECKED + Integer.BYTES;

  /** Reads a header and checks that records and vectors lie within the file. */
  static FsviHeader read(MappedFile file) throws VectorFileException {
    require(file, 0, ID_OFFSET + Short.BYTES, "FSVI header");
    if (file.getInt(0) != MAGIC) {
      String found = "0x" + Integer.toHexString(file.getInt(0));
      throw file.error(0, "magic", found, "0x" + Integer.toHexString(MAGIC) + " (FSVI)");
    }
    int version = Short.toUnsignedInt(file.getShort(Integer.BYTES));
    if (version != VERSION) {
      throw file.error(Integer.BYTES, "FSVI version", version, Integer.toString(VERSION));
    }
    long revisionOffset = skipText(file, ID_OFFSET, "embedder id");
    long offset = skipText(file, revisionOffset, "embedder revision");
    require(file, offset, TAIL, "FSVI header");
    checkCrc(file, offset + CHECKED);
    return readTail(
        file,
        offset,
        text(file, ID_OFFSET, "embedder id"),
        text(file, revisionOffset, "embedder revision"));
  }

  private static FsviHeader readTail(MappedFile file, long offset, String id, String revision)
      throws VectorFileException {
    int dimension = file.getInt(offset);
    if (dimension < 1) {
      String found = Integer.toUnsignedString(dimension);
      throw file.error(offset, "dimension", found, "1 to 2^31 - 1");
    }
    int quantization = Byte.toUnsignedInt(file.getByte(offset + 4));
    if (quantization > 1) {
      throw file.error(offset + 4, "quantization", quantization, "0 (f32) or 1 (f16)");
    }
    ElementType type = quantization == 0 ? ElementType.FLOAT32 : ElementType.FLOAT16;
    int generation = Byte.toUnsignedInt(file.getByte(offset + 5));
    long records = file.getLong(offset + 8);
    long vectors = file.getLong(offset + 16);
    long table = offset + TAIL;
    if (vectors < table || vectors > file.length()) {
      String found = Long.toUnsignedString(vectors);
      throw file.error(offset + 16, "vectors offset", found, table + " to " + file.length());
    }
    long most =
        Math.min(
            (vectors - table) / RECORD,
            (file.length() - vectors) / ((long) dimension * type.bytes()));
    if (records < 0 || records > most) {
      String found = Long.toUnsignedString(records);
      String expected = "at most " + most + ", for which the file has room";
      throw file.error(offset + 8, "record count", found, expected);
    }
    return new FsviHeader(id, revision, dimension, type, generation, records, vectors);
  }

  private static void checkCrc(MappedFile file, long offset) throws VectorFileException {
    byte[] header = Ids.read(file, 0, (int) offset);
    int stored = file.getInt(offset);
    int computed = crc(header, header.length);
    if (stored != computed) {
      throw file.error(
          offset, "header CRC-32", Integer.toHexString(stored), Integer.toHexString(computed));
    }
  }

  private static int crc(byte[] bytes, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  private static long skipText(MappedFile file, long offset, String field)
      throws VectorFileException {
    require(file, offset, Short.BYTES, field);
    int length = Short.toUnsignedInt(file.getShort(offset));
    require(file, offset + Short.BYTES, length, field);
    return offset + Short.BYTES + length;
  }

  private static String text(MappedFile file, long offset, String field)
      throws VectorFileException {
    int length = Short.toUnsignedInt(file.getShort(offset));
    long start = offset + Short.BYTES;
    return Ids.decode(file, start, Ids.read(file, start, length), field);
  }

  private static void require(MappedFile file, long offset, int bytes, String field)
      throws VectorFileException {
    if (file.length() - offset < bytes) {
      throw file.error(
          offset, field, "the end of the file at " + file.length(), bytes + " bytes or more");
    }
  }

  /** Offset of the table of records, in bytes. */
  long tableOffset() {
    return ID_OFFSET
        + 2L * Short.BYTES
        + utf8(embedderId).length
        + utf8(embedderRevision).length
        + TAIL;
  }

  /** Offset of the ids, in bytes. */
  long idsOffset() {
    return tableOffset() + records * RECORD;
  }

  /** Size of a vector in bytes. */
  long rowBytes() {
    return (long) dimension * type.bytes();
  }

  /** The bytes of this header. */
  byte[] bytes() {
    byte[] id = utf8(embedderId);
    byte[] revision = utf8(embedderRevision);
    ByteBuffer header =
        ByteBuffer.allocate((int) tableOffset())
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(MAGIC)
            .putShort((short) VERSION)
            .putShort((short) id.length)
            .put(id)
            .putShort((short) revision.length)
            .put(revision)
            .putInt(dimension)
            .put((byte) (type == ElementType.FLOAT32 ? 0 : 1))
            .put((byte) generation)
            .putShort((short) 0)
            .putLong(records)
            .putLong(vectorsOffset);
    header.putInt(crc(header.array(), header.position()));
    return header.array();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
