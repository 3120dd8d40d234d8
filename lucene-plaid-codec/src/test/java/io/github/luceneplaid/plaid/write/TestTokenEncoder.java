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

package io.github.luceneplaid.plaid.write;

import io.github.luceneplaid.plaid.TokenDocuments;
import io.github.luceneplaid.plaid.codebook.AbortCheck;
import io.github.luceneplaid.plaid.codebook.BlockDecoder;
import io.github.luceneplaid.plaid.codebook.CodeBlock;
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.codebook.CodebookBlocks;
import io.github.luceneplaid.plaid.codebook.PlaidQuantizer;
import io.github.luceneplaid.plaid.codebook.Rotation;
import io.github.luceneplaid.plaid.segment.HalfBlock;
import io.github.luceneplaid.plaid.segment.ImportedDocValues;
import io.github.luceneplaid.plaid.segment.PlaidOptions;
import io.github.luceneplaid.plaid.segment.ShownValues;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.store.ByteBuffersIndexOutput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.BitUtil;
import org.apache.lucene.util.BytesRef;

/** Compares blocks of codes with the tokens that they were encoded from. */
public class TestTokenEncoder extends LuceneTestCase {

  private static final int[] ALL_BITS = {1, 2, 3, 4, 8};

  /** The largest mean squared error of a direction that is 0.6 from its centroid, by bits. */
  private static final double[] MAX_ERROR = {0, 0.25, 0.08, 0.03, 0.01, 0, 0, 0, 0.001};

