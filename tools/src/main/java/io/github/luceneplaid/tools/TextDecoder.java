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
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Decodes the bytes of a file to text, or refuses them. The encoding is that of a byte-order mark,
 * or else the one that the user names, or else UTF-8.
 */
final class TextDecoder {

  /** A byte-order mark. Longer ones are tested first, because one mark is a prefix of another. */
  private record Mark(Charset charset, int... bytes) {
    boolean starts(byte[] content) {
      if (content.length < bytes.length) {
        return false;
      }
      for (int i = 0; i < bytes.length; i++) {
        if ((content[i] & 0xff) != bytes[i]) {
          return false;
        }
      }
      return true;
    }
  }

  private static final List<Mark> MARKS =
      List.of(
          new Mark(Charset.forName("UTF-32LE"), 0xff, 0xfe, 0, 0),
          new Mark(Charset.forName("UTF-32BE"), 0, 0, 0xfe, 0xff),
          new Mark(StandardCharsets.UTF_8, 0xef, 0xbb, 0xbf),
          new Mark(StandardCharsets.UTF_16LE, 0xff, 0xfe),
          new Mark(StandardCharsets.UTF_16BE, 0xfe, 0xff));

  /** What a byte-order mark decodes to: one of another encoding, or a second one. */
  private static final char MARK = '\ufeff';

  private final Charset named;

  /**
   * @param named the encoding of files without a mark; null for UTF-8
   */
  TextDecoder(Charset named) {
    this.named = named;
  }

  /**
   * The text of a file.
   *
   * @param name what to call it
   * @throws UserException if it is not text
   */
  String decode(String name, byte[] content) {
    for (Mark mark : MARKS) {
      if (mark.starts(content)) {
        return decode(name, content, mark.bytes.length, mark.charset);
      }
    }
    FileKind kind = FileKind.of(content);
    if (kind != null) {
      throw new UserException(name + ": expected text, found " + kind + advice(kind));
    }
    return decode(name, content, 0, named == null ? StandardCharsets.UTF_8 : named);
  }

  private static String advice(FileKind kind) {
    return switch (kind) {
      case NPY -> " (plaid index takes one of tokens, alone)";
      case ZIP -> " (plaid index takes an .npz file of tokens, alone)";
      case SAFETENSORS ->
          " (numpy.savez('tokens.npz', **safetensors.numpy.load_file(name)) makes a file of its"
              + " arrays that plaid index takes)";
      case PICKLE ->
          " (of token vectors, numpy.savez('tokens.npz', *list) makes a file that plaid index"
              + " takes)";
      case PDF -> " (make text of it first, as by pdftotext)";
      case GZIP, ZSTD, BZIP2, XZ -> " (decompress it first)";
      default -> "";
    };
  }

  private static String decode(String name, byte[] content, int from, Charset charset) {
    CharsetDecoder decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(content, from, content.length - from);
    CharBuffer out =
        CharBuffer.allocate((int) (in.remaining() * (double) decoder.maxCharsPerByte()) + 1);
    CoderResult result = decoder.decode(in, out, true);
    int nul = nul(out);
    if (nul >= 0) {
      throw new UserException(
          name
              + ": expected text, found a NUL character at offset "
              + (from + (long) nul * unit(charset))
              + " (--encoding UTF-16LE or UTF-16BE reads UTF-16 without a byte-order mark)");
    }
    if (result.isUnderflow()) {
      result = decoder.flush(out);
    }
    if (result.isError()) {
      String found =
          in.hasRemaining()
              ? String.format(Locale.ROOT, "byte 0x%02X", in.get(in.position()))
              : "the end";
      throw new UserException(
          name
              + ": not "
              + charset
              + ": "
              + found
              + " at offset "
              + in.position()
              + " (--encoding names the encoding, such as windows-1252)");
    }
    String text = out.flip().toString();
    int marks = 0;
    while (marks < text.length() && text.charAt(marks) == MARK) {
      marks++;
    }
    return text.substring(marks);
  }

  /** Where the first NUL of what was decoded is; −1 if there is none. */
  private static int nul(CharBuffer decoded) {
    for (int i = 0; i < decoded.position(); i++) {
      if (decoded.get(i) == 0) {
        return i;
      }
    }
    return -1;
  }

  /** Bytes of a NUL. */
  private static int unit(Charset charset) {
    return charset.name().startsWith("UTF-16") ? 2 : charset.name().startsWith("UTF-32") ? 4 : 1;
  }
}
