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

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.luceneplaid.encoder.TextEncoder;
import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.fsvi.files.internal.Replacement;
import io.github.luceneplaid.plaid.TokenPooling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code plaid encode}: text to NPY. */
@Command(
    name = "encode",
    description = {
      "Turns texts into token vectors.",
      "Writes tokens.npy (a row per token), doclens.json (tokens per text) and ids.json; with",
      "--pieces also pieces.json, the number of each token's piece in the model's vocabulary.",
      "Texts that are too long for the model become several, which records.json tells, unless",
      "--truncate keeps what the model sees of each."
    },
    mixinStandardHelpOptions = true)
final class EncodeCommand implements Callable<Integer> {
  private static final String TOKENS = "tokens.npy";
  private static final String LENGTHS = "doclens.json";
  private static final String IDS = "ids.json";
  private static final String PIECES = "pieces.json";

  /** The files in the order in which they are put. */
  private static final List<String> FILES =
      List.of(TOKENS, IDS, PIECES, TokenFiles.RECORDS, LENGTHS);

  @ParentCommand private Plaid plaid;

  @Parameters(
      arity = "1..*",
      paramLabel = "TEXT",
      description =
          "Folder, .md, .jsonl or .json file, or a file with a text per line, - for standard"
              + " input.")
  private List<Path> texts;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "DIR",
      description = "Where to write; made if it does not exist.")
  private Path output;

  @Option(names = "--query", description = "Encode as queries: up to 32 pieces, not 180.")
  private boolean query;

  @Option(names = "--f32", description = "Write float32 instead of float16.")
  private boolean single;

  @Option(names = "--pieces", description = "Write the numbers of the pieces, too.")
  private boolean withPieces;

  @Option(
      names = "--truncate",
      description = "Leave out of each text what the model does not see; says how many are cut.")
  private boolean truncate;

  @Mixin private InputOptions inputOptions;
  @Mixin private PoolOptions poolOptions;

  @Option(
      names = "--force",
      description = "Replace files that exist, all of them or, if anything fails, none.")
  private boolean force;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "Another model: model.onnx and tokenizer.json.")
  private Path model;

  @Mixin private OutputOptions outputOptions;

  /** The object that {@code --json} prints. */
  private record Outcome(String folder, int texts, long tokens, double seconds) {}

  @Override
  public Integer call() throws IOException {
    TokenPooling pooling = poolOptions.pooling();
    if (pooling.factor() > 1 && (query || withPieces)) {
      throw UserException.usage("--pool-factor goes neither with --query nor with --pieces");
    }
    OutputFolder.check(output);
    checkPlaces();
    List<Passage> passages = inputOptions.read(texts, "TEXT", plaid.console());
    List<Passage> encoded = new ArrayList<>();
    long tokens;
    try (OutputFolder made = new OutputFolder(output);
        TemporaryFolder folder =
            TemporaryFolder.make(() -> Replacement.temporaryFolder(output.resolve("encoded")))) {
      tokens = write(folder.path(), passages, pooling, encoded);
      replaceFiles(folder);
      made.finish();
    }
    double seconds = outputOptions.seconds();
    outputOptions.print(
        plaid.console(),
        new Outcome(output.toString(), encoded.size(), tokens, seconds),
        Table.count(encoded.size(), "text")
            + ", "
            + Table.count(tokens, "token")
            + " in "
            + output
            + ", in "
            + OutputOptions.rate(seconds, tokens, "tokens"));
    return 0;
  }

  private void checkPlaces() {
    for (String name : FILES) {
      OutputFile.checkPlace(output.resolve(name), force);
    }
  }

  /** Writes all files into a folder; returns the number of tokens. */
  private long write(
      Path folder, List<Passage> passages, TokenPooling pooling, List<Passage> encoded)
      throws IOException {
    List<Integer> lengths = new ArrayList<>();
    IntStream.Builder pieces = IntStream.builder();
    long tokens;
    try (TextEncoder encoder = TextEncoder.open(model)) {
      Output to = new Output(encoded, lengths, pieces);
      tokens = encode(encoder, passages, pooling, folder.resolve(TOKENS), to);
    }
    ObjectMapper mapper = new ObjectMapper();
    mapper.writeValue(folder.resolve(LENGTHS).toFile(), lengths);
    List<String> ids = encoded.stream().map(Passage::id).toList();
    mapper.writeValue(folder.resolve(IDS).toFile(), ids);
    if (encoded.stream().anyMatch(passage -> passage.record() != null)) {
      List<String> records = new ArrayList<>();
      encoded.forEach(passage -> records.add(passage.record()));
      mapper.writeValue(folder.resolve(TokenFiles.RECORDS).toFile(), records);
    }
    if (withPieces) {
      mapper.writeValue(folder.resolve(PIECES).toFile(), pieces.build().toArray());
    }
    return tokens;
  }

  private void replaceFiles(TemporaryFolder temporary) throws IOException {
    Replacement.sync(temporary.path());
    checkPlaces(); // another command may have written there meanwhile
    temporary.keep();
    replaceFiles(temporary.path(), output);
  }

  /**
   * Replaces all files or none, because files of two runs do not belong together. The lengths go
   * first and come last. If the process dies meanwhile, they are missing, and nobody reads the
   * others.
   */
  static void replaceFiles(Path from, Path to) throws IOException {
    try (Replacement replacement = new Replacement()) {
      replacement.remove(to.resolve(LENGTHS));
      for (String name : FILES) {
        if (Files.exists(from.resolve(name))) {
          replacement.put(from.resolve(name), to.resolve(name));
        } else {
          replacement.remove(to.resolve(name));
        }
      }
      replacement.finish();
    }
  }

  /** The encoded passages, the number of tokens of each, and the numbers of their pieces. */
  private record Output(List<Passage> passages, List<Integer> lengths, IntStream.Builder pieces) {}

  private long encode(
      TextEncoder encoder, List<Passage> passages, TokenPooling pooling, Path file, Output to)
      throws IOException {
    int dimension = encoder.encodeQuery("dimension").vectors()[0].length;
    long[] tokens = {0};
    ElementType type = single ? ElementType.FLOAT32 : ElementType.FLOAT16;
    try (NpyWriter writer = new NpyWriter(file, type, dimension);
        Progress progress = plaid.console().progress("Encoding", " texts", passages.size())) {
      RecordEncoder.Sink sink =
          (passage, encoded) -> {
            RecordWriter.checkFinite(passage, encoded.vectors());
            float[][] vectors = PoolOptions.pool(pooling, passage.id(), encoded.vectors());
            for (float[] vector : vectors) {
              writer.add(vector);
            }
            to.passages.add(passage);
            to.lengths.add(vectors.length);
            Arrays.stream(encoded.pieces()).forEach(to.pieces);
            tokens[0] += vectors.length;
            progress.stepTo(to.passages.size());
          };
      if (query) {
        QueryReader reader = new QueryReader(plaid.console()::note);
        for (Passage passage : passages) {
          sink.accept(passage, reader.encode(passage.text(), encoder));
        }
      } else if (truncate) {
        noteTruncated(encoder, passages);
        List<String> whole = passages.stream().map(Passage::text).toList();
        encoder.encodeDocuments(whole, (i, encoded) -> sink.accept(passages.get(i), encoded));
      } else {
        new RecordEncoder(encoder).encode(passages, sink);
      }
      writer.finish();
    }
    return tokens[0];
  }

  private void noteTruncated(TextEncoder encoder, List<Passage> passages) {
    long cut = passages.stream().filter(passage -> encoder.sees(passage.text()) == false).count();
    if (cut > 0) {
      plaid.console().note(Table.count(cut, "text") + " cut to what the model sees");
    }
  }
}
