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

package io.github.luceneplaid.plaid.ivf;

import io.github.luceneplaid.plaid.codebook.AbortCheck;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.store.MockDirectoryWrapper;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressFileSystems;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BitUtil;

/** Compares cells and postings with their tokens, for any number of tokens in memory. */
@SuppressFileSystems("ExtrasFS") // Files are counted
public class TestCellWriter extends LuceneTestCase {

  private static final int DIMENSION = 24;
  private static final long SEED = 7;

  /** The written cells and postings. */
  private record Written(CellTable directory, byte[] cells, byte[] postings) {

    private float[] cell(int number) {
      int at = number * CellLayout.recordBytes(DIMENSION);
      float scale = (float) BitUtil.VH_LE_FLOAT.get(cells, at);
      float[] row = new float[DIMENSION];
      for (int j = 0; j < DIMENSION; j++) {
        row[j] = scale * cells[at + CellLayout.COMPONENTS + j];
      }
      return row;
    }

    private long start(int region, int cell) {
      int at = cell * CellLayout.recordBytes(DIMENSION) + CellLayout.START;
      return directory.firstPosting(region) + (int) BitUtil.VH_LE_INT.get(cells, at);
    }

    /** The documents of a cell; they must rise. */
    private Set<Integer> documents(int region, int cell, int width) {
      boolean last = cell == directory.firstCell(region + 1) - 1;
      long end = last ? directory.firstPosting(region + 1) : start(region, cell + 1);
      Set<Integer> documents = new TreeSet<>();
      int previous = -1;
      for (long i = start(region, cell); i < end; i++) {
        int ordinal = 0;
        for (int b = 0; b < width; b++) {
          ordinal |= (postings[(int) i * width + b] & 0xFF) << (Byte.SIZE * b);
        }
        assertTrue(ordinal + " follows " + previous, ordinal > previous);
        previous = ordinal;
        documents.add(ordinal);
      }
      assertFalse("a cell without documents", documents.isEmpty());
      return documents;
    }
  }

  private static TemporaryFiles files(Directory directory) {
    return new TemporaryFiles(directory, "cell", IOContext.DEFAULT);
  }

  private static Written write(
      Directory directory,
      RandomCodedTokens tokens,
      int tokensPerCell,
      int groupTokens,
      int width,
      AbortCheck abort)
      throws IOException {
    CellTable found;
    try (IndexOutput cells = directory.createOutput("cells", IOContext.DEFAULT);
        IndexOutput postings = directory.createOutput("postings", IOContext.DEFAULT)) {
      found =
          new CellWriter(
                  tokens.coded,
                  DIMENSION,
                  tokensPerCell,
                  SEED,
                  abort,
                  files(directory),
                  groupTokens)
              .write(cells, postings, width);
    }
    assertEquals(Set.of("cells", "postings"), Set.of(directory.listAll()));
    return new Written(found, bytes(directory, "cells"), bytes(directory, "postings"));
  }

  private static byte[] bytes(Directory directory, String name) throws IOException {
    try (IndexInput in = directory.openInput(name, IOContext.DEFAULT)) {
      byte[] bytes = new byte[(int) in.length()];
      in.readBytes(bytes, 0, bytes.length);
      return bytes;
    }
  }

  private static RandomCodedTokens randomTokens(int documents) throws IOException {
    int regions = random().nextBoolean() ? 0 : TestUtil.nextInt(random(), 1, 30);
    int centroids = TestUtil.nextInt(random(), 1, 12);
    return new RandomCodedTokens(random(), DIMENSION, documents, centroids, regions, 3);
  }

