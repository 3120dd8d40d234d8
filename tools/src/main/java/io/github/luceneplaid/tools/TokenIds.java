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

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Reads the files beside tokens: JSON arrays with an element for each text. */
final class TokenIds {
  private TokenIds() {}

  /**
   * The ids of texts: those that are given, and the wanted ids for the others.
   *
   * @param file the JSON array of them; none if it is not there
   * @param wanted an id for each text
   * @param counted name of the things that the ids belong to, for messages
   * @param all takes the ids
   */
  static List<String> read(Path file, List<String> wanted, String counted, Ids all)
      throws IOException {
    JsonNode given = isThere(file) ? sized(file, "id", wanted.size(), counted) : null;
    List<String> result = new ArrayList<>();
    for (int i = 0; i < wanted.size(); i++) {
      String place = file + ", entry " + i;
      String id = given == null ? null : Ids.text(given.get(i), place);
      if (id != null) {
        all.add(id, place);
      }
      result.add(id);
    }
    for (int i = 0; i < wanted.size(); i++) {
      if (result.get(i) == null) {
        result.set(i, all.make(wanted.get(i), file + ", entry " + i));
      }
    }
    return result;
  }

  /**
   * Whether there is a file of a name. A link that leads nowhere counts, so that it is read and
   * refused, and not taken for a file that nobody wrote.
   */
  static boolean isThere(Path file) {
    return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
  }

  /** The ids of texts that have none: 0, 1, …. */
  static List<String> numbers(int size) {
    return IntStream.range(0, size).mapToObj(Integer::toString).toList();
  }

  /** Reads an array that has to have a number of elements. */
  static JsonNode sized(Path file, String thing, int size, String counted) throws IOException {
    JsonNode json = array(file);
    if (json.size() != size) {
      throw new UserException(file + ": " + Table.count(json.size(), thing) + ", but " + counted);
    }
    return json;
  }

  /** Refuses a file that is not there, and anything but a file. */
  static void checkFile(Path file) {
    if (Files.isDirectory(file)) {
      throw new UserException(file + ": expected a file, found a folder");
    }
    if (Files.isSymbolicLink(file) && Files.exists(file) == false) {
      throw new UserException(file + ": expected a file, found a link that leads nowhere");
    }
    if (Files.exists(file) == false) {
      throw new UserException(file + ": no such file");
    }
    if (Files.isRegularFile(file) == false) {
      throw new UserException(file + ": expected a regular file, found a pipe or a device");
    }
  }

  static JsonNode array(Path file) throws IOException {
    // A pipe will do
    if (Files.isDirectory(file) || Files.exists(file) == false) {
      checkFile(file);
    }
    JsonNode json = JsonFiles.read(file);
    if (json.isArray() == false) {
      throw new UserException(file + ": expected a JSON array");
    }
    return json;
  }
}
