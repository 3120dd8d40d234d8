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
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/**
 * {@code plaid fit-projection}: computes the mean and the principal components of a text's tokens.
 */
@Command(
    name = "fit-projection",
    description = {
      "Fits the projection that makes the tokens of the built-in model smaller.",
      "The one that plaid uses is the resource minilm-128.npy of its jar."
    },
    mixinStandardHelpOptions = true)
final class FitProjectionCommand implements Callable<Integer> {
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
      paramLabel = "FILE",
      description = "NPY file to write: the mean, then the components.")
  private Path output;

  @Option(
      names = "--dimension",
      defaultValue = "128",
      paramLabel = "N",
      description = "How many components to keep (default: ${DEFAULT-VALUE}).")
  private int dimension;

  @Mixin private InputOptions inputOptions;

  @Option(names = "--force", description = "Replace the file if it exists.")
  private boolean force;

  @Override
  public Integer call() throws IOException {
    OutputFile.checkPlace(output, force);
    ConvertCommand.checkFolder(output);
    List<Passage> contents = inputOptions.read(texts, "TEXT", plaid.console());
    ProjectionFitter fitter;
    try (TextEncoder encoder = TextEncoder.unprojected();
        Progress progress = plaid.console().progress("Encoding", " texts", contents.size())) {
      int hidden = encoder.encodeQuery("dimension").vectors()[0].length;
      if (dimension < 1 || dimension > hidden) {
        throw UserException.usage("--dimension " + dimension + ": expected 1 to " + hidden);
      }
      fitter = new ProjectionFitter(hidden);
      new RecordEncoder(encoder)
          .encode(
              contents,
              (passage, encoded) -> {
                fitter.add(encoded.vectors());
                progress.step(passage.id().equals(passage.recordId()) ? 1 : 0);
              });
    }
    ProjectionFitter.Fit fit = fitter.fit(dimension);
    try (OutputFile file = new OutputFile(output, force)) {
      fit.projection().write(file.path());
      file.finish();
    }
    String summary =
        String.format(
            Locale.ROOT,
            "%d tokens of %d texts: %.1f %% of their variance is in %d of %d dimensions, in %s",
            fitter.count(),
            contents.size(),
            100 * fit.explained(),
            dimension,
            fit.projection().from(),
            output);
    plaid.console().out().println(summary);
    return 0;
  }
}
