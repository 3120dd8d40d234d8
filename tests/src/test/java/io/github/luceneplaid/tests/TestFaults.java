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
package io.github.luceneplaid.tests;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.store.MockDirectoryWrapper;
import org.apache.lucene.tests.store.MockIndexInputWrapper;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/**
 * The directory fails at each step of indexing, deleting, committing and merging, or its disk is
 * full from some byte on. Commits survive, no file is left open, and writing can continue once the
 * directory works again.
 */
public class TestFaults extends LuceneTestCase {

  private static final int COMMITS = 3;

  /** Steps that fail in one run of the test; all of them at night. */
  private static final int TRIED = 60;

  /** The tokens at the merge of the second commit: just enough to train. */
  private static final int LEAST_TOKENS = 1100;

  private static final int MOST_TOKENS = 1600;

  private long seed;

  /** Tries seeds until one makes enough tokens: about one of four does. */
  @Override
  public void setUp() throws Exception {
    super.setUp();
    int tokens;
    do {
      seed = random().nextLong();
      tokens = 0;
      for (Map.Entry<Integer, Integer> document : EndlessWriter.documents(seed, 2).entrySet()) {
        tokens += EndlessWriter.tokens(seed, document.getKey(), document.getValue()).length;
      }
    } while (tokens < LEAST_TOKENS || tokens > MOST_TOKENS);
  }

  /** The error of a step that fails. */
  private enum Fault {
    IO_EXCEPTION,
    OUT_OF_MEMORY,
    RUNTIME_EXCEPTION
  }

  private static final class Injected extends RuntimeException {}

  /** Fails once, at the n-th step. */
  private static final class Failing extends MockDirectoryWrapper.Failure {
    private final int n;
    private final Fault fault;
    private int steps;

    Failing(int n, Fault fault) {
      this.n = n;
      this.fault = fault;
      setDoFail();
    }

    /**
     * Whether an open input is being closed. Real disks do not fail then; if they did, Lucene's
     * reader of graphs would leave a file open.
     */
    private static boolean closesInput() {
      return callStackContains(MockIndexInputWrapper.class, "close");
    }

    @Override
    public synchronized void eval(MockDirectoryWrapper directory) throws IOException {
      if (doFail == false || ++steps != n || closesInput()) {
        return;
      }
      switch (fault) {
        case IO_EXCEPTION -> throw new MockDirectoryWrapper.FakeIOException();
        case OUT_OF_MEMORY -> throw new OutOfMemoryError("injected");
        case RUNTIME_EXCEPTION -> throw new Injected();
      }
    }
  }

  private static boolean isInjected(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof MockDirectoryWrapper.FakeIOException
          || cause instanceof Injected
          || cause instanceof OutOfMemoryError
          || String.valueOf(cause.getMessage()).startsWith("fake disk full")) {
        return true;
      }
      for (Throwable suppressed : cause.getSuppressed()) {
        if (isInjected(suppressed)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Continues from the last commit to the end, until the directory fails.
   *
   * @return whether it came to the end
   */
  private boolean run(Directory directory) throws IOException {
    IndexWriter writer = null;
    try {
      int first = EndlessWriter.lastCommit(directory) + 1;
      writer = EndlessWriter.open(directory, new Random(seed), new SerialMergeScheduler());
      SortedMap<Integer, Integer> documents = EndlessWriter.documents(seed, first - 1);
      for (int n = first; n <= COMMITS; n++) {
        EndlessWriter.commit(writer, seed, n, documents, n % 2 == 0);
      }
      writer.close();
      return true;
    } catch (Throwable e) {
      if (isInjected(e) == false && e instanceof AlreadyClosedException == false) {
        throw e;
      }
      return false;
    } finally {
      // Closes the files that the writer holds, also after an error that has closed the writer
      if (writer != null && writer.isOpen()) {
        writer.rollback();
      }
    }
  }

  private static MockDirectoryWrapper directory() {
    MockDirectoryWrapper directory = newMockDirectory();
    directory.setRandomIOExceptionRate(0);
    directory.setRandomIOExceptionRateOnOpen(0);
    directory.setThrottling(MockDirectoryWrapper.Throttling.NEVER);
    directory.setUseSlowOpenClosers(false);
    directory.setAssertNoUnrefencedFilesOnClose(false);
    return directory;
  }

  /** Checks the index that is left, and finishes the interrupted work. */
  private int survive(Directory directory, int atLeast, boolean done) throws IOException {
    int commit = EndlessWriter.lastCommit(directory);
    assertTrue("commit " + commit + " after " + atLeast, commit >= atLeast);
    if (done) {
      assertEquals(COMMITS, commit);
    }
    if (commit > 0) {
      TestUtil.checkIndex(directory);
      check(directory, commit);
    }
    assertTrue(run(directory));
    check(directory, COMMITS);
    return commit;
  }

  private void check(Directory directory, int commit) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      SortedMap<Integer, Integer> documents = EndlessWriter.documents(seed, commit);
      IndexContent.assertHolds(reader, seed, documents);
      IndexContent.assertFinds(reader, seed, documents, random());
    }
  }

  private static List<Integer> steps(int all) {
    List<Integer> steps = new ArrayList<>();
    for (int n = 1; n <= all; n++) {
      if (TEST_NIGHTLY || random().nextInt(all) < TRIED) {
        steps.add(n);
      }
    }
    return steps;
  }

  public void testEachStep() throws IOException {
    Failing none = new Failing(-1, Fault.IO_EXCEPTION);
    try (MockDirectoryWrapper directory = directory()) {
      directory.failOn(none);
      assertTrue(run(directory));
    }
    SortedMap<Integer, Integer> survived = new TreeMap<>();
    int faults = 0;
    for (int n : steps(none.steps)) {
      Fault fault = Fault.values()[random().nextInt(Fault.values().length)];
      try (MockDirectoryWrapper directory = directory()) {
        Failing failing = new Failing(n, fault);
        directory.failOn(failing);
        boolean done = run(directory);
        failing.clearDoFail();
        survived.merge(survive(directory, 0, done), 1, Integer::sum);
        faults++;
      } catch (Throwable e) {
        throw new AssertionError(fault + " at step " + n + " of " + none.steps, e);
      }
    }
    assertTrue(survived.size() > 1);
    if (VERBOSE || TEST_NIGHTLY) {
      System.out.println(faults + " faults; runs by the last commit they left: " + survived);
    }
  }

  public void testDiskFull() throws IOException {
    long size;
    try (MockDirectoryWrapper directory = directory()) {
      directory.setTrackDiskUsage(true);
      assertTrue(run(directory));
      size = directory.getMaxUsedSizeInBytes();
    }
    int failed = 0;
    int tried = TEST_NIGHTLY ? 500 : 20;
    for (int i = 0; i < tried; i++) {
      long bytes = 1 + random().nextLong(size);
      try (MockDirectoryWrapper directory = directory()) {
        directory.setTrackDiskUsage(true);
        directory.setMaxSizeInBytes(bytes);
        boolean done = run(directory);
        failed += done ? 0 : 1;
        directory.setMaxSizeInBytes(0);
        survive(directory, 0, done);
      } catch (Throwable e) {
        throw new AssertionError("disk of " + bytes + " of " + size + " bytes", e);
      }
    }
    assertTrue(failed > 0);
    if (VERBOSE || TEST_NIGHTLY) {
      System.out.println("disk full: " + failed + " of " + tried + " runs did not come to an end");
    }
  }
}
