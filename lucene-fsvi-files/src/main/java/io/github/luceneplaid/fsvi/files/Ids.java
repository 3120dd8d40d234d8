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
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Ids of vectors: UTF-8 whose length is an unsigned 16-bit number. */
final class Ids {

  static final int MAX_LENGTH = 0xFFFF;

  private Ids() {}

  /**
   * The bytes of an id.
   *
   * @throws IllegalArgumentException if it is too long, or has half of a surrogate pair
   */
  static byte[] encode(String id) {
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(id));
      if (bytes.remaining() > MAX_LENGTH) {
        throw new IllegalArgumentException(
            "id of " + bytes.remaining() + " bytes, expected at most " + MAX_LENGTH);
      }
      byte[] result = new byte[bytes.remaining()];
      bytes.get(result);
      return result;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("id is not Unicode text: " + id, e);
    }
  }

  /** The bytes of an id in a file. */
  static byte[] read(MappedFile file, long offset, int length) {
    byte[] bytes = new byte[length];
    file.getBytes(offset, bytes, 0, length);
    return bytes;
  }

  /**
   * The id that has these bytes.
   *
   * @param offset where they are in the file
   * @param field what they are, for messages
   */
  static String decode(MappedFile file, long offset, byte[] bytes, String field)
      throws VectorFileException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw file.error(offset, field, "other bytes", "UTF-8", e);
    }
  }

  /** 64-bit FNV-1a. */
  static long hash(byte[] bytes) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : bytes) {
      hash = (hash ^ Byte.toUnsignedLong(b)) * 0x100000001b3L;
    }
    return hash;
  }
}
