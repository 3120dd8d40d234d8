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

/** Encodes and decodes ids of vectors: UTF-8 of at most 65,535 bytes. */
final class Ids {

  static final int MAX_LENGTH = 0xFFFF;

  private Ids() {}

  /**
   * Encodes an id.
   *
   * @throws IllegalArgumentException if the id is too long, or has half of a surrogate pair
   */
  static byte[] encode(String id) {
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(id));
      if (bytes.remaining() > MAX_LENGTH) {
        throw new IllegalArgumentException(
            "id must have at most " + MAX_LENGTH + " bytes, got: " + bytes.remaining());
      }
      byte[] result = new byte[bytes.remaining()];
      bytes.get(result);
      return result;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("id must be Unicode text, got: " + id, e);
    }
  }

  /** Reads the bytes of an id. */
  static byte[] read(MappedFile file, long offset, int length) {
    byte[] bytes = new byte[length];
    file.getBytes(offset, bytes, 0, length);
    return bytes;
  }

  /**
   * Decodes an id.
   *
   * @param offset offset of the bytes in the file, for messages
   * @param field name of the id, for messages
   */
  static String decode(MappedFile file, long offset, byte[] bytes, String field)
      throws VectorFileException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw file.error(offset, field, "other bytes", "UTF-8", e);
    }
  }

  /** Computes the 64-bit FNV-1a hash. */
  static long hash(byte[] bytes) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : bytes) {
      hash = (hash ^ Byte.toUnsignedLong(b)) * 0x100000001b3L;
    }
    return hash;
  }
}
