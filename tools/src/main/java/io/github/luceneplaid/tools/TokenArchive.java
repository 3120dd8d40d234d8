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

import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.NpzFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The content of an NPZ file of tokens: an array for each text, or one array of three axes for all
 * texts, which may have a mask.
 */
final class TokenArchive {
  private static final String PREFIX = "arr_";

  /** Names that NumPy makes. */
  private static final Pattern NUMBERED = Pattern.compile(PREFIX + "(0|[1-9][0-9]{0,8})");

  /** Names of a mask, in lower case. */
  private static final Set<String> MASKS = Set.of("attention_mask", "mask");

  private final Path file;
  private final NpzFile archive;
  private final List<String> names;

  private TokenArchive(Path file, NpzFile archive) {
    this.file = file;
    this.archive = archive;
    this.names = archive.names();
  }

  /**
   * Opens a file.
   *
   * @param named the file of ids that the user names, or null
   * @param ids the file of ids, if there is one
   * @param all takes the ids
   * @param notes takes a note of rows that count as padding
   */
  static TokenInput open(Path file, Path named, Path ids, Ids all, Notes notes) throws IOException {
    NpzFile archive = NpzFile.open(file);
    TokenInput result = null;
    try {
      TokenArchive arrays = new TokenArchive(file, archive);
      arrays.check();
      result = arrays.padded(ids, all, notes);
      if (result == null) {
        result = arrays.list(named, ids, all);
      }
      return result;
    } finally {
      // Only a list of arrays is loaded later
      if (result instanceof ArchivedTokens == false) {
        archive.close();
      }
    }
  }

  private void check() {
    if (archive.otherNames().isEmpty() == false) {
      throw new UserException(
          file + ": found " + shown(archive.otherNames().get(0)) + " in it, expected arrays only");
    }
    if (names.isEmpty()) {
      throw new UserException(file + ": found no arrays, expected one for each text");
    }
  }

  private static String shown(String name) {
    return "\"" + Ids.shown(name) + "\"";
  }

  /** An array of three axes with its mask or alone; null if there is none. */
  private TokenInput padded(Path ids, Ids all, Notes notes) throws IOException {
    if (names.size() > 2) {
      return null;
    }
    NpyFile tokens = null;
    NpyFile mask = null;
    String maskName = null;
    for (String name : names) {
      NpyFile array = archive.array(name);
      if (array.shape().length == 3 && tokens == null) {
        tokens = array;
      } else {
        mask = array;
        maskName = name;
      }
    }
    if (tokens == null) {
      return null;
    }
    if (mask != null && isMask(maskName) == false) {
      throw new UserException(
          file
              + ": found "
              + shown(maskName)
              + ", "
              + TokenInput.describe(mask)
              + ", beside an array of 3 axes; expected its mask, named attention_mask or mask, with"
              + " 1 for each token that is there");
    }
    return PaddedTokens.open(file.toString(), tokens, mask, ids, all, notes);
  }

  /**
   * Whether a name is that of a mask of tokens. Masks of other names may have the opposite meaning
   * or another one, such as padding_mask and special_tokens_mask.
   */
  private static boolean isMask(String name) {
    return NUMBERED.matcher(name).matches() || MASKS.contains(name.toLowerCase(Locale.ROOT));
  }

  private TokenInput list(Path named, Path ids, Ids all) throws IOException {
    long numbered = names.stream().filter(name -> NUMBERED.matcher(name).matches()).count();
    if (numbered == names.size()) {
      List<String> sorted =
          names.stream().sorted(Comparator.comparingInt(TokenArchive::number)).toList();
      List<String> numbers = sorted.stream().map(n -> Integer.toString(number(n))).toList();
      String counted = file + " has " + Table.count(names.size(), "array");
      return new ArchivedTokens(file, archive, sorted, TokenIds.read(ids, numbers, counted, all));
    }
    if (numbered > 0) {
      throw new UserException(
          file
              + ": found arrays both with numbers (arr_0) and with names; expected an array for"
              + " each text, or one of 3 axes and its mask");
    }
    if (named != null) {
      throw new UserException(
          "--ids " + named + ": the arrays of " + file + " have names, which are the ids");
    }
    for (String name : names) {
      if (name.isEmpty()) {
        throw new UserException(file + ": found an array without a name, expected an id");
      }
      all.add(name, file.toString());
    }
    return new ArchivedTokens(file, archive, names, names);
  }

  private static int number(String name) {
    return Integer.parseInt(name.substring(PREFIX.length()));
  }
}
