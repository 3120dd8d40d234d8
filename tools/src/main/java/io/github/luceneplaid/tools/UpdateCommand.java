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
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.store.Directory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code plaid update}: brings an index up to date with the files it was made of. */
@Command(
    name = "update",
    description = {
      "Brings an index up to date with the files it was made of.",
      "New files are added, changed ones replaced, the records of those that are gone deleted. If"
          + " anything fails, the index is as it was.",
      "A file has changed if its size or the time of its modification is another, and its content"
          + " is another. Only what is new or changed of it is encoded, by the model the index was"
          + " written with."
    },
    mixinStandardHelpOptions = true)
final class UpdateCommand implements Callable<Integer> {
  @ParentCommand private Plaid plaid;

  @Parameters(index = "0", paramLabel = "INDEX", description = "Folder of the index.")
  private Path folder;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "INPUT",
      description =
          "Files and folders to look at; from now on the index is made of them, too (default: all"
              + " it was made of).")
  private List<Path> inputs = List.of();

  @Option(
      names = {"-n", "--dry-run"},
      description = "Tell what would be done, file by file, and leave the index as it is.")
  private boolean dryRun;

  @Mixin private InputOptions inputOptions;
  @Mixin private ModelOptions modelOptions;
  @Mixin private OutputOptions output;

  private IndexSettings settings;
  private List<Path> roots;
  private FileChanges changes;
  private TextFiles texts;

  /** The object that {@code --json} prints. */
  private record Outcome(
      String index,
      boolean dryRun,
      List<String> added,
      List<String> changed,
      List<String> removed,
      int unchanged,
      long records,
      long passages,
      long tokens,
      double seconds) {}

  @Override
  public Integer call() throws IOException {
    if (dryRun) {
      try (Directory directory = IndexFolder.open(folder);
          DirectoryReader reader = DirectoryReader.open(directory)) {
        look(IndexSettings.of(reader), new IndexedRecords(reader));
      }
      report(null);
    } else {
      try (IndexChange change = new IndexChange(folder)) {
        look(change.settings(), change.records());
        report(update(change));
      }
    }
    return 0;
  }

  private void look(IndexSettings before, IndexedRecords there) throws IOException {
    settings = before;
    Notes notes = plaid.console()::note;
    List<Path> recorded = settings.inputs();
    roots = InputFiles.union(recorded, inputs);
    if (roots.isEmpty()) {
      throw new UserException(
          folder + ": was not made of files that are known; name the files or folders to take");
    }
    changes = FileChanges.find(folder, there.knownFiles(), roots, inputs, notes);
    texts = new TextFiles(new SameReading(inputOptions, settings, there), notes);
    texts.read(changes.fresh());
    texts.read(changes.changed());
  }

  /** Returns what was encoded; null if nothing was. */
  private RecordWriter update(IndexChange change) throws IOException {
    IndexBuilder builder = change.builder();
    for (String path : changes.removed()) {
      change.deleteFile(path);
    }
    for (SourceFile file : changes.touched()) {
      change.touch(file);
    }
    keepSettings(builder);
    IndexedRecords there = change.records();
    Set<String> changed =
        changes.changed().stream().map(UpdateCommand::path).collect(Collectors.toSet());
    Ids ids = change.ids(there, changed, "");
    TextFiles.Records records = texts.records(ids, false);
    builder.expect(records.passages(), plaid.console()::note);
    ChangedFiles files = new ChangedFiles(builder, there, records);
    for (InputFiles.InputFile file : changes.changed()) {
      files.update(texts.source(file));
      change.forget(path(file));
    }
    TextFiles.Records rest = files.rest();
    RecordWriter added = null;
    if (rest.passages().isEmpty() == false) {
      try (TextEncoder encoder = modelOptions.openToAdd(plaid.console(), folder, change.before())) {
        added = change.add(rest, ids, encoder, files::keep, plaid.console());
      }
    }
    change.commit();
    return added;
  }

  /** Keeps new files and folders to look at, and the encoding of what was read. */
  private void keepSettings(IndexBuilder builder) throws IOException {
    List<Path> before = settings.inputs();
    List<Path> read = new ArrayList<>(roots);
    read.removeAll(before);
    changes.fresh().forEach(file -> read.add(file.path()));
    changes.changed().forEach(file -> read.add(file.path()));
    boolean keep = inputOptions.keepEncoding(read, settings);
    if (roots.equals(before) == false) {
      settings.setInputs(roots);
      keep = true;
    }
    if (keep) {
      builder.keep(settings);
    }
  }

  private void report(RecordWriter added) {
    // The index does not know files that never had records, so the next update reads them again
    Set<InputFiles.InputFile> withRecords = texts.files();
    List<String> fresh =
        changes.fresh().stream().filter(withRecords::contains).map(UpdateCommand::path).toList();
    List<String> changed = changes.changed().stream().map(UpdateCommand::path).toList();
    List<String> removed = List.copyOf(changes.removed());
    if (dryRun && output.json() == false) {
      print("added", fresh);
      print("changed", changed);
      print("removed", removed);
    }
    double seconds = output.seconds();
    String counts =
        String.format(
            Locale.ROOT,
            "%d added, %d changed, %d removed, %d unchanged",
            fresh.size(),
            changed.size(),
            removed.size(),
            changes.unchanged());
    String encoded =
        added == null
            ? String.format(Locale.ROOT, ", in %.2f s", seconds)
            : "; "
                + added.summary("record")
                + " encoded, in "
                + OutputOptions.rate(seconds, added.tokens(), "tokens");
    output.print(
        plaid.console(),
        new Outcome(
            folder.toString(),
            dryRun,
            fresh,
            changed,
            removed,
            changes.unchanged(),
            added == null ? 0 : added.records(),
            added == null ? 0 : added.passages(),
            added == null ? 0 : added.tokens(),
            seconds),
        folder + ": " + counts + encoded);
  }

  private static String path(InputFiles.InputFile file) {
    return SourceFile.path(file.path());
  }

  private void print(String what, List<String> paths) {
    paths.forEach(path -> plaid.console().out().println(what + "\t" + Console.visible(path)));
  }
}
