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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code plaid delete}: deletes records from an index. */
@Command(
    name = "delete",
    description = {
      "Deletes records from an index.",
      "By their ids or by the files they came from, with all their passages: all of them or, if"
          + " anything fails, none.",
      "A file that is deleted but still lies in a folder the index was made of is added again by"
          + " the next plaid update; one that the index was made of itself is forgotten."
    },
    mixinStandardHelpOptions = true)
final class DeleteCommand implements Callable<Integer> {
  /** The most missing ids that are printed, because all that were asked for may be missing. */
  private static final int MOST = 5;

  /** The start of an array, even if it is no valid one. */
  private static final Pattern ARRAY = Pattern.compile("\\s*\\[\\s*[\"{]");

  @ParentCommand private Plaid plaid;

  @Parameters(paramLabel = "INDEX", description = "Folder of the index.")
  private Path folder;

  @Option(
      names = "--id",
      arity = "1..*",
      paramLabel = "ID",
      description = "Ids of records, as plaid search shows them.")
  private List<String> ids;

  @Option(
      names = "--ids",
      paramLabel = "FILE",
      description = "Ids in a file: a JSON array, or an id per line; - for standard input.")
  private Path idsFile;

  @Option(
      names = "--file",
      arity = "1..*",
      paramLabel = "PATH",
      description = "Files, or folders with all that is below; they need not be there any more.")
  private List<Path> files;

  @Option(
      names = "--ignore-missing",
      description = "Delete the others if some of the ids or files are not in the index.")
  private boolean ignoreMissing;

  @Mixin private InputOptions inputOptions;
  @Mixin private OutputOptions output;

  private final List<String> missing = new ArrayList<>();

  /** The ids that fit into a message. */
  private final List<String> shown = new ArrayList<>();

  /** The object that {@code --json} prints. */
  private record Outcome(
      String index, long deleted, long left, List<String> missing, double seconds) {}

  @Override
  public Integer call() throws IOException {
    if (ids == null && idsFile == null && files == null) {
      throw UserException.usage("expected --id, --ids or --file: what to delete");
    }
    Set<String> records = new LinkedHashSet<>(ids == null ? List.of() : ids);
    if (idsFile != null) {
      records.addAll(readIds());
    }
    try (IndexChange change = new IndexChange(folder)) {
      IndexedRecords there = change.records();
      long before = there.count();
      for (String id : records) {
        delete(change, there, id);
      }
      if (files != null) {
        deleteFiles(change, there.knownFiles().keySet());
      }
      tellMissing();
      long left = change.records().count();
      change.commit();
      report(before - left, left);
    }
    return 0;
  }

  private List<String> readIds() throws IOException {
    boolean standard = idsFile.equals(InputFiles.STANDARD_INPUT);
    if (standard == false && Files.isDirectory(idsFile)) {
      throw new UserException("--ids " + idsFile + ": expected a file, found a folder");
    } else if (standard == false && Files.notExists(idsFile)) {
      throw new UserException("--ids " + idsFile + ": no such file");
    }
    byte[] bytes = InputFiles.bytes(idsFile);
    String content = inputOptions.decoder().decode(idsFile.toString(), bytes);
    JsonNode array = array(content);
    if (array == null) {
      return content.lines().filter(line -> line.isBlank() == false).toList();
    }
    List<String> read = new ArrayList<>();
    for (JsonNode id : array) {
      String text = Ids.text(id, idsFile + ", entry " + read.size());
      if (text == null) {
        throw new UserException(
            idsFile + ", entry " + read.size() + ": expected an id, found " + id);
      }
      read.add(text);
    }
    return read;
  }

  /** The array that a list of ids is; null if it has lines. An id may start with a bracket, too. */
  private JsonNode array(String content) throws IOException {
    if (content.stripLeading().startsWith("[") == false) {
      return null;
    }
    try {
      return JsonFiles.read(idsFile.toString(), content);
    } catch (UserException e) {
      if (ARRAY.matcher(content).lookingAt()) {
        throw e;
      }
      return null;
    }
  }

  private void delete(IndexChange change, IndexedRecords there, String id) throws IOException {
    String record = there.recordOf(id);
    if (record == null) {
      missing.add(id);
      shown.add(Ids.shown(id));
    } else if (record.equals(id)) {
      change.builder().deleteRecord(id);
    } else {
      throw new UserException(
          "--id "
              + Ids.shown(id)
              + ": is a passage of the record "
              + Ids.shown(record)
              + ", which goes as a whole");
    }
  }

  private void deleteFiles(IndexChange change, Set<String> known) throws IOException {
    List<Path> inputs = new ArrayList<>(change.settings().inputs());
    for (Path file : files) {
      Path path = Path.of(SourceFile.path(file));
      long found = 0;
      for (String candidate : known) {
        if (Path.of(candidate).startsWith(path)) {
          change.deleteFile(candidate);
          found++;
        }
      }
      boolean forgotten = inputs.removeIf(input -> input.startsWith(path));
      if (found == 0 && forgotten == false) {
        missing.add(file.toString());
        shown.add(file.toString());
      }
    }
    if (inputs.equals(change.settings().inputs()) == false) {
      change.settings().setInputs(inputs);
      change.builder().keep(change.settings());
    }
  }

  private void tellMissing() {
    if (missing.isEmpty()) {
      return;
    }
    StringBuilder line = new StringBuilder(folder + ": holds nothing of ");
    for (int i = 0; i < Math.min(MOST, missing.size()); i++) {
      line.append(i == 0 ? "" : ", ").append(shown.get(i));
    }
    if (missing.size() > MOST) {
      line.append(" and ").append(missing.size() - MOST).append(" more");
    }
    if (ignoreMissing == false) {
      throw new UserException(
          line + "; nothing was deleted (--ignore-missing deletes what is there)");
    }
    plaid.console().note(line.toString());
  }

  private void report(long deleted, long left) {
    double seconds = output.seconds();
    output.print(
        plaid.console(),
        new Outcome(folder.toString(), deleted, left, missing, seconds),
        String.format(
            Locale.ROOT,
            "%s deleted, %d left in %s, in %.2f s",
            Table.count(deleted, "record"),
            left,
            folder,
            seconds));
  }
}
