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

package io.github.luceneplaid.plaid.leaves;

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

/** Posting lists of anchors, however many are grouped at a time. */
@SuppressFileSystems("ExtrasFS") // Files are counted
public class TestCentroidCells extends LuceneTestCase {

  private static final int DIMENSION = 4;

  private static List<Set<Integer>> lists(int[][] documents, int anchors) {
    List<Set<Integer>> lists = new ArrayList<>();
    for (int anchor = 0; anchor < anchors; anchor++) {
      lists.add(new TreeSet<>());
    }
    for (int ordinal = 0; ordinal < documents.length; ordinal++) {
      for (int anchor : documents[ordinal]) {
        lists.get(anchor).add(ordinal);
      }
    }
    return lists;
  }

  public void testGroups() throws IOException {
    for (int i = 0; i < atLeast(20); i++) {
      int anchors = TestUtil.nextInt(random(), 1, 50);
      int[][] documents = new int[TestUtil.nextInt(random(), 1, 60)][];
      for (int ordinal = 0; ordinal < documents.length; ordinal++) {
        documents[ordinal] = random().ints(1 + random().nextInt(20), 0, anchors).toArray();
      }
      check(documents, anchors, TestUtil.nextInt(random(), 1, 600));
    }
  }

  private static void check(int[][] documents, int anchors, int groupPostings) throws IOException {
    float[] rows = new float[anchors * DIMENSION];
    Arrays.fill(rows, 0.5f);
    int width = TestUtil.nextInt(random(), 2, 4);
    try (Directory directory = newDirectory()) {
      CellTable found;
      int[] walks = {0};
      TemporaryFiles files = new TemporaryFiles(directory, "anchors", IOContext.DEFAULT);
      try (IndexOutput leaves = directory.createOutput("leaves", IOContext.DEFAULT);
          IndexOutput postings = directory.createOutput("postings", IOContext.DEFAULT)) {
        found =
            new CentroidCells(rows, anchors, DIMENSION, AbortCheck.NONE, files, groupPostings)
                .write(
                    visitor -> {
                      walks[0]++;
                      show(documents, visitor);
                    },
                    leaves,
                    postings,
                    width);
      }
      assertEquals("however many groups there are", 2, walks[0]);
      assertEquals(Set.of("leaves", "postings"), Set.of(directory.listAll()));
      assertEquals(CellLayout.bytes(found.leaves(), DIMENSION), directory.fileLength("leaves"));
      try (IndexInput postings = directory.openInput("postings", IOContext.DEFAULT)) {
        assertEquals(found.postings() * width, postings.length());
        List<Set<Integer>> expected = lists(documents, anchors);
        for (int anchor = 0; anchor < anchors; anchor++) {
          Set<Integer> list = expected.get(anchor);
          assertEquals(
              list.isEmpty() ? 0 : 1, found.firstLeaf(anchor + 1) - found.firstLeaf(anchor));
          assertEquals(list.size(), found.firstPosting(anchor + 1) - found.firstPosting(anchor));
          for (int ordinal : list) {
            assertEquals(ordinal, read(postings, width));
          }
        }
      }
    }
  }

  /** Shows each document in two parts, as long ones are. */
  private static void show(int[][] documents, CentroidCells.Visitor visitor) throws IOException {
    for (int ordinal = 0; ordinal < documents.length; ordinal++) {
      int[] anchors = documents[ordinal];
      int half = anchors.length / 2;
      visitor.tokens(ordinal, anchors, half);
      visitor.tokens(
          ordinal, Arrays.copyOfRange(anchors, half, anchors.length), anchors.length - half);
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
