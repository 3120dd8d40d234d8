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

package io.github.luceneplaid.plaid.exchange;

import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.fsvi.files.VectorFileException;
import io.github.luceneplaid.plaid.search.LateInteractionTestCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Folders with a buffer of documents that next-plaid clusters later. */
public class TestFolderBuffer extends LuceneTestCase {

  private static final int CENTROIDS = 40;

  private Path folder;
  private Path file;

  /** The lengths of all documents, 0 to 40. */
  private int[] lengths;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    folder = createTempDir();
    file = folder.resolve("buffer_lengths.json");
  }

  private void write(boolean binary) throws IOException {
    int documents = TestUtil.nextInt(random(), 1, 40);
    RandomDirectories.write(random(), folder, 16, binary ? 1 : 4, binary, documents, CENTROIDS);
    try (PlaidFolder plaid = PlaidFolder.open(folder)) {
      lengths = new int[documents];
      Arrays.setAll(lengths, i -> plaid.tokens(i).length);
    }
  }

  /** Makes all codes those of random tokens around other centroids, and returns these tokens. */
  private float[][] encode(int besides) throws IOException {
    float[][] tokens = RandomDirectories.tokens(random(), Arrays.stream(lengths).sum(), 16);
    int token = 0;
    for (int chunk = 0; Files.exists(codes(chunk)); chunk++) {
      long[] codes;
      try (NpyFile there = NpyFile.open(codes(chunk))) {
        codes = new long[(int) there.size()];
      }
      for (int i = 0; i < codes.length; i++) {
        while ((codes[i] = nearest(tokens[token])) == besides) {
          tokens[token] = RandomDirectories.tokens(random(), 1, 16)[0];
        }
        token++;
      }
      try (NpyWriter out = new NpyWriter(codes(chunk), ElementType.INT64)) {
        out.writeLongs(codes, 0, codes.length);
        out.finish();
      }
    }
    return tokens;
  }

  private Path codes(int chunk) {
    return folder.resolve(chunk + ".codes.npy");
  }

  private int nearest(float[] token) throws IOException {
    float[] centroid = new float[token.length];
    int nearest = -1;
    double best = Double.NEGATIVE_INFINITY;
    try (NpyFile centroids = NpyFile.open(folder.resolve("centroids.npy"))) {
      for (int i = 0; i < centroids.rows(); i++) {
        centroids.readFloats((long) i * token.length, centroid, 0, token.length);
        double product = LateInteractionTestCase.dot(token, centroid);
        if (product > best) {
          best = product;
          nearest = i;
        }
      }
    }
    return nearest;
  }

  /** Writes a buffer. */
  private void buffer(int[] documents, float[][] tokens) throws IOException {
    Files.writeString(file, Arrays.toString(documents));
    try (NpyWriter out = new NpyWriter(folder.resolve("buffer.npy"), ElementType.FLOAT32, 16)) {
      for (float[] token : tokens) {
        out.writeFloats(token, 0, token.length);
      }
      out.finish();
    }
  }

  private void assertSound() throws IOException {
    try (PlaidFolder plaid = PlaidFolder.open(folder)) {
      assertEquals(lengths.length, plaid.documents());
    }
  }

  private void assertRefused(int documents) {
    VectorFileException e =
        expectThrows(VectorFileException.class, () -> PlaidFolder.open(folder).close());
    String found = ": lengths at byte 0: found those of " + documents + " documents that are in no";
    assertTrue(e.getMessage(), e.getMessage().startsWith(file + found));
  }

  private void assertRefused(int... buffer) throws IOException {
    Files.writeString(file, Arrays.toString(buffer));
    assertRefused(buffer.length);
  }

  /**
   * The documents of a buffer are documents of the folder one after the other, in one chunk or in
   * several. They are the last ones unless others were appended since then.
   */
  public void testSound() throws IOException {
    write(false);
    float[][] tokens = encode(-1);
    int from = random().nextInt(lengths.length + 1);
    int to =
        random().nextBoolean() ? lengths.length : TestUtil.nextInt(random(), from, lengths.length);
    int first = Arrays.stream(lengths, 0, from).sum();
    int last = first + Arrays.stream(lengths, from, to).sum();
    int[] documents = Arrays.copyOfRange(lengths, from, to);
    Files.writeString(file, Arrays.toString(documents));
    assertSound();
    buffer(documents, Arrays.copyOfRange(tokens, first, last));
    assertSound();
  }

  /** next-plaid ignores a buffer that it cannot read. */
  public void testDamagedTokens() throws IOException {
    write(false);
    Files.writeString(file, Arrays.toString(lengths));
    Files.writeString(folder.resolve("buffer.npy"), "no array");
    assertSound();
    buffer(lengths, new float[1 + Arrays.stream(lengths).sum()][16]);
    assertSound();
  }

  /** While next-plaid clusters documents, it has deleted them from the chunks. */
  public void testOnlyInBuffer() throws IOException {
    write(false);
    int[] deleted = {41 + random().nextInt(9)};
    assertRefused(deleted);
    assertRefused(IntStream.concat(Arrays.stream(lengths), Arrays.stream(deleted)).toArray());
    // Of more documents than there are, although the last ones fit
    assertRefused(IntStream.concat(Arrays.stream(deleted), Arrays.stream(lengths)).toArray());
  }

  /** The lengths of documents that are in the buffer only may be those of others. */
  public void testOnlyInBufferWithEqualLengths() throws IOException {
    write(false);
    for (int chunk = 0; Files.exists(codes(chunk)); chunk++) {
      try (NpyFile codes = NpyFile.open(codes(chunk))) {
        int[] ones = new int[(int) codes.size()];
        Arrays.fill(ones, 1);
        Files.writeString(folder.resolve("doclens." + chunk + ".json"), Arrays.toString(ones));
      }
    }
    lengths = new int[Arrays.stream(lengths).sum()];
    Arrays.fill(lengths, 1);
    assumeTrue("The folder has no tokens", lengths.length > 0);
    float[] other = RandomDirectories.tokens(random(), 1, 16)[0];
    float[][] tokens = encode(nearest(other));
    int n = TestUtil.nextInt(random(), 1, lengths.length);
    int[] documents = Arrays.copyOf(lengths, n);
    float[][] others = new float[n][];
    Arrays.fill(others, other);
    buffer(documents, others);
    assertRefused(n);
    // Rounded products may lead to other centroids
    Arrays.fill(tokens, 0, n / 3, other);
    buffer(documents, Arrays.copyOf(tokens, n));
    assertSound();
  }

  /** Binary folders have no buffer, but may be written over another folder. */
  public void testBinary() throws IOException {
    write(true);
    Files.writeString(file, "[41, 42]");
    assertSound();
  }
}
