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

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Partitions return their tokens in order. */
public class TestTokenPartitions extends LuceneTestCase {

  private record Token(int region, long slot, int ordinal) {}

  private static Token randomToken(boolean hasSlots) {
    long slot = hasSlots ? random().nextLong() >>> 16 : 0;
    return new Token(random().nextInt(1 << 16), slot, random().nextInt() >>> 1);
  }

  private static void check(int partitions, int tokens, boolean hasSlots, int chunkBytes)
      throws IOException {
    List<List<Token>> expected = new ArrayList<>();
    for (int i = 0; i < partitions; i++) {
      expected.add(new ArrayList<>());
    }
    try (Directory directory = newDirectory()) {
      TokenPartitions written;
      try (IndexOutput out = directory.createOutput("tokens", IOContext.DEFAULT)) {
        written = new TokenPartitions(out, partitions, hasSlots, chunkBytes);
        for (int i = 0; i < tokens; i++) {
          // Partitions are of very different sizes, and some are empty
          int partition = random().nextInt(1 + random().nextInt(partitions));
          Token token = randomToken(hasSlots);
          expected.get(partition).add(token);
          written.add(partition, token.region, token.slot, token.ordinal);
        }
        written.finish();
      }
      try (IndexInput in = directory.openInput("tokens", IOContext.DEFAULT)) {
        for (int i = partitions - 1; i >= 0; i--) {
          List<Token> found = new ArrayList<>();
          written.forEach(
              in, i, (region, slot, ordinal) -> found.add(new Token(region, slot, ordinal)));
          assertEquals(expected.get(i), found);
        }
      }
    }
  }

  public void testRandom() throws IOException {
    for (int i = 0; i < atLeast(30); i++) {
      int chunkBytes = TestUtil.nextInt(random(), 1, 300);
      check(1 + random().nextInt(20), random().nextInt(1000), random().nextBoolean(), chunkBytes);
    }
  }

  /** The last chunk of a partition is full, or has one token, or is one token short. */
  public void testChunksThatAreFull() throws IOException {
    for (int tokens = 0; tokens <= 13; tokens++) {
      check(1, tokens, true, 4 * 14);
      check(1, tokens, false, 4 * 6);
    }
  }

  /** The largest number of partitions, each with the smallest buffer. */
  public void testManyPartitions() throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexOutput out = directory.createOutput("tokens", IOContext.DEFAULT)) {
        TokenPartitions partitions = new TokenPartitions(out, 1 << 16, true);
        for (int round = 0; round < 10; round++) {
          for (int i = 0; i < 1 << 16; i++) {
            partitions.add(i, i, round, i + round);
          }
        }
        partitions.finish();
        long bytes = out.getFilePointer();
        assertTrue(bytes + " bytes", bytes <= 2L * (1 << 23));
      }
    }
  }

  public void testGroups() {
    for (int i = 0; i < atLeast(100); i++) {
      int[] counts = random().ints(1 + random().nextInt(50), 0, 20).toArray();
      int most = TestUtil.nextInt(random(), 1, 100);
      RegionGroups groups = new RegionGroups(counts, most);
      assertEquals(0, groups.start(0));
      assertEquals(counts.length, groups.start(groups.count()));
      for (int group = 0; group < groups.count(); group++) {
        assertTrue(groups.start(group) < groups.start(group + 1));
        int size = 0;
        for (int region = groups.start(group); region < groups.start(group + 1); region++) {
          assertEquals(group, groups.of(region));
          size += counts[region];
        }
        boolean isOne = groups.start(group + 1) - groups.start(group) == 1;
        assertTrue(size + " of " + most, isOne || size <= most);
        // There is no room for the next one, or there would be more groups than needed
        if (group < groups.count() - 1) {
          assertTrue(size + counts[groups.start(group + 1)] > most);
        }
      }
    }
  }

  public void testGroupsOfManyTokens() {
    int[] counts = {Integer.MAX_VALUE, Integer.MAX_VALUE, 0, 5};
    RegionGroups groups = new RegionGroups(counts, 1 << 21);
    assertEquals(3, groups.count());
    assertEquals(2, groups.of(3));
    assertEquals(2, groups.of(2));
  }
}
