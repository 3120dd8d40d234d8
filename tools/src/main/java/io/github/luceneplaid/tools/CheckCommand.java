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

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.luceneplaid.fsvi.VectorFieldCheck;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import io.github.luceneplaid.plaid.segment.ShownValues;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.lucene.index.CheckIndex;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.Lock;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.store.NoLockFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code plaid check}: whether an index is sound. */
@Command(
    name = "check",
    description = {
      "Checks an index: Lucene's CheckIndex, then whether in each field of tokens the codebooks are"
          + " those that their ids are hashes of, postings match codes, and counts add up.",
      "With --deep, also whether each byte is as the formats say, in fields of tokens and of"
          + " vectors.",
      "Nothing is changed. While it runs, nobody else can write to the index."
    },
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  /**
   * The most problems of a field that are printed: a shifted file may cause one for each document.
   */
  private static final int MOST = 10;

  /** The number of tests that CheckIndex runs on a segment; on some it runs one or two more. */
  private static final int TESTS = 11;

  @ParentCommand private Plaid plaid;

  @Parameters(paramLabel = "INDEX", description = "Folder of the index.")
  private Path folder;

  @Option(names = "--deep", description = "Check all that the formats say of their bytes.")
  private boolean deep;

  @Mixin private OutputOptions output;

  private final List<String> problems = new ArrayList<>();
  private int segments;
  private int fields;
  private long tokens;

  /** The object that {@code --json} prints. */
  private record Outcome(
      String index,
      boolean clean,
      int segments,
      int fields,
      long tokens,
      List<String> problems,
      double seconds) {}

  @Override
  public Integer call() throws IOException {
    try (Directory directory = IndexFolder.open(folder)) {
      checkIndex(directory);
      // The checks here rely on the index having passed CheckIndex
      if (problems.isEmpty()) {
        checkFields(directory);
      }
    }
    report();
    return problems.isEmpty() ? 0 : 1;
  }

  private void checkIndex(Directory directory) throws IOException {
    CheckIndex.Status status;
    int all = segments(directory) * TESTS;
    try (CheckIndex checker = new CheckIndex(directory, lock(directory));
        Progress progress = plaid.console().progress("Checking files", " tests", all);
        PrintStream talk = new PrintStream(new TestCounter(progress, all), true, UTF_8)) {
      checker.setInfoStream(talk);
      checker.setLevel(CheckIndex.Level.MIN_LEVEL_FOR_INTEGRITY_CHECKS);
      status = checker.checkIndex();
    }
    segments = status.numSegments;
    for (CheckIndex.Status.SegmentInfoStatus segment : status.segmentInfos) {
      if (segment.error != null) {
        problems.add("segment " + segment.name + ": " + segment.error + cause(segment));
      }
    }
    if (status.clean == false && problems.isEmpty()) {
      problems.add(
          status.missingSegments
              ? "the list of segments cannot be read"
              : "CheckIndex finds the index not clean");
    }
  }

  /** What a test of values found, which its failure does not say. */
  private static String cause(CheckIndex.Status.SegmentInfoStatus segment) {
    Throwable cause = segment.docValuesStatus == null ? null : segment.docValuesStatus.error;
    if (cause == null && segment.vectorValuesStatus != null) {
      cause = segment.vectorValuesStatus.error;
    }
    return cause == null ? "" : ": " + cause;
  }

  /** Locks the index against writers, unless the folder is read-only. */
  static Lock lock(Directory directory) throws IOException {
    try {
      return directory.obtainLock(IndexWriter.WRITE_LOCK_NAME);
    } catch (LockObtainFailedException e) {
      throw e;
    } catch (
        @SuppressWarnings("unused")
        IOException e) {
      return NoLockFactory.INSTANCE.obtainLock(directory, IndexWriter.WRITE_LOCK_NAME);
    }
  }

  /** The number of segments; 0 if their list cannot be read, which is reported elsewhere. */
  private static int segments(Directory directory) {
    try {
      return SegmentInfos.readLatestCommit(directory).size();
    } catch (IOException e) {
      return 0;
    }
  }

  private void checkFields(Directory directory) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory);
        Progress progress =
            plaid.console().progress("Checking tokens", " tokens", tokens(reader))) {
      for (LeafReaderContext leaf : reader.leaves()) {
        for (FieldInfo field : leaf.reader().getFieldInfos()) {
          String segment = "segment " + name(leaf.reader()) + ", field " + field.name;
          if (deep) {
            addProblems(segment + ": ", VectorFieldCheck.check(leaf.reader(), field.name));
          }
          List<PlaidSegment> layers = layers(leaf.reader(), field);
          fields += layers.isEmpty() ? 0 : 1;
          if (deep && layers.isEmpty() == false) {
            addProblems(segment + ": ", AttributeCheck.check(field, layers));
          }
          for (int i = 0; i < layers.size(); i++) {
            String layer = layers.size() == 1 ? "" : ", layer " + i + " of " + layers.size();
            checkField(segment + layer + ": ", layers.get(i), progress);
          }
        }
      }
    }
  }

  /**
   * The values of a field in a segment, and the updates that lie over them; empty if it is not a
   * field of tokens.
   */
  private static List<PlaidSegment> layers(LeafReader reader, FieldInfo field) throws IOException {
    ShownValues shown = ShownValues.open(reader, field.name);
    return shown == null ? List.of() : shown.segments();
  }

  private static long tokens(DirectoryReader reader) throws IOException {
    long tokens = 0;
    for (LeafReaderContext leaf : reader.leaves()) {
      for (FieldInfo field : leaf.reader().getFieldInfos()) {
        for (PlaidSegment layer : layers(leaf.reader(), field)) {
          tokens += layer.tokens();
        }
      }
    }
    return tokens;
  }

  private static String name(LeafReader reader) {
    return reader instanceof SegmentReader known ? known.getSegmentName() : "?";
  }

  private void checkField(String place, PlaidSegment segment, Progress progress)
      throws IOException {
    tokens += segment.tokens();
    List<String> found = new ArrayList<>(new SegmentCheck(segment, progress).run());
    if (deep) {
      found.addAll(new DeepCheck(segment).run());
    }
    addProblems(place, found);
  }

  private void addProblems(String place, List<String> found) {
    found.stream().limit(MOST).forEach(problem -> problems.add(place + problem));
    if (found.size() > MOST) {
      problems.add(place + "and " + (found.size() - MOST) + " problems more");
    }
  }

  /** Counts the tests that CheckIndex reports in its output. */
  private static final class TestCounter extends OutputStream {
    private static final byte[] MARK = "test: ".getBytes(UTF_8);

    private final Progress progress;
    private final int all;
    private int matched;
    private int counted;

    TestCounter(Progress progress, int all) {
      this.progress = progress;
      this.all = all;
    }

    @Override
    public void write(int b) {
      matched = b == MARK[matched] ? matched + 1 : b == MARK[0] ? 1 : 0;
      if (matched == MARK.length) {
        matched = 0;
        progress.stepTo(Math.min(++counted, all));
      }
    }
  }

  private void report() {
    double seconds = output.seconds();
    boolean clean = problems.isEmpty();
    if (output.json() == false) {
      problems.forEach(problem -> plaid.console().out().println(Console.visible(problem)));
    }
    output.print(
        plaid.console(),
        new Outcome(folder.toString(), clean, segments, fields, tokens, problems, seconds),
        folder
            + (clean ? ": sound; " : ": DAMAGED; ")
            + Table.count(segments, "segment")
            + ", "
            + Table.count(fields, "field")
            + " of tokens checked, in "
            + OutputOptions.rate(seconds, tokens, "tokens"));
  }
}