  private int dimension;
  private float[][][] documents;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    dimension = TestUtil.nextInt(random(), 16, 80);
    documents = new float[TestUtil.nextInt(random(), 1, 12)][][];
    for (int doc = 0; doc < documents.length; doc++) {
      documents[doc] = new float[TestUtil.nextInt(random(), 1, 150)][];
    }
  }

  private Codebook randomCodebook(int centroids) {
    float[] rows = new float[centroids * dimension];
    for (int i = 0; i < centroids; i++) {
      System.arraycopy(TokenDocuments.unit(random(), dimension), 0, rows, i * dimension, dimension);
    }
    return new Codebook(rows, dimension, 0.6f, centroids);
  }

  private Codebook imported(int centroids, int bits) {
    float[] rows = randomCodebook(centroids).centroids();
    float[] weights = new float[1 << bits];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = 0.1f * (i - weights.length / 2f);
    }
    float[] cutoffs = new float[weights.length - 1];
    PlaidQuantizer buckets =
        PlaidQuantizer.ofResiduals(cutoffs, weights, new float[dimension], 0.5f);
    return Codebook.imported(rows, buckets, dimension, 0.6f, centroids);
  }

  /** Fills the documents with tokens around centroids, of any length. */
  private void drawTokens(float[] centroids, boolean unitLength) {
    Rotation rotation = Rotation.of(dimension);
    for (float[][] tokens : documents) {
      for (int i = 0; i < tokens.length; i++) {
        int centroid = random().nextInt(centroids.length / dimension);
        float[] token = new float[dimension];
        float[] noise = TokenDocuments.unit(random(), dimension);
        for (int j = 0; j < dimension; j++) {
          token[j] = centroids[centroid * dimension + j] + 0.6f * noise[j];
        }
        rotation.rotateBack(token, 0);
        double length = unitLength ? 1 : 0.5 + 3 * random().nextDouble();
        tokens[i] = TokenDocuments.scaled(token, length / TokenDocuments.length(token));
      }
    }
  }

  private BinaryDocValues payloads() {
    return new BinaryDocValues() {
      private int doc = -1;

      @Override
      public BytesRef binaryValue() {
        return LateInteractionField.encode(documents[doc]);
      }

      @Override
      public boolean advanceExact(int target) {
        throw new UnsupportedOperationException();
      }

      @Override
      public int docID() {
        return doc;
      }

      @Override
      public int nextDoc() {
        doc = doc + 1 < documents.length ? doc + 1 : NO_MORE_DOCS;
        return doc;
      }

      @Override
      public int advance(int target) {
        throw new UnsupportedOperationException();
      }

      @Override
      public long cost() {
        return documents.length;
      }
    };
  }

  private TokenDocs docs(BinaryDocValues values) throws IOException {
    return new TokenDocs(
        () ->
            List.of(
                new TokenDocs.MappedValues(doc -> doc, ShownValues.open(() -> values, "field"), 0)),
        false,
        dimension,
        PlaidOptions.DEFAULT,
        AbortCheck.NONE);
  }

  private interface Encoding {
    void of(TokenCursor doc, ByteBuffersIndexOutput out) throws IOException;
  }

  private byte[] encode(BinaryDocValues values, Encoding encoding) throws IOException {
    ByteBuffersDataOutput bytes = new ByteBuffersDataOutput();
    ByteBuffersIndexOutput out = new ByteBuffersIndexOutput(bytes, "codes", "codes");
    TokenDocs docs = docs(values);
    for (int doc = 0; doc < documents.length; doc++) {
      assertEquals(doc, docs.nextDoc());
      encoding.of(docs.current(), out);
    }
    return bytes.toArrayCopy();
  }

  private TokenEncoder encoder(CodebookBlocks codebooks, int bits, boolean unitLength)
      throws IOException {
    return new TokenEncoder(
        TokenNormalizer.of(dimension), codebooks, bits, unitLength, null, AbortCheck.NONE);
  }

  /** Centroids are the nearest ones, and decoded tokens are near what was encoded. */
  public void testEncode() throws IOException {
    for (int bits : ALL_BITS) {
      // Up to 64 centroids all are compared
      Codebook first = randomCodebook(TestUtil.nextInt(random(), 1, 30));
      Codebook second = randomCodebook(TestUtil.nextInt(random(), 1, 30));
      boolean hasImported = bits != 3 && random().nextBoolean();
      List<Codebook> list = new ArrayList<>(List.of(first, second));
      if (hasImported) {
        list.add(0, imported(5, bits));
      }
      CodebookBlocks codebooks = new CodebookBlocks(list);
      boolean unitLength = random().nextBoolean();
      drawTokens(random().nextBoolean() ? first.centroids() : second.centroids(), unitLength);
      TokenEncoder encoder = encoder(codebooks, bits, unitLength);
      List<float[]> raw = new ArrayList<>();
      float[] scratch = new float[64 * dimension];
      byte[] blocks =
          encode(
              payloads(),
              (doc, out) ->
                  encoder.encode(
                      doc,
                      scratch,
                      (rows, n) -> {
                        for (int i = 0; i < n; i++) {
                          float[] row = new float[dimension];
                          System.arraycopy(rows, i * dimension, row, 0, dimension);
                          raw.add(row);
                        }
                      },
                      out));
      check(codebooks, bits, unitLength, encoder.stride(), blocks);
      int token = 0;
      for (float[][] tokens : documents) {
        for (float[] expected : tokens) {
          assertArrayEquals(expected, raw.get(token++), 0);
        }
      }
      assertEquals(token, raw.size());
    }
  }

  private void check(
      CodebookBlocks codebooks, int bits, boolean unitLength, int stride, byte[] blocks) {
    BlockDecoder decoder = new BlockDecoder(codebooks, bits);
    Rotation rotation = Rotation.of(dimension);
    float[] centroids = codebooks.centroids();
    float[] decoded = new float[dimension];
    int block = 0;
    int n = 0;
    double error = 0;
    for (float[][] tokens : documents) {
      for (int i = 0; i < (tokens.length + 15) / 16 * 16; i++) {
        // The last token of a document is repeated
        float[] token = tokens[Math.min(i, tokens.length - 1)];
        double length = TokenDocuments.length(token);
        int at = block + i / 16 * stride;
        float[] direction = TokenDocuments.scaled(token, 1 / length);
        decoder.decode(blocks, at, i % 16, 1, decoded, 0);
        error += squaredDistance(direction, decoded, 0);
        n++;
        rotation.rotate(direction, 0);
        int centroid = CodeBlock.centroidId(blocks, at, i % 16);
        double distance = squaredDistance(direction, centroids, centroid * dimension);
        for (int other = codebooks.importedCentroids();
            other < codebooks.centroidCount();
            other++) {
          double others = squaredDistance(direction, centroids, other * dimension);
          assertTrue("centroid " + centroid + " and not " + other, distance <= others + 1e-4);
        }
        assertTrue(
            centroid >= codebooks.importedCentroids() && centroid < codebooks.centroidCount());
        if (unitLength == false) {
          int lengths = at + CodeBlock.bytes(bits, dimension);
          float found = (float) BitUtil.VH_LE_FLOAT.get(blocks, lengths + 4 * (i % 16));
          assertEquals(length, found, 1e-4);
        }
      }
      block += (tokens.length + 15) / 16 * stride;
    }
    assertEquals(block, blocks.length);
    assertTrue(bits + " bits: " + error / n, error / n < MAX_ERROR[bits]);
  }

  private static double squaredDistance(float[] row, float[] others, int at) {
    double squares = 0;
    for (int j = 0; j < row.length; j++) {
      squares += (double) (row[j] - others[at + j]) * (row[j] - others[at + j]);
    }
    return squares;
  }

  /**
   * Imported codes decode to the same tokens if other centroids come before theirs, in whole and in
   * half blocks.
   */
  public void testAdopt() throws IOException {
    // Residuals are whole bytes in PLAID's files
    dimension = (dimension + 7) / 8 * 8;
    for (int bits : new int[] {1, 2, 4, 8}) {
      Codebook other = imported(7, bits);
      Codebook codebook = imported(TestUtil.nextInt(random(), 1, 20), bits);
      CodebookBlocks codebooks = new CodebookBlocks(List.of(other, codebook, randomCodebook(3)));
      boolean unitLength = random().nextBoolean();
      TokenEncoder encoder = encoder(codebooks, bits, unitLength);
      RandomImports values = new RandomImports(codebook);
      byte[] blocks =
          encode(values, (doc, out) -> encoder.copyImported(values, other.size(), false, out));
      BlockDecoder decoder = new BlockDecoder(codebooks, bits);
      float[] decoded = new float[dimension];
      float[] centroids = codebook.importedCentroids();
      int block = 0;
      for (int doc = 0; doc < documents.length; doc++) {
        for (int i = 0; i < documents[doc].length; i++) {
          int at = block + i / 16 * encoder.stride();
          int centroid = CodeBlock.centroidId(blocks, at, i % 16);
          assertEquals(other.size() + values.centroids[doc][i], centroid);
          decoder.decode(blocks, at, i % 16, 1, decoded, 0);
          assertArrayEquals(values.decoded(centroids, doc, i), decoded, 1e-5f);
        }
        block += (documents[doc].length + 15) / 16 * encoder.stride();
      }
      assertEquals(block, blocks.length);
      values.doc = -1;
      byte[] cut =
          encode(values, (doc, out) -> encoder.copyImported(values, other.size(), true, out));
      long halves = 0;
      for (float[][] tokens : documents) {
        halves += HalfBlock.count(tokens.length);
      }
      assertEquals(halves * encoder.stride() / 2, cut.length);
    }
  }

  /** A check that aborts as soon as it is armed. */
  private static final class Abort implements AbortCheck {
    private boolean armed;

    @Override
    public void check() throws IOException {
      if (armed) {
        throw new IOException("aborted");
      }
    }
  }

  /** A document may have millions of tokens. A merge that is aborted ends inside of it. */
  public void testAbortInsideDocument() throws IOException {
    dimension = 16;
    documents = new float[1][TestUtil.nextInt(random(), 129, 400)][];
    Codebook imported = imported(5, 4);
    Codebook own = randomCodebook(5);
    CodebookBlocks codebooks = new CodebookBlocks(List.of(imported, own));
    drawTokens(own.centroids(), true);
    Abort abort = new Abort();
    TokenEncoder encoder =
        new TokenEncoder(TokenNormalizer.of(dimension), codebooks, 4, true, null, abort);
    int[] seen = {0};
    float[] scratch = new float[64 * dimension];
    IOException e =
        expectThrows(
            IOException.class,
            () ->
                encode(
                    payloads(),
                    (doc, out) ->
                        encoder.encode(
                            doc,
                            scratch,
                            (rows, n) -> {
                              seen[0] += n;
                              abort.armed = true;
                            },
                            out)));
    assertEquals("aborted", e.getMessage());
    assertEquals(64, seen[0]);
    abort.armed = false;
    RandomImports values =
        new RandomImports(imported) {
          @Override
          public void residuals(int from, int n, byte[] into) {
            super.residuals(from, n, into);
            seen[0] += n;
            abort.armed = true;
          }
        };
    seen[0] = 0;
    e =
        expectThrows(
            IOException.class,
            () -> encode(values, (doc, out) -> encoder.copyImported(values, 0, false, out)));
    assertEquals("aborted", e.getMessage());
    assertEquals(64, seen[0]);
  }

  /** Random codes of as many tokens as the documents have. */
  private class RandomImports extends ImportedDocValues {
    private final Codebook codebook;
    private final int width;
    private final int[][] centroids = new int[documents.length][];
    private final byte[][] residuals = new byte[documents.length][];
    private int doc = -1;

    RandomImports(Codebook codebook) {
      this.codebook = codebook;
      this.width = (dimension * codebook.buckets().bits() + 7) / 8;
      for (int i = 0; i < documents.length; i++) {
        int n = documents[i].length;
        centroids[i] = random().ints(n, 0, codebook.size()).toArray();
        residuals[i] = new byte[n * width];
        random().nextBytes(residuals[i]);
      }
    }

    /** By the bits of a residual: the first dimension has the highest ones of a byte. */
    float[] decoded(float[] rows, int document, int token) {
      int bits = codebook.buckets().bits();
      float[] weights = codebook.buckets().weights();
      float[] sum = new float[dimension];
      for (int j = 0; j < dimension; j++) {
        int bucket = 0;
        for (int b = 0; b < bits; b++) {
          int bit = j * bits + b;
          int octet = residuals[document][token * width + bit / 8];
          bucket |= (octet >> (7 - bit % 8) & 1) << b;
        }
        sum[j] = rows[centroids[document][token] * dimension + j] + weights[bucket];
      }
      return TokenDocuments.scaled(sum, 1 / TokenDocuments.length(sum));
    }

    @Override
    public Codebook codebook() {
      return codebook;
    }

    @Override
    public int tokenCount() {
      return documents[doc].length;
    }

    @Override
    public void centroids(int from, int n, int[] into) {
      System.arraycopy(centroids[doc], from, into, 0, n);
    }

    @Override
    public void residuals(int from, int n, byte[] into) {
      System.arraycopy(residuals[doc], from * width, into, 0, n * width);
    }

    @Override
    public void tokens(int from, int n, float[] into) {
      for (int i = 0; i < n; i++) {
        float[] token = decoded(codebook.importedCentroids(), doc, from + i);
        System.arraycopy(token, 0, into, i * dimension, dimension);
      }
    }

    @Override
    public boolean advanceExact(int target) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int docID() {
      return doc;
    }

    @Override
    public int nextDoc() {
      doc = doc + 1 < documents.length ? doc + 1 : NO_MORE_DOCS;
      return doc;
    }

    @Override
    public int advance(int target) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long cost() {
      return documents.length;
    }
  }
}
