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

/**
 * A file that is not what its format says, or that this package does not read. The message names
 * the file, the field, where it is, what was found and what was expected.
 *
 * @lucene.experimental
 */
public final class VectorFileException extends IOException {

  private final String file;
  private final long offset;
  private final String field;
  private final String found;
  private final String expected;

  /**
   * Says what is wrong.
   *
   * @param file path of the file, for a part of an archive followed by its name
   * @param offset of the field in the file, in bytes
   * @param field what was read
   * @param found its value
   * @param expected what it should have been
   */
  public VectorFileException(
      String file, long offset, String field, Object found, String expected) {
    super(
        file + ": " + field + " at byte " + offset + ": found " + found + ", expected " + expected);
    this.file = file;
    this.offset = offset;
    this.field = field;
    this.found = String.valueOf(found);
    this.expected = expected;
  }

  /**
   * Says what is wrong.
   *
   * @param cause what noticed it
   */
  public VectorFileException(
      String file, long offset, String field, Object found, String expected, Throwable cause) {
    this(file, offset, field, found, expected);
    initCause(cause);
  }

  /** The path of the file; for a part of an archive, followed by its name. */
  public String file() {
    return file;
  }

  /** Where in the file the field is, in bytes. */
  public long offset() {
    return offset;
  }

  /** What was read, in the words of the format. */
  public String field() {
    return field;
  }

  /** What was found. */
  public String found() {
    return found;
  }

  /** What should have been found. */
  public String expected() {
    return expected;
  }
}
