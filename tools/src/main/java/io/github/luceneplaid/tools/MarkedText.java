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

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A part of a text as it is shown, without control characters.
 *
 * @param marked whether it stands out, as it matched
 */
record MarkedText(String text, boolean marked) {

  /**
   * Parts that follow each other, for a terminal.
   *
   * @param unmarked the style of parts that are not marked
   */
  static String styled(List<MarkedText> parts, Console console, UnaryOperator<String> unmarked) {
    return parts.stream()
        .map(part -> part.marked ? console.mark(part.text) : unmarked.apply(part.text))
        .collect(Collectors.joining());
  }
}
