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

import io.github.luceneplaid.encoder.TextEncoder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.IOUtils;

/**
 * A change of an existing index. Readers see it only after {@link #commit}; without a commit the
 * index stays as it was. Lucene writes new files beside the old ones, and deletes those that a dead
 * process has left.
 */
final class IndexChange implements Closeable {
  private final Path folder;
  private final Directory directory;
  private final IndexBuilder builder;
  private final DirectoryReader before;
  private final IndexSettings settings;

  /** Files that may be new for a later update if they have no records then. */
  private final Set<String> forgotten = new HashSet<>();

  /** Files with other stamps than before. */
  private final Map<String, SourceFile> touched = new HashMap<>();

  private DirectoryReader now;

  /** Opens an index; nobody else can write to it meanwhile. */
  IndexChange(Path folder) throws IOException {
    this.folder = folder;
    directory = IndexFolder.open(folder);
    IndexBuilder opened = null;
    DirectoryReader reader = null;
    boolean success = false;
    try {
      opened = IndexBuilder.append(directory);
      reader = DirectoryReader.open(directory);
      settings = IndexSettings.of(reader);
      success = true;
    } finally {
      if (success == false) {
        IOUtils.closeWhileHandlingException(reader, opened, directory);
      }
    }
    builder = opened;
    before = reader;
  }

  IndexBuilder builder() {
    return builder;
  }

  Directory directory() {
    return directory;
  }

  /** The index as it was. */
  DirectoryReader before() {
    return before;
  }

  /** The settings of the index; {@link IndexBuilder#keep} commits changes to them. */
  IndexSettings settings() {
    return settings;
  }

  /** The records of the index, with all changes so far. */
  IndexedRecords records() throws IOException {
    IOUtils.close(now);
    now = null;
    now = builder.reader();
    return new IndexedRecords(now);
  }

  /** Deletes all records of a file. */
  void deleteFile(String path) throws IOException {
    builder.deleteFile(path);
    forget(path);
  }

  /** Forgets a file, unless it has records at the end. */
  void forget(String path) {
    forgotten.add(path);
  }

  /** Updates the stamp of a file whose content is the same. */
  void touch(SourceFile file) throws IOException {
    builder.updateFile(file);
    touched.put(file.path(), file);
  }

  /**
   * Makes the ids for records that are added to existing ones.
   *
   * @param freed paths of files whose records will be deleted, so that their ids are free
   * @param advice what to do about an id that exists already; empty if there is none
   */
  Ids ids(IndexedRecords there, Set<String> freed, String advice) {
    return new Ids(
        id -> {
          if (there.isFree(id, freed)) {
            return null;
          }
          String record = there.recordOf(id);
          String file = there.fileOf(record);
          return record.equals(id)
              ? "is in " + folder + " already" + (file == null ? "" : ", from " + file) + advice
              : "is that of a passage of the record " + Ids.shown(record) + " in " + folder;
        });
  }

  /**
   * Encodes texts and adds them. Returns the writer, which has counted them.
   *
   * @param skip chooses the records that are left out
   */
  RecordWriter add(
      TextFiles.Records texts,
      Ids ids,
      TextEncoder encoder,
      RecordEncoder.Filter skip,
      Console console)
      throws IOException {
    RecordWriter writer = writer(texts);
    int size = texts.passages().size();
    try (Progress progress = console.progress("Adding", " records", size)) {
      new RecordEncoder(encoder)
          .encode(
              texts.passages(),
              ids,
              skip,
              (passage, encoded) -> {
                writer.add(passage, encoded.vectors());
                progress.stepTo(writer.records());
              });
    }
    return writer;
  }

  /** A writer that adds records. */
  RecordWriter writer(TextFiles.Records texts) throws IOException {
    int dimension = new IndexedRecords(before).dimension();
    return new RecordWriter(builder, settings.pooling(), texts.sources(), dimension);
  }

  /** Commits all changes. */
  void commit() throws IOException {
    keepEmptied();
    // Files can be deleted only after their readers are closed
    IOUtils.close(now, before);
    now = null;
    builder.finish();
  }

  /**
   * Remembers files that have lost all their records, so that an update does not add them again.
   */
  private void keepEmptied() throws IOException {
    Map<String, SourceFile> emptied = new TreeMap<>(new IndexedRecords(before).knownFiles());
    emptied.keySet().removeAll(forgotten);
    emptied.keySet().removeAll(records().files().keySet());
    emptied.replaceAll((path, file) -> touched.getOrDefault(path, file));
    List<SourceFile> files = List.copyOf(emptied.values());
    if (files.equals(settings.emptied()) == false) {
      settings.setEmptied(files);
      builder.keep(settings);
    }
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(now, before, builder, directory);
  }
}