  /** Groups of any size give the same bytes, with two passes over the tokens. */
  public void testGroups() throws IOException {
    RandomCodedTokens tokens = randomTokens(60);
    int width = TestUtil.nextInt(random(), 2, 4);
    Written expected;
    try (Directory directory = newDirectory()) {
      expected = write(directory, tokens, 8, Integer.MAX_VALUE, width, AbortCheck.NONE);
    }
    for (int group : new int[] {1, 7, 50, 200, 800, 4000}) {
      tokens.walks = 0;
      try (Directory directory = newDirectory()) {
        Written found = write(directory, tokens, 8, group, width, AbortCheck.NONE);
        assertEquals("groups of " + group, 2, tokens.walks);
        assertArrayEquals(expected.cells, found.cells);
        assertArrayEquals(expected.postings, found.postings);
        assertEquals(expected.directory.cells(), found.directory.cells());
        for (int region = 0; region <= tokens.coded.regionCount(); region++) {
          assertEquals(expected.directory.firstCell(region), found.directory.firstCell(region));
          assertEquals(
              expected.directory.firstPosting(region), found.directory.firstPosting(region));
        }
      }
    }
  }

  /** Tokens that fit in memory need no file. */
  public void testTemporaryFile() throws IOException {
    RandomCodedTokens tokens = new RandomCodedTokens(random(), DIMENSION, 40, 4, 0, 3);
    int n = 0;
    for (int count : tokens.counts) {
      n += count;
    }
    for (int more : new int[] {0, 1}) {
      try (MockDirectoryWrapper directory = newMockDirectory()) {
        List<String> created = new ArrayList<>();
        directory.failOn(
            new MockDirectoryWrapper.Failure() {
              @Override
              public void eval(MockDirectoryWrapper dir) {
                if (callStackContainsAnyOf("createTempOutput")) {
                  created.add("temporary");
                }
              }
            });
        write(directory, tokens, 8, n - more, 2, AbortCheck.NONE);
        assertEquals("one file where tokens do not fit", more == 0, created.isEmpty());
      }
    }
  }

  /** Each region has the documents of its tokens, and each token is in the nearest cell. */
  public void testCells() throws IOException {
    int near = 0;
    int all = 0;
    for (int round = 0; round < 5; round++) {
      RandomCodedTokens tokens =
          new RandomCodedTokens(random(), DIMENSION, 100, 8, round % 2 * 9, 6);
      int group = TestUtil.nextInt(random(), 100, 4000);
      Written written;
      try (Directory directory = newDirectory()) {
        written = write(directory, tokens, 16, group, 2, AbortCheck.NONE);
      }
      int regions = tokens.coded.regionCount();
      for (int region = 0; region < regions; region++) {
        List<float[]> cells = new ArrayList<>();
        List<Set<Integer>> documents = new ArrayList<>();
        CellTable directory = written.directory;
        for (int l = directory.firstCell(region); l < directory.firstCell(region + 1); l++) {
          cells.add(written.cell(l));
          documents.add(written.documents(region, l, 2));
        }
        Set<Integer> expected = new TreeSet<>();
        int n = 0;
        for (int doc = 0; doc < tokens.counts.length; doc++) {
          for (int i = 0; i < tokens.counts[doc]; i++) {
            if (tokens.regions[doc][i] == region) {
              n++;
              expected.add(doc);
              int cell = nearest(tokens.token(doc, i), cells);
              near += documents.get(cell).contains(doc) ? 1 : 0;
            }
          }
        }
        all += n;
        Set<Integer> found = new TreeSet<>();
        documents.forEach(found::addAll);
        assertEquals("documents of region " + region, expected, found);
        int most = Math.max(1, Math.round(n / 16f));
        assertTrue(cells.size() + " cells of " + n, cells.size() <= most);
        assertTrue(cells.size() + " cells of " + n, cells.size() >= most / 3);
      }
    }
    // A mean moves a little after tokens were assigned to it. A random assignment is right for a
    // tenth of the tokens
    assertTrue(near + " of " + all, near >= 0.9 * all);
  }

  private static int nearest(float[] token, List<float[]> cells) {
    int nearest = 0;
    for (int i = 1; i < cells.size(); i++) {
      if (RandomCodedTokens.distance(token, cells.get(i))
          < RandomCodedTokens.distance(token, cells.get(nearest))) {
        nearest = i;
      }
    }
    return nearest;
  }

