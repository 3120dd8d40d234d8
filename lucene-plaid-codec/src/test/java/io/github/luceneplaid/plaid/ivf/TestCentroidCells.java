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
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressFileSystems;
import org.apache.lucene.tests.util.TestUtil;

/** Tests posting lists of centroids, for groups of any size. */
@SuppressFileSystems("ExtrasFS") // Files are counted
public class TestCentroidCells extends LuceneTestCase {

  private static final int DIMENSION = 4;

  private static List<Set<Integer>> lists(int[][] documents, int centroids) {
    List<Set<Integer>> lists = new ArrayList<>();
    for (int centroid = 0; centroid < centroids; centroid++) {
      lists.add(new TreeSet<>());
    }
    for (int ordinal = 0; ordinal < documents.length; ordinal++) {
      for (int centroid : documents[ordinal]) {
        lists.get(centroid).add(ordinal);
      }
    }
    return lists;
  }

  public void testGroups() throws IOException {
    for (int i = 0; i < atLeast(20); i++) {
      int centroids = TestUtil.nextInt(random(), 1, 50);
      int[][] documents = new int[TestUtil.nextInt(random(), 1, 60)][];
      for (int ordinal = 0; ordinal < documents.length; ordinal++) {
        documents[ordinal] = random().ints(1 + random().nextInt(20), 0, centroids).toArray();
      }
      check(documents, centroids, TestUtil.nextInt(random(), 1, 600));
    }
  }

  private static void check(int[][] documents, int centroids, int groupPostings)
      throws IOException {
    float[] rows = new float[centroids * DIMENSION];
    Arrays.fill(rows, 0.5f);
    int width = TestUtil.nextInt(random(), 2, 4);
    try (Directory directory = newDirectory()) {
      CellTable found;
      int[] walks = {0};
      TemporaryFiles files = new TemporaryFiles(directory, "centroids", IOContext.DEFAULT);
      try (IndexOutput cells = directory.createOutput("cells", IOContext.DEFAULT);
          IndexOutput postings = directory.createOutput("postings", IOContext.DEFAULT)) {
        found =
            new CentroidCells(rows, centroids, DIMENSION, AbortCheck.NONE, files, groupPostings)
                .write(
                    visitor -> {
                      walks[0]++;
                      show(documents, visitor);
                    },
                    cells,
                    postings,
                    width);
      }
      assertEquals("however many groups there are", 2, walks[0]);
      assertEquals(Set.of("cells", "postings"), Set.of(directory.listAll()));
      assertEquals(CellLayout.bytes(found.cells(), DIMENSION), directory.fileLength("cells"));
      try (IndexInput postings = directory.openInput("postings", IOContext.DEFAULT)) {
        assertEquals(found.postings() * width, postings.length());
        List<Set<Integer>> expected = lists(documents, centroids);
        for (int centroid = 0; centroid < centroids; centroid++) {
          Set<Integer> list = expected.get(centroid);
          assertEquals(
              list.isEmpty() ? 0 : 1, found.firstCell(centroid + 1) - found.firstCell(centroid));
          assertEquals(
              list.size(), found.firstPosting(centroid + 1) - found.firstPosting(centroid));
          for (int ordinal : list) {
            assertEquals(ordinal, read(postings, width));
          }
        }
      }
    }
  }

  /** Passes each document in two parts, like a long one. */
  private static void show(int[][] documents, CentroidCells.Visitor visitor) throws IOException {
    for (int ordinal = 0; ordinal < documents.length; ordinal++) {
      int[] centroids = documents[ordinal];
      int half = centroids.length / 2;
      visitor.tokens(ordinal, centroids, half);
      visitor.tokens(
          ordinal, Arrays.copyOfRange(centroids, half, centroids.length), centroids.length - half);
    }
  }

  private static int read(IndexInput postings, int width) throws IOException {
    int ordinal = 0;
    for (int i = 0; i < width; i++) {
      ordinal |= (postings.readByte() & 0xFF) << (Byte.SIZE * i);
    }
    return ordinal;
  }
}
