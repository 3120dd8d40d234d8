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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Reads passages from text.
 *
 * <ul>
 *   <li>A folder: every {@code .txt}, {@code .md}, {@code .jsonl} and {@code .json} file in it and
 *       below, by path. Prose is cut at headings and blank lines into passages of up to about
 *       {@value PassageCutter#WORDS} words. Hidden files are left out, and so are {@code .json}
 *       files that are valid but not of records.
 *   <li>{@code .md}: likewise.
 *   <li>{@code .jsonl}, {@code .json}, and whatever starts as such records do, with a brace and the
 *       name of a member: objects with a {@code text}, and if wanted an {@code id} (or {@code
 *       _id}), a {@code title} and other fields.
 *   <li>Any other file, and standard input: a passage per line that is not blank.
 * </ul>
 *
 * <p>The name of a file decides what is expected in it, and its content how it is decoded, see
 * {@link TextDecoder}. An id may be given only once. A missing id is made of the name of the file
 * and the number of the line or passage. The number of the line alone is enough if there is no
 * other such file, or was none when the file was first indexed.
 */
final class TextFiles {
  /** Before the number of a passage of prose. */
  static final char PASSAGE = '#';

  /** Before the number of a line. */
  static final char LINE = ':';

  private final Reading reading;
  private final Notes notes;
  private final boolean withBlanks;
  private final List<Draft> drafts = new ArrayList<>();
  private final Map<InputFiles.InputFile, SourceFile> sources = new HashMap<>();

  /** How files are read. */
  interface Reading {
    /** Decodes a file. */
    TextDecoder decoder(Path file) throws IOException;

    /** Whether text of a file that is neither Markdown nor records is prose, and not of lines. */
    default boolean isProse(InputFiles.InputFile file) throws IOException {
      return file.inFolder();
    }
  }

  /**
   * A passage that may not have an id yet.
   *
   * @param id null if it has to be made of the other parts
   * @param mark between the name of the file and the number
   * @param record which one of the file it is, from 1; 0 if the number tells
   */
  private record Draft(
      InputFiles.InputFile file,
      char mark,
      int number,
      int record,
      String id,
      String title,
      String body,
      RecordFields fields) {
    /** Text without an id, or fields. */
    Draft(InputFiles.InputFile file, char mark, int number, String title, String body) {
      this(file, mark, number, 0, null, title, body, RecordFields.NONE);
    }

    /** Where it is, for messages. */
    String place() {
      return JsonRecords.place(file.path().toString(), number, record);
    }

    /** Whether its id is to be made of a line. */
    boolean isLine() {
      return id == null && mark == LINE;
    }

    /** The id that it gets, unless another passage has it. */
    String wanted(boolean bare) {
      String name = Integer.toString(number);
      return bare && mark == LINE ? name : file.name() + mark + name;
    }
  }

  /**
   * What files hold.
   *
   * @param passages whole records
   * @param sources the files of records, by the ids of the records; files that cannot be read again
   *     are left out
   */
  record Records(List<Passage> passages, Map<String, SourceFile> sources) {}

  TextFiles(TextDecoder decoder, Notes notes) {
    this(file -> decoder, notes, false);
  }

  /** For files each of which is read in its own way. */
  TextFiles(Reading reading, Notes notes) {
    this(reading, notes, false);
  }

  private TextFiles(Reading reading, Notes notes, boolean withBlanks) {
    this.reading = reading;
    this.notes = notes;
    this.withBlanks = withBlanks;
  }

  /**
   * Reads what the given files and folders hold.
   *
   * @param option the option or parameter that had the paths, for messages
   */
  static List<Passage> read(List<Path> paths, String option) throws IOException {
    return read(paths, option, new TextDecoder(null), line -> {});
  }

  /** As {@link #read(List, String)}, with a decoder of files and a place for notes. */
  static List<Passage> read(List<Path> paths, String option, TextDecoder decoder, Notes notes)
      throws IOException {
    TextFiles files = new TextFiles(decoder, notes);
    files.read(InputFiles.of(paths, option, notes));
    files.checkAny(paths, option);
    return files.records(new Ids(), true).passages();
  }

  /** Reads files. */
  void read(List<InputFiles.InputFile> files) throws IOException {
    for (InputFiles.InputFile file : files) {
      read(file);
    }
  }

  /** Refuses to go on if nothing was found. */
  void checkAny(List<Path> paths, String option) {
    if (drafts.isEmpty()) {
      throw new UserException(
          option
              + " "
              + paths.get(0)
              + ": no text found (.txt, .md, .jsonl or .json files were expected)");
    }
  }

  /** Reads queries; blank lines are empty ones. */
  static List<Passage> readQueries(Path path, String option, TextDecoder decoder, Notes notes)
      throws IOException {
    TextFiles files = new TextFiles(file -> decoder, notes, true);
    files.read(InputFiles.of(List.of(path), option, notes));
    if (files.drafts.isEmpty()) {
      throw new UserException(option + " " + path + ": no queries found");
    }
    return files.records(new Ids(), true).passages();
  }

  private void read(InputFiles.InputFile file) throws IOException {
    boolean repeatable = InputFiles.isRepeatable(file.path());
    // Taken before the content is read: if the file changes meanwhile, its stamp will differ
    FileStamp stamp = repeatable ? FileStamp.of(file.path()) : null;
    byte[] bytes = InputFiles.bytes(file.path());
    if (repeatable) {
      String path = SourceFile.path(file.path());
      sources.put(file, new SourceFile(path, file.name(), SourceFile.hash(bytes), stamp));
    }
    String content = reading.decoder(file.path()).decode(file.path().toString(), bytes);
    if (mayBeSettings(file) && JsonRecords.isOtherJson(content)) {
      notes.add(file.path() + ": left out, it has no records");
      return;
    }
    int before = drafts.size();
    add(file, content);
    if (drafts.size() == before) {
      notes.add(file.path() + ": has no text in it");
    }
  }

  private void add(InputFiles.InputFile file, String content) throws IOException {
    String name = file.name();
    if (InputFiles.isMarkdown(name)) {
      addProse(file, content, true);
    } else if (InputFiles.isJson(name) || JsonRecords.startsLikeRecords(content)) {
      addRecords(file, content);
    } else if (reading.isProse(file)) {
      addProse(file, content, false);
    } else {
      addLines(file, content);
    }
  }

  /** A file that the user names, or that had records before, should have records. */
  private static boolean mayBeSettings(InputFiles.InputFile file) {
    return file.inFolder() && file.known() == null && InputFiles.isSettings(file.name());
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
        (id, title, text, fields, line, number) -> {
          drafts.add(new Draft(file, LINE, line, number, id, title, text, fields));
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

  /** The files that have records. */
  Set<InputFiles.InputFile> files() {
    return drafts.stream().map(Draft::file).collect(Collectors.toSet());
  }

  /** The hash and the stamp of a file that can be read again. */
  SourceFile source(InputFiles.InputFile file) {
    return sources.get(file);
  }

  /** Ids that records have of their own. */
  Set<String> givenIds() {
    return drafts.stream()
        .map(Draft::id)
        .filter(Objects::nonNull)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /**
   * Returns the records that were read. Given ids are taken before others are made.
   *
   * @param ids takes the ids of all records
   * @param alone whether there are no other files, so that the line ids of a single file need no
   *     name
   */
  Records records(Ids ids, boolean alone) throws IOException {
    for (Draft draft : drafts) {
      if (draft.id != null) {
        ids.add(draft.id, draft.place());
      }
    }
    long lineFiles = drafts.stream().filter(Draft::isLine).map(Draft::file).distinct().count();
    Set<InputFiles.InputFile> bareFiles = new HashSet<>();
    drafts.stream()
        .filter(draft -> isBare(draft, alone && lineFiles == 1))
        .forEach(draft -> bareFiles.add(draft.file));
    Map<InputFiles.InputFile, SourceFile> files = new HashMap<>();
    sources.forEach(
        (file, source) -> files.put(file, named(file, source, bareFiles.contains(file))));
    List<Passage> passages = new ArrayList<>();
    Map<String, SourceFile> origins = new HashMap<>();
    for (Draft draft : drafts) {
      boolean bare = bareFiles.contains(draft.file);
      String id = draft.id == null ? ids.make(draft.wanted(bare), draft.place()) : draft.id;
      passages.add(new Passage(id, draft.title, draft.body, null, draft.fields));
      if (files.containsKey(draft.file)) {
        origins.put(id, files.get(draft.file));
      }
    }
    return new Records(passages, origins);
  }

  /** Whether the line ids of a file lack its name. A file that was first indexed so stays so. */
  private static boolean isBare(Draft draft, boolean onlyOne) {
    SourceFile known = draft.file.known();
    return draft.isLine() && (known == null ? onlyOne : known.name().isEmpty());
  }

  /** A file keeps the name that it has in an index. */
  private static SourceFile named(InputFiles.InputFile file, SourceFile source, boolean bare) {
    String name = file.known() == null ? bare ? "" : file.name() : file.known().name();
    return new SourceFile(source.path(), name, source.hash(), source.stamp());
  }
}