  /** One cell in a region is the mean of its tokens, brought to length 1. */
  public void testMeans() throws IOException {
    RandomCodedTokens tokens = new RandomCodedTokens(random(), DIMENSION, 30, 5, 0, 2);
    Written written;
    try (Directory directory = newDirectory()) {
      written = write(directory, tokens, 1 << 16, 100, 2, AbortCheck.NONE);
    }
    assertEquals(5, written.directory.cells());
    for (int region = 0; region < 5; region++) {
      float[] mean = new float[DIMENSION];
      for (int doc = 0; doc < tokens.counts.length; doc++) {
        for (int i = 0; i < tokens.counts[doc]; i++) {
          if (tokens.regions[doc][i] == region) {
            for (int j = 0; j < DIMENSION; j++) {
              mean[j] += tokens.token(doc, i)[j];
            }
          }
        }
      }
      double length = RandomCodedTokens.distance(mean, new float[DIMENSION]);
      for (int j = 0; j < DIMENSION; j++) {
        mean[j] /= (float) length;
      }
      double error = RandomCodedTokens.distance(mean, written.cell(region));
      assertTrue("off by " + error, error < 0.05);
    }
  }

  /** A region with more tokens than fit into an array is an error before memory is allocated. */
  public void testTooManyTokens() {
    int most = ArrayUtil.MAX_ARRAY_LENGTH;
    int[] counts = {0, most - 1};
    CellWriter.count(counts, 1);
    assertArrayEquals(new int[] {0, most}, counts);
    IllegalStateException e =
        expectThrows(IllegalStateException.class, () -> CellWriter.count(counts, 1));
    String message = "tokens of region 1: found more than " + most + ", which cannot be clustered";
    assertEquals(message, e.getMessage());
    CellWriter.count(counts, 0);
    assertArrayEquals(new int[] {1, most}, counts);
  }

  /** A merge that is aborted, or a directory that fails, leaves no temporary file. */
  public void testAborts() throws IOException {
    RandomCodedTokens tokens = new RandomCodedTokens(random(), DIMENSION, 30, 6, 0, 3);
    int aborted = 0;
    for (int step = 0; ; step++) {
      int[] left = {step};
      AbortCheck abort =
          () -> {
            if (left[0]-- == 0) {
              throw new IOException("aborted");
            }
          };
      try (Directory directory = newDirectory()) {
        try {
          write(directory, tokens, 8, 100, 2, abort);
          break;
        } catch (IOException e) {
          assertEquals("aborted", e.getMessage());
          aborted++;
          assertEquals(Set.of("cells", "postings"), Set.of(directory.listAll()));
        }
      }
    }
    assertTrue(aborted + " times", aborted > 8);
  }

  public void testFailures() throws IOException {
    RandomCodedTokens tokens = new RandomCodedTokens(random(), DIMENSION, 30, 6, 0, 3);
    for (String step : new String[] {"createTempOutput", "openInput", "writeBytes", "deleteFile"}) {
      try (MockDirectoryWrapper directory = newMockDirectory()) {
        directory.setUseSlowOpenClosers(false);
        int[] failures = {0};
        directory.failOn(
            new MockDirectoryWrapper.Failure() {
              @Override
              public void eval(MockDirectoryWrapper dir) throws IOException {
                if (failures[0] == 0
                    && callStackContainsAnyOf(step)
                    && callStackContains(TemporaryFiles.class)) {
                  failures[0]++;
                  throw new IOException("fails");
                }
              }
            });
        IOException e =
            expectThrows(
                IOException.class, () -> write(directory, tokens, 8, 100, 2, AbortCheck.NONE));
        assertEquals("fails", e.getMessage());
        assertEquals(1, failures[0]);
        assertEquals(step, Set.of("cells", "postings"), Set.of(directory.listAll()));
      }
    }
  }
}
