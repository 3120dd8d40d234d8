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

import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.FsviFileWriter;
import io.github.luceneplaid.fsvi.files.MmapArrayWriter;
import io.github.luceneplaid.fsvi.files.MvecFile;
import io.github.luceneplaid.fsvi.files.MvecFileWriter;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.fsvi.files.VectorRows;
import io.github.luceneplaid.fsvi.files.VectorRowsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code plaid convert}: a file of vectors to another format. */
@Command(
    name = "convert",
    description = {
      "Copies vectors from a file to one of another format.",
      "Formats are told by extensions: .fsvi, .mvec, .mmap, .npy, .npz (only read). Rows that are"
          + " marked as deleted are left out. Arrays have no ids: from them ids are 0, 1, ...; an"
          + " .fsvi file has rows by the hash of their ids, and arrays made of it have them by the"
          + " ids, if these are numbers."
    },
    mixinStandardHelpOptions = true)
final class ConvertCommand implements Callable<Integer> {
  /** The embedder of vectors whose origin nobody has told. */
  private static final String UNKNOWN = "unknown";

  @ParentCommand private Plaid plaid;

  @Parameters(index = "0", paramLabel = "FROM", description = "File to read.")
  private Path from;

  @Parameters(index = "1", paramLabel = "TO", description = "File to write.")
  private Path to;

  @Option(
      names = "--from",
      paramLabel = "FORMAT",
      description = "Format of FROM, if its extension does not tell: ${COMPLETION-CANDIDATES}.")
  private VectorFormat fromFormat;

  @Option(
      names = "--to",
      paramLabel = "FORMAT",
      description = "Format of TO, if its extension does not tell: fsvi, mvec, mmap or npy.")
  private VectorFormat toFormat;

  @Option(
      names = "--ignore-wal",
      description = "Read an .fsvi file without the write-ahead log that is beside it.")
  private boolean ignoreLog;

  @Option(
      names = "--recover",
      description = "Read entries of an .mvec file that its header does not tell of yet, too.")
  private boolean recover;

