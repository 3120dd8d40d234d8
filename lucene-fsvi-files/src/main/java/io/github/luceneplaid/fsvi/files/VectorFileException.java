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
 * Signals a file that does not follow its format, or that this package does not support. The
 * message names the file, the field, its offset, the value that was found and the expected value.
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
   * Describes the problem.
   *
   * @param file path of the file; for a part of an archive, the path and the name of the part
   * @param offset offset of the field in the file, in bytes
   * @param field name of the field
   * @param found value of the field
   * @param expected description of the values that are expected
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
   * Describes the problem and its cause.
   *
   * @param file path of the file; for a part of an archive, the path and the name of the part
   * @param offset offset of the field in the file, in bytes
   * @param field name of the field
   * @param found value of the field
   * @param expected description of the values that are expected
   * @param cause exception that detected the problem
   */
  public VectorFileException(
      String file, long offset, String field, Object found, String expected, Throwable cause) {
    this(file, offset, field, found, expected);
    initCause(cause);
  }

  /** Returns the path of the file. For a part of an archive, the name of the part follows. */
  public String file() {
    return file;
  }

  /** Returns the offset of the field in the file, in bytes. */
  public long offset() {
    return offset;
  }

  /** Returns the name of the field, as the format calls it. */
  public String field() {
    return field;
  }

  /** Returns the value that was found. */
  public String found() {
    return found;
  }

  /** Returns a description of the expected values. */
  public String expected() {
    return expected;
  }
}
