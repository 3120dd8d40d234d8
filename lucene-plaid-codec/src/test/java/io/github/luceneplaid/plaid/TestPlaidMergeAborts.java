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

package io.github.luceneplaid.plaid;

import static io.github.luceneplaid.plaid.TokenDocuments.addSegment;
import static io.github.luceneplaid.plaid.TokenDocuments.config;
import static io.github.luceneplaid.plaid.TokenDocuments.document;
import static io.github.luceneplaid.plaid.TokenDocuments.statistics;
import static io.github.luceneplaid.plaid.TokenDocuments.unit;
import static io.github.luceneplaid.plaid.TokenDocuments.valuesById;
import static io.github.luceneplaid.testframework.UndeletedFiles.assertNoTemporaryFiles;

import io.github.luceneplaid.testframework.UncachedReader;
import io.github.luceneplaid.testframework.UndeletedFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FilterBinaryDocValues;
import org.apache.lucene.index.FilterMergePolicy;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.SlowCodecReaderWrapper;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.store.MockDirectoryWrapper;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BytesRef;

/** Merges that do not come to their end: aborted ones, and such that the disk fails. */
public class TestPlaidMergeAborts extends LuceneTestCase {

  private static final int DIMENSION = 16;

  /** Aborts the merge of an addIndexes when it has come to the n-th of some steps. */
  private static final class Trigger extends FilterMergePolicy {
    private final int n;
    private MergePolicy.OneMerge merge;
    private int steps;

    Trigger(MergePolicy in, int n) {
      super(in);
      this.n = n;
    }

    @Override
    public MergeSpecification findMerges(CodecReader... readers) throws IOException {
      MergeSpecification specification = super.findMerges(readers);
      merge = specification.merges.get(0);
      return specification;
    }

    void step() {
      if (++steps == n) {
        merge.getMergeProgress().abort();
      }
    }
  }

  /** Values each of which is a step, and that do not show what is behind them. */
  private static CodecReader counted(CodecReader reader, Trigger trigger) throws IOException {
    return SlowCodecReaderWrapper.wrap(
        new UncachedReader(reader) {
          @Override
          public BinaryDocValues getBinaryDocValues(String field) throws IOException {
            return new FilterBinaryDocValues(super.getBinaryDocValues(field)) {
              @Override
              public int nextDoc() throws IOException {
                trigger.step();
                return super.nextDoc();
              }
            };
          }
        });
  }

  /** Merges readers that abort the merge at a step, and returns how many steps there were. */
  private static int merge(DirectoryReader reader, PlaidDocValuesFormat format, int step)
      throws IOException {
    try (Directory target = newDirectory()) {
      IndexWriterConfig config = config(format);
      Trigger trigger = new Trigger(config.getMergePolicy(), step);
      try (IndexWriter writer = new IndexWriter(target, config.setMergePolicy(trigger))) {
        CodecReader[] readers = TokenDocuments.codecReaders(reader);
        for (int i = 0; i < readers.length; i++) {
          readers[i] = counted(readers[i], trigger);
        }
        if (step == 0) {
          writer.addIndexes(readers);
        } else {
          expectThrows(MergePolicy.MergeAbortedException.class, () -> writer.addIndexes(readers));
        }
      }
      assertEquals(step == 0 ? reader.maxDoc() : 0, maxDoc(target));
      assertNoTemporaryFiles(target);
      return trigger.steps;
    }
  }

