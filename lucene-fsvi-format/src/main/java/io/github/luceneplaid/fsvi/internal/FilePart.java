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

package io.github.luceneplaid.fsvi.internal;

import io.github.luceneplaid.fsvi.slab.Limits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A part of a file.
 *
 * @param what the name of its content
 * @param offset of its first byte
 * @param length in bytes
 * @lucene.internal
 */
public record FilePart(String what, long offset, long length) {

  public FilePart {
    Limits.check("offset of " + what, offset, 0, Long.MAX_VALUE);
    Limits.check("bytes of " + what, length, 0, Long.MAX_VALUE);
  }

  /**
   * Checks that parts lie inside a file and do not overlap.
   *
   * @param file name of the file
   * @param start where parts may start
   * @param end where they must end
   * @throws IllegalArgumentException if a part is outside, or two parts overlap
   */
  public static void check(List<FilePart> parts, String file, long start, long end) {
    List<FilePart> ordered = new ArrayList<>(parts);
    ordered.removeIf(part -> part.length == 0);
    ordered.sort(Comparator.comparingLong(FilePart::offset));
    long from = start;
    for (FilePart part : ordered) {
      if (part.offset < from || part.length > end - part.offset) {
        throw new IllegalArgumentException(
            part.what
                + ": found "
                + part.length
                + " bytes at "
                + part.offset
                + ", expected them between "
                + from
                + " and "
                + end
                + " of "
                + file);
      }
      from = part.offset + part.length;
    }
  }
}
