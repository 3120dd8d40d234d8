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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code plaid add}: adds records to an existing index. */
@Command(
    name = "add",
    description = {
      "Adds records to an index that is there.",
      "Texts, or tokens that were encoded before: all of them or, if anything fails, none. They are"
          + " treated as the index was made: by its model, its bits, its pooling. An id or a file"
          + " that is there already is an error, unless --replace says what to do.",
      "To take what has changed of the files that an index was made of, use plaid update."
    },
    mixinStandardHelpOptions = true)
final class AddCommand implements Callable<Integer> {
  private static final String ADVICE = " (--replace replaces it)";

  @ParentCommand private Plaid plaid;

  @Parameters(index = "0", paramLabel = "INDEX", description = "Folder of the index.")
  private Path folder;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "INPUT",
      description =
          "Folder, .md, .jsonl or .json file, or a file with a text per line, - for standard input;"
              + " or an .npy or .npz file of tokens.")
  private List<Path> inputs;

  @Option(
      names = "--replace",
      description = "Replace the records whose ids are given again, and those of the same files.")
  private boolean replace;

  @Mixin private TokenOptions tokenOptions;
  @Mixin private InputOptions inputOptions;
  @Mixin private ModelOptions modelOptions;
  @Mixin private OutputOptions output;

  private long replaced;

  /** The object that {@code --json} prints. */
  private record Outcome(
      String index,
      long records,
      long passages,
      long tokens,
      long replaced,
      long bytes,
      double seconds) {}

  @Override
  public Integer call() throws IOException {
    boolean matrix = TokenInput.isOne(inputs.get(0));
    if (matrix && inputs.size() > 1) {
      throw UserException.usage("INPUT: expected one .npy or .npz file, or texts only");
    }
    if (matrix == false) {
      tokenOptions.checkNoneForTexts();
    }
    for (Path input : inputs) {
      ForeignIndex.refuse(input);
    }
    try (IndexChange change = new IndexChange(folder)) {
      RecordWriter added = matrix ? addMatrix(change, inputs.get(0)) : addTexts(change);
      change.commit();
      report(added, IndexFolder.bytes(change.directory()));
    }
    return 0;
  }

  private RecordWriter addMatrix(IndexChange change, Path file) throws IOException {
    if (replace) {
      throw UserException.usage("--replace goes with texts, not with tokens");
    }
    modelOptions.checkNoneFor(file);
    inputOptions.checkNoneFor(file);
    RecordWriter writer = change.writer(new TextFiles.Records(List.of(), Map.of()));
    Ids all = freeIds(change, "");
    try (TokenInput tokens = tokenOptions.open(file, all, plaid.console()::note);
        Progress progress = plaid.console().progress("Adding", " documents", tokens.size())) {
      for (int i = 0; i < tokens.size(); i++) {
        writer.add(tokens.passage(i), tokens.next());
        progress.step(1);
      }
    }
    return writer;
  }

  private RecordWriter addTexts(IndexChange change) throws IOException {
    IndexedRecords there = change.records();
    List<InputFiles.InputFile> files =
        InputFiles.of(inputs, "INPUT", plaid.console()::note, there.files());
    IndexSettings settings = change.settings();
    TextFiles texts =
        new TextFiles(new SameReading(inputOptions, settings, there), plaid.console()::note);
    texts.read(files);
    texts.checkAny(inputs, "INPUT");
    long before = there.count();
    for (InputFiles.InputFile file : files) {
      if (file.known() != null) {
        replaceFile(change, file);
      }
    }
    if (replace) {
      replaceRecords(change, there, texts.givenIds());
    }
    replaced = before - change.records().count();
    Ids all = freeIds(change, ADVICE);
    TextFiles.Records records = texts.records(all, false);
    // An update looks at what was added, too
    settings.setInputs(InputFiles.union(settings.inputs(), inputs));
    inputOptions.keepEncoding(inputs, settings);
    change.builder().keep(settings);
    change.builder().expect(records.passages(), plaid.console()::note);
    try (TextEncoder encoder = modelOptions.openToAdd(plaid.console(), folder, change.before())) {
      return change.add(records, all, encoder, parts -> false, plaid.console());
    }
  }

  private static Ids freeIds(IndexChange change, String advice) throws IOException {
    return change.ids(change.records(), Set.of(), advice);
  }

  private void replaceFile(IndexChange change, InputFiles.InputFile file) throws IOException {
    if (replace == false) {
      throw new UserException(
          file.path()
              + ": is in "
              + folder
              + " already (--replace replaces its records, plaid update takes what has changed)");
    }
    change.deleteFile(file.known().path());
  }

  /**
   * Deletes the records that are replaced. An id that names only a passage of another record
   * deletes nothing: the record will be refused.
   */
  private static void replaceRecords(IndexChange change, IndexedRecords there, Set<String> given)
      throws IOException {
    for (String id : given) {
      if (id.equals(there.recordOf(id))) {
        change.builder().deleteRecord(id);
      }
    }
  }

  private void report(RecordWriter added, long bytes) {
    double seconds = output.seconds();
    output.print(
        plaid.console(),
        new Outcome(
            folder.toString(),
            added.records(),
            added.passages(),
            added.tokens(),
            replaced,
            bytes,
            seconds),
        added.summary("record")
            + " added to "
            + folder
            + (replaced > 0 ? ", " + Table.count(replaced, "record") + " replaced" : "")
            + ", in "
            + OutputOptions.rate(seconds, added.tokens(), "tokens"));
  }
}
