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

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.exchange.PlaidExport;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.store.Directory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code plaid export}: the tokens of an index to a PLAID directory. */
@Command(
    name = "export",
    description = {
      "Writes the tokens of an index as a PLAID directory for next-plaid 1.8.5.",
      "Codes that were imported from one directory go out as they came; others are made by PLAID's"
          + " rules. Documents that were deleted are left out.",
      "Stored fields become the columns of metadata.db, with an index of their words; several"
          + " values of a field become a JSON array."
    },
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
  @ParentCommand private Plaid plaid;

  @Parameters(index = "0", paramLabel = "INDEX", description = "Folder of the index.")
  private Path source;

  @Parameters(
      index = "1",
      paramLabel = "DIR",
      description = "Folder to make, in a folder that exists.")
  private Path target;

  @Option(
      names = "--field",
      defaultValue = IndexBuilder.TOKENS,
      paramLabel = "FIELD",
      description = "Field of the tokens (default: ${DEFAULT-VALUE}).")
  private String field;

  @Option(
      names = "--order",
      paramLabel = "FIELD",
      description =
          "Numeric field that documents come in the order of; those without one come last, in the"
              + " order of the index (default: order, if there is one).")
  private String order;

  @Option(
      names = "--bits",
      defaultValue = "4",
      paramLabel = "N",
      description =
          "Bits per dimension of codes that are made: 1, 2, 4 or 8 (default: ${DEFAULT-VALUE}).")
  private int bits;

  @Option(names = "--no-metadata", description = "Leave stored fields out.")
  private boolean noMetadata;

  @Option(
      names = "--force",
      description = "Replace the folder, if it is empty or a PLAID directory.")
  private boolean force;

  @Mixin private OutputOptions output;

  /** The object that {@code --json} prints. */
  private record Outcome(
      String index,
      String directory,
      int documents,
      long tokens,
      boolean encoded,
      List<String> metadata,
      double seconds) {}

  /** Shows the progress of the export, and writes the metadata. */
  private final class Companion implements PlaidExport.Companion, Closeable {
    private final IndexReader reader;
    private final Steps steps = new Steps(plaid.console(), "Exporting");
    private List<String> metadata = List.of();
    private TemporaryFolder temporary;

    Companion(IndexReader reader) {
      this.reader = reader;
    }

    @Override
    public void started(Path folder) {
      temporary = new TemporaryFolder(folder);
    }

    @Override
    public void placing() throws IOException {
      temporary.keep();
    }

    @Override
    public void progress(long done, long all) {
      steps.to(done, all);
    }

    @Override
    public void complete(Path folder, int[] documents) throws IOException {
      steps.close();
      if (noMetadata == false) {
        try (Progress progress =
            plaid.console().progress("Writing metadata", " documents", 2L * documents.length)) {
          metadata = StoredMetadata.write(folder, reader, documents, progress);
        }
      }
    }

    @Override
    public void close() {
      steps.close();
      if (temporary != null) {
        temporary.close();
      }
    }
  }

  @Override
  public Integer call() throws IOException {
    Path folder = AbsolutePath.of(target);
    checkTarget(folder);
    PlaidExport.Options options = options();
    try (Directory directory = IndexFolder.open(source);
        DirectoryReader reader = DirectoryReader.open(directory);
        Companion companion = new Companion(reader)) {
      checkApart(folder);
      checkField(reader);
      String orderField = orderField(reader);
      options = orderField == null ? options : options.orderedBy(orderField);
      PlaidExport.Result result;
      try {
        result = PlaidExport.to(reader, field, folder, options, companion);
      } catch (IllegalArgumentException e) {
        throw new UserException(source + ": " + e.getMessage(), e);
      }
      report(result, companion.metadata);
    }
    return 0;
  }

  private PlaidExport.Options options() {
    try {
      PlaidExport.Options options = PlaidExport.Options.ofDefaults().withBits(bits);
      return force ? options.replacing() : options;
    } catch (IllegalArgumentException e) {
      throw UserException.usage("--bits: " + e.getMessage());
    }
  }

  /** Refuses to replace anything but a PLAID directory, because the whole folder is deleted. */
  private void checkTarget(Path folder) throws IOException {
    if (folder.getParent() == null || Files.isDirectory(folder.getParent()) == false) {
      throw new UserException(target + ": expected to be made in a folder that exists");
    }
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS) == false) {
      return;
    }
    if (force == false) {
      throw new UserException(target + ": exists (--force replaces it)");
    }
    OutputFolder.check(target);
    boolean isPlaid =
        Files.exists(folder.resolve("metadata.json"))
            && Files.exists(folder.resolve("centroids.npy"));
    try (Stream<Path> files = Files.list(folder)) {
      if (isPlaid == false && files.findAny().isPresent()) {
        throw new UserException(
            target + ": expected a PLAID directory to replace, found other files");
      }
    }
  }

  /** Refuses a target that holds the index, and would be deleted with it, or that is in it. */
  private void checkApart(Path folder) throws IOException {
    Path index = source.toRealPath();
    Path name = folder.getParent().toRealPath().resolve(folder.getFileName());
    // A link is replaced itself, but what it leads to is not what the user wants to lose either
    for (Path place : List.of(name, Files.exists(folder) ? folder.toRealPath() : name)) {
      if (index.startsWith(place) || place.startsWith(index)) {
        throw new UserException(
            target
                + ": expected a folder apart from the index "
                + source
                + ", found one "
                + (index.startsWith(place) ? "that holds it" : "in it"));
      }
    }
  }

  /** Refuses a field of another kind, and tells which fields have tokens. */
  private void checkField(DirectoryReader reader) throws IOException {
    FieldInfo info = FieldInfos.getMergedFieldInfos(reader).fieldInfo(field);
    if (info != null && info.getDocValuesType() == DocValuesType.BINARY) {
      return;
    }
    Set<String> withTokens = new TreeSet<>();
    for (LeafReaderContext leaf : reader.leaves()) {
      for (FieldInfo other : leaf.reader().getFieldInfos()) {
        if (other.getDocValuesType() == DocValuesType.BINARY
            && PlaidDocValuesFormat.statistics(leaf.reader(), other.name) != null) {
          withTokens.add(other.name);
        }
      }
    }
    DocValuesType type = info == null ? DocValuesType.NONE : info.getDocValuesType();
    throw new UserException(
        source
            + ": --field "
            + field
            + ": the field has no tokens"
            + (info == null ? ", it does not exist" : ", but doc values of type " + type)
            + "; found tokens in "
            + (withTokens.isEmpty() ? "no field" : String.join(", ", withTokens)));
  }

  /** The field that the user names, or else the one that an import has made. */
  private String orderField(DirectoryReader reader) {
    String name = order == null ? IndexBuilder.ORDER : order;
    FieldInfo info = FieldInfos.getMergedFieldInfos(reader).fieldInfo(name);
    if (info != null && info.getDocValuesType() == DocValuesType.NUMERIC) {
      return name;
    }
    if (order != null) {
      throw new UserException(source + ": --order " + order + ": expected numeric doc values");
    }
    return null;
  }

  private void report(PlaidExport.Result result, List<String> metadata) {
    double seconds = output.seconds();
    output.print(
        plaid.console(),
        new Outcome(
            source.toString(),
            target.toString(),
            result.documents(),
            result.tokens(),
            result.encoded(),
            metadata,
            seconds),
        Table.count(result.documents(), "document")
            + ", "
            + Table.count(result.tokens(), "token")
            + " in "
            + target
            + (result.encoded() ? ", encoded anew" : ", codes as they were")
            + (metadata.isEmpty() ? "" : ", with " + String.join(", ", metadata))
            + ", in "
            + OutputOptions.rate(seconds, result.tokens(), "tokens"));
  }
}
