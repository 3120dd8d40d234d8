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

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * A merge that trains its codebook and codes its tokens in a process with little memory. {@code
 * main} takes the folder of an index that {@link #write} has made, and prints {@code merged}, or
 * the classes of the codec in which memory ran out.
 */
final class ScarceMemory {

  private static final String FIELD = "tokens";
  private static final int DIMENSION = 64;
  private static final int SEGMENTS = 4;
  private static final int DOCUMENTS = 100;
  private static final int TOKENS = 40;

  private ScarceMemory() {}

  private static IndexWriterConfig config() {
    return new IndexWriterConfig()
        .setMergeScheduler(new SerialMergeScheduler())
        .setCodec(
            PlaidCodec.of(FIELD, PlaidDocValuesFormat.builder().trainingThreshold(10_000).build()));
  }

  /** Makes an index of several segments. */
  static void write(Directory directory, Random random) throws IOException {
    IndexWriterConfig config = config().setMergePolicy(NoMergePolicy.INSTANCE);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int i = 0; i < SEGMENTS * DOCUMENTS; i++) {
        float[][] tokens = new float[TOKENS][DIMENSION];
        for (float[] token : tokens) {
          for (int j = 0; j < DIMENSION; j++) {
            token[j] = (float) random.nextGaussian() / 8;
          }
        }
        Document document = new Document();
        document.add(new LateInteractionField(FIELD, tokens));
        writer.addDocument(document);
        if (i % DOCUMENTS == DOCUMENTS - 1) {
          writer.flush();
        }
      }
    }
  }

  /** Checks that the index is as it was made: no merge has been committed. */
  static void assertUnmerged(Directory directory) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      assertEquals(SEGMENTS * DOCUMENTS, reader.numDocs());
      assertEquals(SEGMENTS, reader.leaves().size());
    }
  }

  @SuppressWarnings("SystemOut") // the parent process reads it
  public static void main(String[] args) throws IOException {
    try (Directory directory = FSDirectory.open(Path.of(args[0]))) {
      IndexWriter writer = null;
      try {
        writer = new IndexWriter(directory, config().setMergePolicy(new TieredMergePolicy()));
        writer.forceMerge(1);
        System.out.println("merged");
      } catch (OutOfMemoryError e) {
        System.out.println("failed in" + classesOfCodec(e));
        assertFalse(
            "an error in a merge is the end of the writer", writer != null && writer.isOpen());
      }
      if (writer != null) {
        writer.rollback();
      }
    }
  }

  private static String classesOfCodec(Throwable e) {
    StringBuilder classes = new StringBuilder();
    for (StackTraceElement element : e.getStackTrace()) {
      if (element.getClassName().startsWith("io.github.luceneplaid")) {
        classes.append(' ').append(element.getClassName().replaceAll(".*\\.", ""));
      }
    }
    return classes.toString();
  }
}
