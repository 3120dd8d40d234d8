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
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.lucene.index.DirectoryReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code plaid merge}: merges segments. */
@Command(
    name = "merge",
    description = {
      "Merges the segments of an index.",
      "That makes it smaller and faster to search, and rids it of what was deleted. Codes are"
          + " copied as they are.",
      "Until it is done there has to be room for the index twice. If anything fails, it is as it"
          + " was."
    },
    mixinStandardHelpOptions = true)
final class MergeCommand implements Callable<Integer> {
  @ParentCommand private Plaid plaid;

  @Parameters(paramLabel = "INDEX", description = "Folder of the index.")
  private Path folder;

  @Option(
      names = "--segments",
      defaultValue = "1",
      paramLabel = "N",
      description = "Merge until there are no more segments (default: ${DEFAULT-VALUE}).")
  private int segments;

  @Mixin private OutputOptions output;

  /** The object that {@code --json} prints. */
  private record Outcome(String index, Size before, Size after, double seconds) {}

  private record Size(int segments, int deleted, long bytes) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s of %,d bytes%s",
          Table.count(segments, "segment"),
          bytes,
          deleted > 0 ? " with " + Table.count(deleted, "deleted document") : "");
    }
  }

  @Override
  public Integer call() throws IOException {
    if (segments < 1) {
      throw UserException.usage("--segments " + segments + ": expected 1 or more");
    }
    Size before;
    Size after;
    try (IndexChange change = new IndexChange(folder)) {
      before = size(change, change.before());
      change.builder().merge(segments);
      change.commit();
      try (DirectoryReader reader = DirectoryReader.open(change.directory())) {
        after = size(change, reader);
      }
    }
    double seconds = output.seconds();
    output.print(
        plaid.console(),
        new Outcome(folder.toString(), before, after, seconds),
        String.format(
            Locale.ROOT, "%s, before %s, in %s, in %.2f s", after, before, folder, seconds));
    return 0;
  }

  private static Size size(IndexChange change, DirectoryReader reader) throws IOException {
    long bytes = IndexFolder.bytes(change.directory());
    return new Size(reader.leaves().size(), reader.numDeletedDocs(), bytes);
  }
}
