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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Updates the records of files whose content has changed. Unchanged records stay in the index, with
 * their tokens. The others are deleted before they are written anew.
 */
final class ChangedFiles {
  private final IndexBuilder builder;
  private final IndexedRecords there;
  private final TextFiles.Records records;
  private final Set<String> ids = new HashSet<>();

  /**
   * Starts with no file.
   *
   * @param there the indexed records, before any of these files' records is deleted
   * @param records the records that these files, and maybe others, hold now
   */
  ChangedFiles(IndexBuilder builder, IndexedRecords there, TextFiles.Records records) {
    this.builder = builder;
    this.there = there;
    this.records = records;
    records.passages().forEach(record -> ids.add(record.id()));
  }

  /**
   * Deletes the records that a file no longer holds, and stores the file's new hash and stamp for
   * the rest.
   */
  void update(SourceFile file) throws IOException {
    for (String record : there.recordsOf(file.path(), ids)) {
      builder.deleteRecord(record);
    }
    builder.updateFile(file);
  }

  /**
   * Returns the records that may have to be encoded. Leaves out records of one passage that are
   * indexed unchanged.
   */
  TextFiles.Records rest() throws IOException {
    List<Passage> rest = new ArrayList<>();
    for (Passage record : records.passages()) {
      if (holds(List.of(record)) == false) {
        rest.add(record);
      }
    }
    return new TextFiles.Records(rest, records.sources());
  }

  /** Returns whether a record stays as it is. Deletes it otherwise, if it was there. */
  boolean keep(List<Passage> parts) throws IOException {
    if (holds(parts)) {
      return true;
    }
    builder.deleteRecord(parts.get(0).recordId());
    return false;
  }

  private boolean holds(List<Passage> parts) throws IOException {
    SourceFile source = records.sources().get(parts.get(0).recordId());
    return source != null && there.holds(parts, builder, source.path());
  }
}
