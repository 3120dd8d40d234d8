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

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.lucene.util.FixedBitSet;

/**
 * Makes ids for documents of a PLAID directory that have none: a prefix and the number of the
 * document, and {@code ~2} if another document has this id. Only ids that could be made are kept in
 * memory.
 */
final class MadeIds {
  private static final char SEPARATOR = '~';

  /** A number as it is written in ids. */
  private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,9}");

  private final String prefix;

  /** The documents whose ids would be those of other documents. */
  private final FixedBitSet taken;

  /** Given ids that start with the prefix and have a separator. */
  private final Set<String> others = new HashSet<>();

  /**
   * Starts without given ids.
   *
   * @param documents how many there are
   */
  MadeIds(String prefix, int documents) {
    this.prefix = prefix;
    this.taken = new FixedBitSet(documents);
  }

  /** Takes notice of an id that a document has. */
  void add(String given) {
    if (given.startsWith(prefix) == false) {
      return;
    }
    String rest = given.substring(prefix.length());
    int document = document(rest);
    if (document >= 0) {
      taken.set(document);
    } else if (rest.indexOf(SEPARATOR) > 0) {
      others.add(given);
    }
  }

  /** The document whose number a text is; −1 if there is none. */
  private int document(String text) {
    long number = NUMBER.matcher(text).matches() ? Long.parseLong(text) : -1;
    return number < taken.length() ? (int) number : -1;
  }

  /** Makes the id of a document. All given ids have to be known. */
  String make(int document) {
    String wanted = prefix + document;
    String id = wanted;
    for (int i = 2; taken.get(document) && (i == 2 || others.contains(id)); i++) {
      id = wanted + SEPARATOR + i;
    }
    return id;
  }
}
