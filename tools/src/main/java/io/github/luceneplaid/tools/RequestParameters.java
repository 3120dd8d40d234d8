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

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The parameters of a request, each of which is given once. */
final class RequestParameters {
  private final Map<String, String> values = new HashMap<>();

  /**
   * Reads parameters.
   *
   * @param query what follows the question mark of the address; null if nothing does
   * @param names those that are known
   * @throws UserException if there are other parameters, or if a value cannot be decoded
   */
  RequestParameters(String query, Set<String> names) {
    for (String parameter : query == null ? new String[0] : query.split("&", -1)) {
      int equals = parameter.indexOf('=');
      if (parameter.isEmpty()) {
        continue;
      }
      String name = decoded(equals < 0 ? parameter : parameter.substring(0, equals));
      if (names.contains(name) == false) {
        throw UserException.usage(
            "found the parameter "
                + Ids.shown(name)
                + ", expected "
                + (names.isEmpty() ? "none" : String.join(", ", new TreeSet<>(names))));
      }
      String value = equals < 0 ? "" : decoded(parameter.substring(equals + 1));
      if (values.put(name, value) != null) {
        throw UserException.usage("found the parameter " + name + " twice, expected it once");
      }
    }
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, UTF_8);
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "found " + Ids.shown(text) + ", expected a parameter with %XX for special characters", e);
    }
  }

  /** The value of a parameter that has to be there. */
  String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw UserException.usage("found no parameter " + name + ", expected one");
    }
    return value;
  }

  /** The value of a parameter; null if it is not there, or blank. */
  String textOrNull(String name) {
    String value = values.get(name);
    return value == null || value.isBlank() ? null : value;
  }

  /** Whether a parameter is 1; else it is 0, or not there. */
  boolean flag(String name) {
    return number(name, 0, 0, 1) == 1;
  }

  /**
   * The value of a parameter that is a number.
   *
   * @param missing what to return if it is not there
   * @param low the smallest number allowed
   * @param high the largest number allowed
   */
  int number(String name, int missing, int low, int high) {
    String value = values.get(name);
    if (value == null) {
      return missing;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= low && number <= high) {
        return number;
      }
    } catch (
        @SuppressWarnings("unused")
        NumberFormatException e) {
      // Told below
    }
    throw UserException.usage(
        "the parameter " + name + " is " + Ids.shown(value) + ", expected " + low + " to " + high);
  }
}
