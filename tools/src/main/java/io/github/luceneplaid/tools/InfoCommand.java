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

import io.github.luceneplaid.fsvi.FsviStatistics;
import io.github.luceneplaid.fsvi.FsviVectorsFormat;
import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.PlaidStatistics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.store.Directory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code plaid info}: shows the content of an index. */
@Command(
    name = "info",
    description = {
      "Shows the segments of an index: of tokens their codebooks and bytes per token by part,",
      "of single vectors how they are stored. Last, what scores are computed by: panama, with the",
      "length of its vectors, or scalar, which takes several times as long."
    },
    mixinStandardHelpOptions = true)
final class InfoCommand implements Callable<Integer> {
  @ParentCommand private Plaid plaid;

  @Parameters(paramLabel = "DIR", description = "Folder of the index.")
  private Path folder;

  @Mixin private OutputOptions output;

  /** The object that {@code --json} prints. */
  private record Outcome(
      String index,
      int documents,
      long records,
      int files,
      int deleted,
      int segments,
      long bytes,
      String model,
      String kernels,
      Map<String, List<TokenSegment>> tokenFields,
      Map<String, List<VectorSegment>> vectorFields) {}

  /** A segment's statistics for a field of tokens. */
  private record TokenSegment(String segment, PlaidStatistics statistics) {}

  /** A segment's statistics for a field of single vectors. */
  private record VectorSegment(String segment, FsviStatistics statistics) {}

  @Override
  public Integer call() throws IOException {
    try (Directory directory = IndexFolder.open(folder);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      PrintWriter out = plaid.console().out();
      String model = reader.getIndexCommit().getUserData().get(IndexBuilder.MODEL);
      IndexedRecords indexed = new IndexedRecords(reader);
      long records = indexed.count();
      int files = indexed.files().size();
      if (output.json()) {
        Outcome outcome = outcome(directory, reader, model, records, files);
        OutputOptions.printJson(plaid.console(), outcome);
        return 0;
      }
      out.println(
          String.format(
              Locale.ROOT,
              "%s: %s%s in %s (%,d deleted) in %s, %,d bytes%s",
              folder,
              Table.count(records, "record"),
              files == 0 ? "" : " of " + Table.count(files, "file"),
              Table.count(reader.numDocs(), "document"),
              reader.numDeletedDocs(),
              Table.count(reader.leaves().size(), "segment"),
              IndexFolder.bytes(directory),
              model == null ? "" : ", model " + Console.visible(model)));
      print(reader, out);
      out.println();
      out.println("Kernels: " + VectorKernels.get().name());
    }
    return 0;
  }

  private Outcome outcome(
      Directory directory, DirectoryReader reader, String model, long records, int files)
      throws IOException {
    Map<String, List<TokenSegment>> tokens = new TreeMap<>();
    Map<String, List<VectorSegment>> vectors = new TreeMap<>();
    for (LeafReaderContext leaf : reader.leaves()) {
      String name = name(leaf.reader());
      for (FieldInfo info : leaf.reader().getFieldInfos()) {
        PlaidStatistics ofTokens = PlaidDocValuesFormat.statistics(leaf.reader(), info.name);
        if (ofTokens != null) {
          tokens
              .computeIfAbsent(info.name, field -> new ArrayList<>())
              .add(new TokenSegment(name, ofTokens));
        }
        FsviStatistics ofVectors = FsviVectorsFormat.statistics(leaf.reader(), info.name);
        if (ofVectors != null) {
          vectors
              .computeIfAbsent(info.name, field -> new ArrayList<>())
              .add(new VectorSegment(name, ofVectors));
        }
      }
    }
    return new Outcome(
        folder.toString(),
        reader.numDocs(),
        records,
        files,
        reader.numDeletedDocs(),
        reader.leaves().size(),
        IndexFolder.bytes(directory),
        model,
        VectorKernels.get().name(),
        tokens,
        vectors);
  }

