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

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The kinds of files that are not text, told by their first bytes. */
enum FileKind {
  NPY("an NPY array", 0, "\u0093NUMPY"),
  ZIP("a ZIP archive", 0, "PK\u0003\u0004"),
  EMPTY_ZIP("a ZIP archive", 0, "PK\u0005\u0006"),
  PDF("a PDF document", 0, "%PDF-"),
  PNG("a PNG image", 0, "\u0089PNG"),
  JPEG("a JPEG image", 0, "\u00ff\u00d8\u00ff"),
  GIF("a GIF image", 0, "GIF8"),
  TIFF("a TIFF image", 0, "II*\0"),
  BIG_TIFF("a TIFF image", 0, "MM\0*"),
  RIFF("a RIFF file (WebP, WAV or AVI)", 0, "RIFF"),
  ISO_MEDIA("an MP4 or HEIC file", 4, "ftyp"),
  OGG("an Ogg file", 0, "OggS\0"),
  FLAC("a FLAC file", 0, "fLaC\0"),
  MP3("an MP3 file", 0, "ID3\u0003"),
  MATROSKA("a Matroska file", 0, "\u001aE\u00df\u00a3"),
  GZIP("a gzip file", 0, "\u001f\u008b"),
  ZSTD("a Zstandard file", 0, "(\u00b5/\u00fd"),
  BZIP2("a bzip2 file", 0, "BZh91AY"),
  XZ("an XZ file", 0, "\u00fd7zXZ\0"),
  SEVEN_ZIP("a 7z archive", 0, "7z\u00bc\u00af'\u001c"),
  RAR("a RAR archive", 0, "Rar!\u001a\u0007"),
  TAR("a tar archive", 257, "ustar"),
  OLE("a document of an old Office", 0, "\u00d0\u00cf\u0011\u00e0"),
  RTF("an RTF document", 0, "{\\rtf"),
  SQLITE("an SQLite database", 0, "SQLite format 3\0"),
  PARQUET("a Parquet file", 0, "PAR1"),
  ARROW("an Arrow file", 0, "ARROW1\0"),
  HDF5("an HDF5 file", 0, "\u0089HDF\r\n"),
  LUCENE("a file of a Lucene index", 0, "?\u00d7l\u0017"),
  FSVI("an FSVI file", 0, "FSVI"),
  ELF("a program", 0, "\u007fELF"),
  JAVA_CLASS("a Java class", 0, "\u00ca\u00fe\u00ba\u00be"),
  PICKLE("a pickle", 0, "\u0080"),
  SAFETENSORS("a safetensors file", 8, "{\"");

  private final String description;
  private final int offset;

  /** The first bytes of such a file, each as a char. */
  private final String magic;

  FileKind(String description, int offset, String magic) {
    this.description = description;
    this.offset = offset;
    this.magic = magic;
  }

  /** The kind of a file; null if it may be text. */
  static FileKind of(byte[] content) {
    for (FileKind kind : values()) {
      if (kind.matches(content)) {
        return kind;
      }
    }
    return null;
  }

  private boolean matches(byte[] content) {
    byte[] start = magic.getBytes(StandardCharsets.ISO_8859_1);
    int end = offset + start.length;
    if (content.length < end
        || Arrays.equals(content, offset, end, start, 0, start.length) == false) {
      return false;
    }
    return switch (this) {
      // Some of the file may be missing. The length of a text has no zeros
      case SAFETENSORS ->
          headerLength(content) <= content.length - Long.BYTES || hasControls(content, Long.BYTES);
      // The number of a protocol follows. In some encodings the first byte is a letter
      case PICKLE -> content.length > end && content[end] > 1 && content[end] < 6;
      // These letters might start a text
      case FSVI, RIFF, PARQUET, BZIP2, TAR, ISO_MEDIA, GIF -> hasControls(content, 1024);
      default -> true;
    };
  }

  /** Compares as unsigned: a text has letters there. */
  private static long headerLength(byte[] content) {
    long length = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).getLong();
    return length < 0 ? Long.MAX_VALUE : length;
  }

  private static boolean hasControls(byte[] content, int length) {
    for (int i = 0; i < Math.min(content.length, length); i++) {
      if (content[i] >= 0 && content[i] < '\t') {
        return true;
      }
    }
    return false;
  }

  @Override
  public String toString() {
    return description;
  }
}