  private static int maxDoc(Directory directory) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      return reader.maxDoc();
    }
  }

  /** However often a merge walks through the values, it never goes on for long. */
  public void testAbortAtAnyDocument() throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer =
          new IndexWriter(directory, config(PlaidDocValuesFormat.builder().build()))) {
        for (int id = 0; id < 300; id++) {
          writer.addDocument(
              id % 10 == 0
                  ? document(id, newBytesRef("odd"))
                  : document(id, unit(random(), 5, DIMENSION)));
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        for (int threshold : new int[] {1, 1 << 20}) {
          PlaidDocValuesFormat format =
              PlaidDocValuesFormat.builder().trainingThreshold(threshold).build();
          int all = merge(reader, format, 0);
          assertTrue(all + " steps", all > 1000);
          for (int i = 0; i < 10; i++) {
            int step = 1 + random().nextInt(all);
            int steps = merge(reader, format, step);
            // The delegate's own passes over escaped documents are through when it has them
            assertTrue("aborted at " + step + ", went on to " + steps, steps <= step + 10);
          }
        }
      }
    }
  }

  /** Aborts the merge when the codes are being written. */
  public void testAbortWhileCopying() throws IOException {
    PlaidDocValuesFormat format = PlaidDocValuesFormat.builder().trainingThreshold(1).build();
    try (Directory source = newDirectory();
        Directory target = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(source, config(format))) {
        addSegment(writer, random(), 0, 50, DIMENSION);
        addSegment(writer, random(), 100, 50, DIMENSION);
      }
      IndexWriterConfig config = config(format);
      Trigger trigger = new Trigger(config.getMergePolicy(), 1);
      List<String> later = new ArrayList<>();
      Directory watched =
          new FilterDirectory(target) {
            @Override
            public IndexOutput createOutput(String name, IOContext context) throws IOException {
              if (trigger.steps > 0) {
                later.add(name);
              }
              return super.createOutput(name, context);
            }

            @Override
            public IndexOutput createTempOutput(String prefix, String suffix, IOContext context)
                throws IOException {
              if (suffix.equals("codes")) {
                trigger.step();
              }
              return super.createTempOutput(prefix, suffix, context);
            }
          };
      try (IndexWriter writer = new IndexWriter(watched, config.setMergePolicy(trigger));
          DirectoryReader reader = DirectoryReader.open(source)) {
        expectThrows(
            MergePolicy.MergeAbortedException.class,
            () -> writer.addIndexes(TokenDocuments.codecReaders(reader)));
        assertEquals(1, trigger.steps);
        assertEquals(List.of(), later);
        assertNoTemporaryFiles(target);
        // The writer is none the worse for it
        trigger.steps = 1;
        writer.addIndexes(TokenDocuments.codecReaders(reader));
      }
      assertEquals(valuesById(source), valuesById(target));
    }
  }

  /** A temporary file that cannot be deleted is what the merge fails of, and nothing else. */
  public void testUndeletedFile() throws IOException {
    PlaidDocValuesFormat format = PlaidDocValuesFormat.builder().trainingThreshold(1).build();
    try (Directory directory = newDirectory()) {
      UndeletedFiles failing = new UndeletedFiles(directory, "veq");
      IndexWriterConfig config = config(format).setMergeScheduler(new SerialMergeScheduler());
      IndexWriter writer = new IndexWriter(failing, config);
      addSegment(writer, random(), 0, 50, DIMENSION);
      addSegment(writer, random(), 100, 50, DIMENSION);
      NavigableMap<Integer, BytesRef> before = valuesById(directory);
      failing.failOnce();
      IOException e = expectThrows(IOException.class, () -> writer.forceMerge(1));
      assertTrue(String.valueOf(e), failing.failedBy(e));
      writer.rollback();
      assertEquals(before, valuesById(directory));
      assertNoTemporaryFiles(directory);
    }
  }

  /** Nothing is leaked, which the directory checks when it is closed, and nothing is lost. */
  public void testRandomExceptions() throws IOException {
    int failed = 0;
    for (int round = 0; round < 20; round++) {
      PlaidDocValuesFormat format =
          PlaidDocValuesFormat.builder()
              .trainingThreshold(1 + random().nextInt(500))
              .raw(random().nextBoolean() ? RawTokens.NONE : RawTokens.FLOAT16)
              .build();
      try (MockDirectoryWrapper directory = newMockDirectory()) {
        IndexWriter writer = new IndexWriter(directory, config(format));
        for (int i = 0; i < 3; i++) {
          addSegment(writer, random(), 100 * i, 3 + random().nextInt(20), DIMENSION);
        }
        NavigableMap<Integer, BytesRef> before = valuesById(directory);
        directory.setRandomIOExceptionRate(0.03);
        directory.setRandomIOExceptionRateOnOpen(0.03);
        try {
          writer.forceMerge(1);
          writer.commit();
        } catch (IOException | IllegalStateException e) {
          assertTrue(String.valueOf(e), isFromTheDisk(e));
          failed++;
        }
        directory.setRandomIOExceptionRate(0);
        directory.setRandomIOExceptionRateOnOpen(0);
        writer.rollback();
        assertEquals(before.keySet(), valuesById(directory).keySet());
        assertNoTemporaryFiles(directory);
        try (IndexWriter again = new IndexWriter(directory, config(format))) {
          again.forceMerge(1);
        }
        assertEquals(before.keySet(), valuesById(directory).keySet());
        assertEquals(before.size(), statistics(directory).documents());
      }
    }
    assertTrue(failed > 0);
  }

  private static boolean isFromTheDisk(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).contains("a random IOException")
          || cause instanceof FileNotFoundException
          || cause instanceof NoSuchFileException) {
        return true;
      }
    }
    return false;
  }
}
