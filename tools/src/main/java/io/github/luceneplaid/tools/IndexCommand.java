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
import io.github.luceneplaid.plaid.TokenPooling;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.lucene.codecs.DocValuesFormat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code plaid index}: indexes text or NPY files with Lucene. */
@Command(
    name = "index",
    description = {
      "Writes a Lucene index of texts, or of token vectors that were encoded before.",
      "Fields: id (keyword), title (as a term), text (its words), tokens (late interaction), and"
          + " what else JSON records have: strings and booleans as terms (their first 1,024 bytes),"
          + " numbers to search and sort by. In objects names are joined by dots; of arrays each"
          + " value counts. All but tokens are stored."
    },
    mixinStandardHelpOptions = true)
final class IndexCommand implements Callable<Integer> {
  @ParentCommand private Plaid plaid;

  @Parameters(
      arity = "1..*",
      paramLabel = "INPUT",
      description =
          "Folder, .md, .jsonl or .json file, or a file with a text per line, - for standard input;"
              + " or an .npy or .npz file of tokens.")
  private List<Path> inputs;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "DIR",
      description = "Folder of the index; made if it does not exist.")
  private Path output;

  @Mixin private TokenOptions tokenOptions;
  @Mixin private InputOptions inputOptions;
  @Mixin private FormatOptions formatOptions;
  @Mixin private PoolOptions poolOptions;

  @Option(
      names = "--commit-every",
      defaultValue = "0",
      paramLabel = "N",
      description =
          "Write a segment after every N documents (default: when memory is full). All are"
              + " committed at once, at the end.")
  private int commitEvery;

  @Option(names = "--merge", description = "Merge to one segment at the end.")
  private boolean merge;

  @Option(names = "--force", description = "Replace an index that exists.")
  private boolean force;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Another model: model.onnx and tokenizer.json.")
  private Path model;

  @Mixin private OutputOptions outputOptions;

  private TokenPooling pooling;
  private final IndexSettings settings = new IndexSettings();

  /** The object that {@code --json} prints. */
  private record Outcome(
      String index, long documents, long passages, long tokens, long bytes, double seconds) {}

  @Override
  public Integer call() throws IOException {
    if (commitEvery < 0) {
      throw UserException.usage("--commit-every " + commitEvery + ": expected 0 or more");
    }
    DocValuesFormat format = formatOptions.format(null);
    pooling = poolOptions.pooling();
    formatOptions.keep(settings);
    settings.setPooling(pooling);
    Path first = inputs.get(0);
    if (TokenInput.isOne(first)) {
      if (inputs.size() > 1) {
        throw UserException.usage("INPUT: expected one .npy or .npz file, or texts only");
      }
      if (model != null) {
        throw UserException.usage("--model: " + first + " is encoded already");
      }
      inputOptions.checkNoneFor(first);
      indexMatrix(format, first);
    } else {
      tokenOptions.checkNoneForTexts();
      indexTexts(format);
    }
    return 0;
  }

  private void indexMatrix(DocValuesFormat format, Path file) throws IOException {
    try (TokenInput texts = tokenOptions.open(file, new Ids(), plaid.console()::note);
        NewIndex index = IndexFolder.create(output, force);
        IndexBuilder builder = IndexBuilder.create(index, format, settings);
        Progress progress = plaid.console().progress("Indexing", " documents", texts.size())) {
      RecordWriter records = new RecordWriter(builder, pooling, Map.of(), 0);
      for (int i = 0; i < texts.size(); i++) {
        add(builder, records, texts.passage(i), texts.next());
        progress.step(1);
      }
      finish(builder, index, records);
    }
  }

  private void indexTexts(DocValuesFormat format) throws IOException {
    for (Path input : inputs) {
      ForeignIndex.refuse(input);
    }
    TextFiles texts = new TextFiles(inputOptions.decoder(), plaid.console()::note);
    texts.read(InputFiles.of(inputs, "INPUT", plaid.console()::note));
    texts.checkAny(inputs, "INPUT");
    Ids ids = new Ids();
    TextFiles.Records read = texts.records(ids, true);
    settings.setInputs(inputs.stream().filter(InputFiles::isRepeatable).toList());
    settings.setEncoding(inputOptions.encoding());
    int size = read.passages().size();
    try (TextEncoder encoder = TextEncoder.open(model);
        NewIndex index = IndexFolder.create(output, force)) {
      settings.setModel(encoder);
      try (IndexBuilder builder = IndexBuilder.create(index, format, settings);
          Progress progress = plaid.console().progress("Indexing", " documents", size)) {
        builder.expect(read.passages(), plaid.console()::note);
        RecordWriter records = new RecordWriter(builder, pooling, read.sources(), 0);
        new RecordEncoder(encoder)
            .encode(
                read.passages(),
                ids,
                parts -> false,
                (passage, encoded) -> {
                  add(builder, records, passage, encoded.vectors());
                  progress.stepTo(records.records());
                });
        finish(builder, index, records);
      }
    }
  }

  private void add(IndexBuilder builder, RecordWriter records, Passage passage, float[][] vectors)
      throws IOException {
    records.add(passage, vectors);
    if (commitEvery > 0 && records.passages() % commitEvery == 0) {
      builder.flush();
    }
  }

  private void finish(IndexBuilder builder, NewIndex index, RecordWriter records)
      throws IOException {
    if (merge) {
      builder.merge();
    }
    builder.finish();
    index.finish();
    long bytes = IndexFolder.bytes(index.directory());
    double seconds = outputOptions.seconds();
    outputOptions.print(
        plaid.console(),
        new Outcome(
            output.toString(),
            records.records(),
            records.passages(),
            records.tokens(),
            bytes,
            seconds),
        records.summary("document")
            + " in "
            + output
            + " ("
            + bytes
            + " bytes), in "
            + OutputOptions.rate(seconds, records.tokens(), "tokens"));
  }
}
