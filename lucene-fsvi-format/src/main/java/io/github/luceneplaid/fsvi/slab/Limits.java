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

package io.github.luceneplaid.fsvi.slab;

/**
 * Checks numbers that writers write and readers read.
 *
 * @lucene.internal
 */
public final class Limits {

  private Limits() {}

  /**
   * Checks that a number is in a range.
   *
   * @param what name of the number, for the message
   * @param found the number
   * @param from smallest valid number
   * @param to largest valid number
   * @throws IllegalArgumentException if the number is not in the range
   */
  public static void check(String what, long found, long from, long to) {
    if (found < from || found > to) {
      String expected = from == to ? Long.toString(from) : from + " to " + to;
      throw new IllegalArgumentException(what + ": found " + found + ", expected " + expected);
    }
  }

  /**
   * Checks an aligned offset.
   *
   * @param what name of the offset, for the message
   * @param offset the offset
   * @param alignment number of bytes that the offset must be a multiple of
   * @throws IllegalArgumentException if the offset is negative or not a multiple of the alignment
   */
  public static void checkAligned(String what, long offset, int alignment) {
    check(what, offset, 0, Long.MAX_VALUE);
    if (offset % alignment != 0) {
      throw new IllegalArgumentException(
          what + ": found " + offset + ", expected a multiple of " + alignment);
    }
  }
}