  /** Prints all fields of a reader. */
  static void print(DirectoryReader reader, PrintWriter out) throws IOException {
    TreeSet<String> fields = new TreeSet<>();
    TreeSet<String> vectors = new TreeSet<>();
    for (LeafReaderContext leaf : reader.leaves()) {
      for (FieldInfo field : leaf.reader().getFieldInfos()) {
        if (PlaidDocValuesFormat.statistics(leaf.reader(), field.name) != null) {
          fields.add(field.name);
        }
        if (FsviVectorsFormat.statistics(leaf.reader(), field.name) != null) {
          vectors.add(field.name);
        }
      }
    }
    if (fields.isEmpty() && vectors.isEmpty()) {
      out.println("No field is stored by PlaidDocValuesFormat or FsviVectorsFormat.");
    }
    for (String field : fields) {
      printField(reader, field, out);
    }
    for (String field : vectors) {
      printVectors(reader, field, out);
    }
  }

  private static void printVectors(DirectoryReader reader, String field, PrintWriter out)
      throws IOException {
    out.println();
    out.println("Field " + Console.visible(field));
    Table segments =
        new Table("segment", "vectors", "dim", "stored as", "bytes per vector", "bytes");
    for (LeafReaderContext leaf : reader.leaves()) {
      FsviStatistics s = FsviVectorsFormat.statistics(leaf.reader(), field);
      if (s != null) {
        segments.add(
            name(leaf.reader()),
            count(s.vectors()),
            count(s.dimension()),
            s.slabs().stream()
                .map(slab -> slab.toString().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", then ")),
            count(s.bytesPerVector()),
            count(s.totalBytes()));
      }
    }
    segments.print(out);
  }

  private static void printField(DirectoryReader reader, String field, PrintWriter out)
      throws IOException {
    out.println();
    out.println("Field " + Console.visible(field));
    Table segments =
        new Table(
            "segment",
            "documents",
            "tokens",
            "dim",
            "stored as",
            "raw",
            "centroids",
            "regions",
            "cells",
            "copied",
            "encoded",
            "re-encoded",
            "encodings",
            "odd");
    Table bytes =
        new Table(
            "bytes per token",
            "codes",
            "cells",
            "postings",
            "centroids",
            "floats",
            "addresses",
            "total");
    Table codebooks = new Table("codebook of", "ids");
    Totals totals = new Totals();
    for (LeafReaderContext leaf : reader.leaves()) {
      PlaidStatistics s = PlaidDocValuesFormat.statistics(leaf.reader(), field);
      if (s == null) {
        continue;
      }
      String name = name(leaf.reader());
      segments.add(
          name,
          count(s.documents()),
          count(s.tokens()),
          count(s.dimension()),
          s.trained() ? s.bits() + " bits" : "floats",
          s.trained() ? s.raw().toString().toLowerCase(Locale.ROOT) : "-",
          count(s.centroids()),
          count(s.regions()),
          count(s.cells()),
          count(s.copiedTokens()),
          count(s.encodedTokens()),
          count(s.reencodedTokens()),
          count(s.timesEncoded()),
          count(s.escapedDocuments()));
      long[] parts = {
        s.codeBytes(),
        s.cellBytes(),
        s.postingBytes(),
        s.centroidBytes(),
        s.rawBytes(),
        s.addressBytes(),
        s.totalBytes()
      };
      bytes.add(perToken(name, parts, s.tokens()));
      totals.add(parts, s.tokens());
      if (s.codebooks().isEmpty() == false) {
        codebooks.add(name, String.join(" ", s.codebooks()));
      }
    }
    if (totals.segments > 1) {
      bytes.add(perToken("all", totals.parts, totals.tokens));
    }
    segments.print(out);
    bytes.print(out);
    codebooks.print(out);
  }

  private static final class Totals {
    private final long[] parts = new long[7];
    private long tokens;
    private int segments;

    void add(long[] more, long count) {
      for (int i = 0; i < parts.length; i++) {
        parts[i] += more[i];
      }
      tokens += count;
      segments++;
    }
  }

  private static String name(LeafReader reader) {
    return reader instanceof SegmentReader segment ? segment.getSegmentName() : "?";
  }

  private static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  private static String[] perToken(String name, long[] parts, long tokens) {
    List<String> row = new ArrayList<>(List.of(name));
    for (long part : parts) {
      row.add(tokens == 0 ? "-" : String.format(Locale.ROOT, "%.2f", part / (double) tokens));
    }
    return row.toArray(String[]::new);
  }
}