  @Option(
      names = "--array",
      paramLabel = "NAME",
      description = "Array of an .npz file (default: the only one).")
  private String array;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description =
          "Elements of an .fsvi or .npy file: float16 or float32 (default: float16 if those of FROM"
              + " are).")
  private ElementType type;

  @Option(
      names = "--metric",
      paramLabel = "METRIC",
      description =
          "Metric of an .mvec file: ${COMPLETION-CANDIDATES} (default: that of FROM, else cosine).")
  private MvecFile.Metric metric;

  @Option(
      names = "--embedder",
      paramLabel = "ID",
      description =
          "What made the vectors, for an .fsvi file (default: that of FROM, else unknown).")
  private String embedder;

  @Option(names = "--force", description = "Replace TO if it exists.")
  private boolean force;

  @Mixin private OutputOptions output;

  /** The numbers that became 0 by rounding them to 16 bits. */
  private long zeros;

  /** The object that {@code --json} prints. */
  private record Outcome(
      String from,
      String to,
      long vectors,
      int dimension,
      long deleted,
      long beyond,
      double seconds) {}

  @Override
  public Integer call() throws IOException {
    VectorFormat source = VectorFormat.of(from, fromFormat, "--from");
    VectorFormat target = VectorFormat.of(to, toFormat, "--to");
    if (target == VectorFormat.npz) {
      throw UserException.usage(to + ": .npz files are only read");
    }
    checkOptions(source, target);
    OutputFile.checkPlace(to, force);
    checkFolder(to);
    Path log = to.resolveSibling(to.getFileName() + ".wal");
    if (target == VectorFormat.fsvi && TokenIds.isThere(log)) {
      throw new UserException(
          log + ": found a log of another file of this name, expected none; delete it first");
    }
    VectorFormat.Reading reading = new VectorFormat.Reading(ignoreLog, recover, array);
    VectorFormat.Source opened = source.open(from, reading);
    try (VectorRows rows = opened.rows()) {
      boolean sorted = opened.fsvi() != null && target.hasIds() == false;
      int[] order = sorted ? RowOrder.byNumber(rows) : null;
      long copied;
      try (OutputFile file = new OutputFile(to, force)) {
        try (VectorRowsWriter writer = writer(file.path(), target, opened)) {
          copied = copy(rows, writer, order);
          writer.finish();
        }
        file.finish();
      }
      noteLosses(opened, target, order != null);
      report(opened, copied);
    }
    return 0;
  }

  /** Notes what TO does not have of FROM, in a line for each thing. */
  private void noteLosses(VectorFormat.Source source, VectorFormat target, boolean restored) {
    boolean hasIds = source.fsvi() != null || source.mvec() != null;
    if (hasIds && target.hasIds() == false) {
      String order = restored ? "these numbers" : from.toString();
      note("ids are left out, the format has none; rows are in the order of " + order);
    }
    if (source.mvec() != null && target != VectorFormat.mvec) {
      String name = source.mvec().metric().name().toLowerCase(Locale.ROOT);
      note("the metric " + name + " is left out, the format has none");
    }
    if (source.fsvi() != null && target != VectorFormat.fsvi) {
      String id = source.fsvi().embedderId();
      String revision = source.fsvi().embedderRevision();
      if (id.isEmpty() == false && id.equals(UNKNOWN) == false) {
        note("the embedder \"" + Ids.shown(id) + "\" is left out, the format has none");
      }
      if (revision.isEmpty() == false) {
        String shown = Ids.shown(revision);
        note("the embedder's revision \"" + shown + "\" is left out, the format has none");
      }
    }
    if (zeros > 0) {
      note(Table.count(zeros, "number") + " too small for a 16-bit float became 0");
    }
  }

  private void note(String loss) {
    plaid.console().note(to + ": " + loss);
  }

  /** Refuses options that these formats have no use for. */
  private void checkOptions(VectorFormat source, VectorFormat target) {
    check("--ignore-wal", ignoreLog, from, source, VectorFormat.fsvi);
    check("--recover", recover, from, source, VectorFormat.mvec);
    check("--array", array != null, from, source, VectorFormat.npz);
    check("--type", type != null, to, target, VectorFormat.fsvi, VectorFormat.npy);
    check("--metric", metric != null, to, target, VectorFormat.mvec);
    check("--embedder", embedder != null, to, target, VectorFormat.fsvi);
  }

  private static void check(
      String option, boolean given, Path file, VectorFormat format, VectorFormat... expected) {
    List<VectorFormat> formats = List.of(expected);
    if (given && formats.contains(format) == false) {
      String names = formats.stream().map(Enum::name).collect(Collectors.joining(" or "));
      throw UserException.usage(
          option + " goes with " + names + ", found " + format + " for " + file);
    }
  }

  /** Refuses to write into a folder that does not exist. */
  static void checkFolder(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null && Files.isDirectory(folder) == false) {
      throw new UserException(file + ": the folder " + folder + " is not there; make it first");
    }
  }

  private VectorRowsWriter writer(Path file, VectorFormat target, VectorFormat.Source source)
      throws IOException {
    int dimension = source.rows().dimension();
    try {
      return switch (target) {
        case fsvi -> {
          String own = source.fsvi() == null ? UNKNOWN : source.fsvi().embedderId();
          String revision = source.fsvi() == null ? "" : source.fsvi().embedderRevision();
          String id = embedder == null ? own : embedder;
          if (id.isEmpty()) {
            throw new UserException(
                to + ": found an embedder without a name, expected one; --embedder names it");
          }
          yield new FsviFileWriter(
              file, id, embedder == null ? revision : "", elements(source), dimension);
        }
        case mvec -> {
          MvecFile.Metric own =
              source.mvec() == null ? MvecFile.Metric.COSINE : source.mvec().metric();
          yield new MvecFileWriter(file, metric == null ? own : metric, dimension);
        }
        case mmap -> new MmapArrayWriter(file, ElementType.FLOAT32, dimension);
        case npy -> new NpyWriter(file, elements(source), dimension);
        case npz -> throw new AssertionError("was refused");
      };
    } catch (IllegalArgumentException e) {
      throw new UserException(
          to + ": " + target + " cannot hold the vectors: " + e.getMessage(), e);
    }
  }

  private ElementType elements(VectorFormat.Source source) {
    if (type != null && type != ElementType.FLOAT16 && type != ElementType.FLOAT32) {
      throw UserException.usage("--type " + type + ": expected float16 or float32");
    }
    ElementType own =
        source.type() == ElementType.FLOAT16 ? ElementType.FLOAT16 : ElementType.FLOAT32;
    return type == null ? own : type;
  }

  /**
   * Copies rows.
   *
   * @param order the rows to copy; null for all, in the order of the file
   */
  private long copy(VectorRows rows, VectorRowsWriter writer, int[] order) throws IOException {
    if (rows.rows() == 0) {
      return 0; // Nothing proves the dimension, which may be too large for an array
    }
    float[] vector = new float[rows.dimension()];
    long copied = 0;
    long n = order == null ? rows.rows() : order.length;
    try (Progress progress = plaid.console().progress("Converting", " vectors", n)) {
      for (long i = 0; i < n; i++) {
        long row = order == null ? i : order[Math.toIntExact(i)];
        if (rows.isDeleted(row) == false) {
          rows.read(row, vector);
          add(rows, row, vector, writer);
          zeros += type == ElementType.FLOAT16 ? countZeros(vector) : 0;
          copied++;
        }
        progress.step(1);
      }
    }
    return copied;
  }

  private void add(VectorRows rows, long row, float[] vector, VectorRowsWriter writer)
      throws IOException {
    try {
      writer.add(rows.id(row), vector);
    } catch (IllegalArgumentException e) {
      throw new UserException(from + ": row " + row + ": " + e.getMessage(), e);
    }
  }

  /** The numbers that are 0 only as 16-bit floats. */
  private static int countZeros(float[] vector) {
    int count = 0;
    for (float number : vector) {
      boolean isZero = Float.float16ToFloat(Float.floatToFloat16(number)) == 0;
      count += isZero && number != 0 ? 1 : 0;
    }
    return count;
  }

  private void report(VectorFormat.Source source, long copied) {
    int beyond = source.mvec() == null ? 0 : source.mvec().entriesBeyondEnd();
    long deleted = source.rows().rows() - copied;
    double seconds = output.seconds();
    if (beyond > 0 && recover == false) {
      plaid
          .console()
          .note(
              from
                  + ": left out "
                  + beyond
                  + " entries beyond the write offset (--recover takes them)");
    }
    int dimension = source.rows().dimension();
    output.print(
        plaid.console(),
        new Outcome(from.toString(), to.toString(), copied, dimension, deleted, beyond, seconds),
        Table.count(copied, "vector")
            + " of "
            + Table.count(dimension, "dimension")
            + " in "
            + to
            + (deleted > 0 ? ", " + deleted + " deleted left out" : "")
            + (beyond > 0 && recover ? ", " + beyond + " of them recovered" : "")
            + ", in "
            + OutputOptions.rate(seconds, copied, "vectors"));
  }
}
