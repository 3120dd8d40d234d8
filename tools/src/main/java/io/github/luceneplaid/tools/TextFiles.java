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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads passages from text.
 *
 * <ul>
 *   <li>A folder: every {@code .txt}, {@code .md}, {@code .jsonl} and {@code .json} file in it and
 *       below, by path. Prose is cut at headings and blank lines into passages of up to about
 *       {@value PassageCutter#WORDS} words. Hidden files are left out, and {@code .json} files that
 *       are not of records.
 *   <li>{@code .md}: likewise.
 *   <li>{@code .jsonl}, {@code .json}, and whatever starts with such a record: objects with a
 *       {@code text}, and if wanted an {@code id} (or {@code _id}), a {@code title} and other
 *       fields.
 *   <li>Any other file, and standard input: a passage per line that is not blank.
 * </ul>
 *
 * <p>Names tell what is expected; content tells what is there, see {@link TextDecoder}. An id that
 * is given may not be given again. Where none is given, it is made of the name of the file and the
 * number of the line or passage; of the line alone, if there is no other file like it.
 */
final class TextFiles {
  /** Before the number of a passage of prose. */
  private static final char PASSAGE = '#';

  /** Before the number of a line. */
  private static final char LINE = ':';

  private final TextDecoder decoder;
  private final Notes notes;
  private final boolean withBlanks;
  private final List<Draft> drafts = new ArrayList<>();

  /**
   * A passage whose id may still be to be made.
   *
   * @param id null if it is to be made of what follows
   * @param mark between the name of the file and the number
   */
  private record Draft(
      InputFiles.InputFile file,
      char mark,
      int number,
      String id,
      String title,
      String body,
      RecordFields fields) {
    /** Text without an id, or fields. */
    Draft(InputFiles.InputFile file, char mark, int number, String title, String body) {
      this(file, mark, number, null, title, body, RecordFields.NONE);
    }

    /** Where it is, for messages. */
    String place() {
      return file.path() + ":" + number;
    }

    /** The id that it gets, unless that is taken. */
    String wanted(boolean oneFile) {
      String name = Integer.toString(number);
      return oneFile && mark == LINE ? name : file.name() + mark + name;
    }
  }

  private TextFiles(TextDecoder decoder, Notes notes, boolean withBlanks) {
    this.decoder = decoder;
    this.notes = notes;
    this.withBlanks = withBlanks;
  }

  /**
   * Reads what the given files and folders hold.
   *
   * @param option what the user wrote the paths after, for messages
   */
  static List<Passage> read(List<Path> paths, String option) throws IOException {
    return read(paths, option, new TextDecoder(null), line -> {});
  }

  /** As {@link #read(List, String)}, with what decodes files and takes notes. */
  static List<Passage> read(List<Path> paths, String option, TextDecoder decoder, Notes notes)
      throws IOException {
    TextFiles files = new TextFiles(decoder, notes, false);
    for (InputFiles.InputFile file : InputFiles.of(paths, option, notes)) {
      files.read(file);
    }
    if (files.drafts.isEmpty()) {
      throw new UserException(
          option
              + " "
              + paths.get(0)
              + ": no text found (.txt, .md, .jsonl or .json files were expected)");
    }
    return files.passages();
  }

  /** Reads queries; blank lines are empty ones. */
  static List<Passage> readQueries(Path path, String option, TextDecoder decoder, Notes notes)
      throws IOException {
    TextFiles files = new TextFiles(decoder, notes, true);
    for (InputFiles.InputFile file : InputFiles.of(List.of(path), option, notes)) {
      files.read(file);
    }
    if (files.drafts.isEmpty()) {
      throw new UserException(option + " " + path + ": no queries found");
    }
    return files.passages();
  }

  private void read(InputFiles.InputFile file) throws IOException {
    String content = decoder.decode(file.path().toString(), bytes(file.path()));
    String name = file.name();
    if (InputFiles.isMarkdown(name)) {
      addProse(file, content, true);
    } else if (JsonRecords.startsLikeRecords(content)) {
      addRecords(file, content);
    } else if (file.inFolder() && InputFiles.isSettings(name)) {
      notes.add(file.path() + ": left out, it has no records");
    } else if (InputFiles.isJson(name)) {
      addRecords(file, content);
    } else if (file.inFolder()) {
      addProse(file, content, false);
    } else {
      addLines(file, content);
    }
  }

  private static byte[] bytes(Path path) throws IOException {
    return path.equals(InputFiles.STANDARD_INPUT)
        ? System.in.readAllBytes()
        : Files.readAllBytes(path);
  }

  private void addProse(InputFiles.InputFile file, String content, boolean markdown) {
    int number = 0;
    for (Passage passage : PassageCutter.cut(file.name(), content, markdown)) {
      number++;
      drafts.add(new Draft(file, PASSAGE, number, passage.title(), passage.body()));
    }
  }

  private void addRecords(InputFiles.InputFile file, String content) throws IOException {
    Set<String> renamed = new TreeSet<>();
    JsonRecords.read(
        file.path().toString(),
        content,
        (id, title, text, fields, line) -> {
          drafts.add(new Draft(file, LINE, line, id, title, text, fields));
          renamed.addAll(fields.renamed());
        });
    for (String name : renamed) {
      notes.add(
          file.path()
              + ": "
              + name
              + " of its records becomes the field "
              + RecordFields.renamed(name)
              + ", as "
              + name
              + " is a field of its own");
    }
  }

  private void addLines(InputFiles.InputFile file, String content) {
    int number = 0;
    for (String line : content.lines().toList()) {
      number++;
      if (withBlanks || line.isBlank() == false) {
        drafts.add(new Draft(file, LINE, number, "", line.strip()));
      }
    }
  }

  /** Ids that are given come before those that are made. */
  private List<Passage> passages() {
    Ids ids = new Ids();
    for (Draft draft : drafts) {
      if (draft.id != null) {
        ids.add(draft.id, draft.place());
      }
    }
    boolean oneFile =
        drafts.stream()
                .filter(draft -> draft.id == null && draft.mark == LINE)
                .map(Draft::file)
                .distinct()
                .count()
            <= 1;
    List<Passage> passages = new ArrayList<>();
    for (Draft draft : drafts) {
      String id = draft.id == null ? ids.make(draft.wanted(oneFile), draft.place()) : draft.id;
      passages.add(new Passage(id, draft.title, draft.body, null, draft.fields));
    }
    return passages;
  }
}
