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

import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.VectorFileException;
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.codebook.PlaidBlockCodec;
import io.github.luceneplaid.plaid.codebook.PlaidQuantizer;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.IOUtils;

/**
 * Reads a PLAID folder, an index directory of next-plaid (1.1 to 1.8.5) or fast-plaid, in place.
 * The folder may have been updated, may have deletions, and may be binary. These files are read:
 * {@code metadata.json}, {@code centroids.npy}, {@code bucket_*.npy}, {@code avg_residual.npy},
 * {@code cluster_threshold.npy}, and the doclens, codes and residuals of each chunk. Files that are
 * derived from these (norms, inverted lists, merged files) are not read, and neither are
 * next-plaid's raw tokens. Since 1.7 fast-plaid keeps codes and residuals only in the merged files,
 * and sets {@code frozen}. The merged files are read then. Of next-plaid's buffer the lengths and
 * some tokens are read, to notice documents that are in the buffer only.
 *
 * <p>All content is checked when a folder is opened, and not again when it is read. So the files
 * must not change until it is closed. After a change, reads may return wrong tokens or throw
 * unchecked exceptions. A folder may have up to 65,536 centroids of up to 1,024 dimensions.
 * Instances can be used by several threads.
 *
 * @lucene.experimental
 */
public final class PlaidFolder implements Closeable {

  /** Tokens that the mean length of residuals is measured on. */
  private static final int SAMPLE = 1024;

  private final PlaidFolderMetadata metadata;
  private final Codebook codebook;
  private final List<PlaidFolderChunk> chunks;

  /** The first document of each chunk, followed by the number of documents. */
  private final int[] firstDocuments;

  private final long tokens;

  private PlaidFolder(
      PlaidFolderMetadata metadata, Codebook codebook, List<PlaidFolderChunk> chunks) {
    this.metadata = metadata;
    this.chunks = chunks;
    this.firstDocuments = new int[chunks.size() + 1];
    long sum = 0;
    for (int i = 0; i < chunks.size(); i++) {
      firstDocuments[i + 1] = firstDocuments[i] + chunks.get(i).tokenCounts().length;
      sum += chunks.get(i).tokens();
    }
    this.tokens = sum;
    this.codebook = codebook;
  }

  /**
   * Opens a folder and checks its files.
   *
   * @param directory path of the folder
   * @throws VectorFileException if a file is damaged or contradicts another file
   * @throws java.nio.file.NoSuchFileException if one is missing
   */
  public static PlaidFolder open(Path directory) throws IOException {
    PlaidFolderMetadata metadata = PlaidFolderMetadata.read(directory);
    Path centroidsFile = directory.resolve("centroids.npy");
    float[] centroids;
    int dimension;
    try (NpyFile array = PlaidFolderArray.open(centroidsFile, PlaidFolderArray.FLOATS, -1, -1)) {
      if (array.rows() < 1 || array.rows() > Codebook.MAX_CENTROIDS) {
        String limit = "1 to " + Codebook.MAX_CENTROIDS + ", the most that a segment has ids for";
        throw new VectorFileException(
            centroidsFile.toString(), 0, "centroids", array.rows(), limit);
      }
      check(centroidsFile, "dimension", array.rowSize(), 1, PlaidSegment.MAX_DIMENSION);
      dimension = (int) array.rowSize();
      centroids = PlaidFolderArray.floats(centroidsFile, array);
    }
    if (metadata.dimension() != 0) {
      check(directory, "embedding_dim", metadata.dimension(), dimension);
    }
    PlaidQuantizer buckets = buckets(directory, metadata, dimension);
    List<PlaidFolderChunk> chunks = new ArrayList<>();
    boolean success = false;
    try {
      openChunks(directory, metadata, buckets, centroids.length / dimension, dimension, chunks);
      Codebook codebook = codebook(centroidsFile, centroids, buckets, dimension, chunks);
      PlaidFolder result = new PlaidFolder(metadata, codebook, chunks);
      result.checkNumbers(directory);
      // A binary folder has no buffer, but maybe still that of a folder which it replaced
      if (metadata.binary() == false) {
        PlaidFolderBuffer.check(directory, chunks, codebook);
      }
      success = true;
      return result;
    } finally {
      if (success == false) {
        IOUtils.closeWhileHandlingException(chunks);
      }
    }
  }

  private static void openChunks(
      Path directory,
      PlaidFolderMetadata metadata,
      PlaidQuantizer buckets,
      int centroids,
      int dimension,
      List<PlaidFolderChunk> chunks)
      throws IOException {
    int width = (dimension * buckets.bits() + 7) / 8;
    // The most that the value of a field can have
    int mostTokens = (ArrayUtil.MAX_ARRAY_LENGTH - Integer.BYTES) / (dimension * Float.BYTES);
    PlaidFolderChunk.Layout layout =
        PlaidFolderChunk.Layout.of(directory, metadata, width, centroids, mostTokens);
    long documents = 0;
    long tokens = 0;
    for (int i = 0; i < metadata.chunks(); i++) {
      chunks.add(PlaidFolderChunk.open(layout, i, tokens));
      tokens += chunks.get(i).tokens();
      documents += chunks.get(i).tokenCounts().length;
      Path file = directory.resolve(PlaidFolderMetadata.FILE);
      check(file, "documents", documents, 0, IndexWriter.MAX_DOCS);
    }
  }

  private void checkNumbers(Path directory) throws VectorFileException {
    if (metadata.documents() > 0) {
      check(directory, "num_documents", metadata.documents(), documents());
    }
    if (metadata.tokens() >= 0) {
      check(directory, "num_embeddings", metadata.tokens(), tokens());
    }
  }

  /** Checks the metadata. */
  private static void check(Path directory, String field, long found, long expected)
      throws VectorFileException {
    check(directory.resolve(PlaidFolderMetadata.FILE), field, found, expected, expected);
  }

  private static void check(Path file, String field, long found, long from, long to)
      throws VectorFileException {
    if (found < from || found > to) {
      String expected = from == to ? Long.toString(from) : from + " to " + to;
      throw new VectorFileException(file.toString(), 0, field, found, expected);
    }
  }

  private static PlaidQuantizer buckets(Path directory, PlaidFolderMetadata metadata, int dimension)
      throws IOException {
    float[] averageResidual =
        PlaidFolderArray.floats(directory.resolve("avg_residual.npy"), dimension);
    Path weightsFile = directory.resolve("bucket_weights.npy");
    if (metadata.binary()) {
      if (Files.exists(weightsFile)) {
        checkWeightsOfSigns(weightsFile);
      }
      return PlaidQuantizer.ofSigns(averageResidual);
    }
    int bits = metadata.bits();
    Path file = directory.resolve(PlaidFolderMetadata.FILE);
    if (dimension * bits % 8 != 0) {
      throw new VectorFileException(
          file.toString(), 0, "nbits", bits, "whole bytes for " + dimension + " dimensions");
    }
    float[] weights = PlaidFolderArray.floats(weightsFile, 1L << bits);
    float[] cutoffs =
        PlaidFolderArray.floats(directory.resolve("bucket_cutoffs.npy"), (1L << bits) - 1);
    try {
      return PlaidQuantizer.ofResiduals(cutoffs, weights, averageResidual, threshold(directory));
    } catch (IllegalArgumentException e) {
      throw wrap(weightsFile, "weights", e);
    }
  }

  /**
   * Refuses weights of one bit in a binary folder. Weights of more bits are left from a residual
   * folder that next-plaid has replaced, as the width of the residuals shows: it is checked when
   * they are opened. Residuals of one bit have the width of signs.
   */
  private static void checkWeightsOfSigns(Path weightsFile) throws IOException {
    try (NpyFile weights = PlaidFolderArray.open(weightsFile, PlaidFolderArray.FLOATS, -1)) {
      if (weights.rows() <= 2) {
        String found = "weights of residuals of one bit";
        throw new VectorFileException(
            weightsFile.toString(), 0, "file", found, "none, because the folder is binary");
      }
    }
  }

  /**
   * Returns the distance from all centroids beyond which next-plaid takes a token as an outlier.
   * Only programs that add documents need it, so it is NaN if the file is missing.
   */
  private static float threshold(Path directory) throws IOException {
    Path file = directory.resolve("cluster_threshold.npy");
    if (Files.exists(file) == false) {
      return Float.NaN;
    }
    try (NpyFile array = NpyFile.open(file)) {
      // One number, in an array of one axis or none
      if (array.size() != 1 || PlaidFolderArray.FLOATS.contains(array.type()) == false) {
        throw new VectorFileException(
            file.toString(), 0, "elements", array.size() + " of " + array.type(), "one float");
      }
      return array.floatAt(0);
    }
  }

  private static Codebook codebook(
      Path file,
      float[] centroids,
      PlaidQuantizer buckets,
      int dimension,
      List<PlaidFolderChunk> chunks)
      throws VectorFileException {
    long tokens = chunks.stream().mapToLong(PlaidFolderChunk::tokens).sum();
    try {
      Codebook codebook = Codebook.imported(centroids, buckets, dimension, 0, tokens);
      return codebook.withMeanResidual(meanResidual(new PlaidBlockCodec(codebook), chunks));
    } catch (IllegalArgumentException e) {
      throw wrap(file, "centroids", e);
    }
  }

  private static VectorFileException wrap(Path file, String field, IllegalArgumentException e) {
    VectorFileException exception =
        new VectorFileException(file.toString(), 0, field, e.getMessage(), "finite numbers");
    exception.initCause(e);
    return exception;
  }

  /** Returns the mean distance of some tokens from their centroids. */
  private static float meanResidual(PlaidBlockCodec codec, List<PlaidFolderChunk> chunks) {
    int dimension = codec.codebook().dimension();
    float[] centroids = codec.codebook().importedCentroids();
    long[] code = new long[1];
    byte[] packed = new byte[codec.width()];
    float[] token = new float[dimension];
    long step = Math.max(1, codec.codebook().trainedTokens() / SAMPLE);
    double sum = 0;
    long n = 0;
    for (PlaidFolderChunk chunk : chunks) {
      for (long i = 0; i < chunk.tokens(); i += step, n++) {
        chunk.readCodes(i, code, 1);
        chunk.readResiduals(i, packed, 1);
        int centroid = (int) code[0];
        codec.decode(packed, 0, centroid, token, 0);
        double squares = 0;
        for (int j = 0; j < dimension; j++) {
          double difference = token[j] - centroids[centroid * dimension + j];
          squares += difference * difference;
        }
        sum += Math.sqrt(squares);
      }
    }
    return n == 0 ? 0 : (float) (sum / n);
  }

  /** Returns the number of documents, including those without tokens. */
  public int documents() {
    return firstDocuments[chunks.size()];
  }

  /** Number of tokens. */
  public long tokens() {
    return tokens;
  }

  /** Components of a token. */
  public int dimension() {
    return codebook.dimension();
  }

  /** Returns the bits of a component: 1, 2, 4 or 8. */
  public int bits() {
    return codebook.buckets().bits();
  }

  /** Whether tokens are the signs of their components. */
  public boolean isBinary() {
    return metadata.binary();
  }

  /** Number of centroids. */
  public int centroids() {
    return codebook.size();
  }

  Codebook codebook() {
    return codebook;
  }

  /** Returns a cursor before the first document, for one thread. */
  Cursor cursor() {
    return new Cursor();
  }

  /**
   * Returns the tokens of a document, decoded as next-plaid and fast-plaid decode them.
   *
   * @param document number of the document, from 0
   * @return one row for each token, with signs or with length 1 up to rounding; empty for a
   *     document without tokens
   * @throws IndexOutOfBoundsException if there is no such document
   */
  public float[][] tokens(int document) {
    Cursor cursor = cursor();
    cursor.moveTo(Objects.checkIndex(document, documents()));
    float[][] result = new float[cursor.tokenCount()][dimension()];
    for (int i = 0; i < result.length; i++) {
      cursor.decode(i, 1, result[i]);
    }
    return result;
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(chunks);
  }

  /** A position in the documents. Moving to documents in order is fast. */
  final class Cursor {
    private final PlaidBlockCodec codec = new PlaidBlockCodec(codebook);
    private final int width = codec.width();
    private int chunk;
    private int document;
    private int inChunk;
    private long firstToken;
    private long[] batch = new long[0];
    private byte[] packed = new byte[0];
    private int[] ids = new int[0];

    /** Moves to a document. */
    void moveTo(int target) {
      if (target < document || target >= firstDocuments[chunk + 1]) {
        chunk = 0;
        while (target >= firstDocuments[chunk + 1]) {
          chunk++;
        }
        document = firstDocuments[chunk];
        inChunk = 0;
        firstToken = 0;
      }
      int[] counts = chunks.get(chunk).tokenCounts();
      for (; document < target; document++) {
        firstToken += counts[inChunk++];
      }
    }

    int tokenCount() {
      return chunks.get(chunk).tokenCounts()[inChunk];
    }

    /** Reads centroids of tokens {@code [from, from + n)}. */
    void centroids(int from, int n, int[] into) {
      Objects.checkFromIndexSize(from, n, tokenCount());
      batch = batch.length < n ? new long[n] : batch;
      chunks.get(chunk).readCodes(firstToken + from, batch, n);
      for (int i = 0; i < n; i++) {
        into[i] = (int) batch[i];
      }
    }

    /** Reads residual bytes of tokens {@code [from, from + n)}. */
    void residuals(int from, int n, byte[] into) {
      Objects.checkFromIndexSize(from, n, tokenCount());
      chunks.get(chunk).readResiduals(firstToken + from, into, n);
    }

    /** Decodes tokens {@code [from, from + n)}. */
    void decode(int from, int n, float[] into) {
      packed = packed.length < n * width ? new byte[n * width] : packed;
      ids = ids.length < n ? new int[n] : ids;
      centroids(from, n, ids);
      residuals(from, n, packed);
      for (int i = 0; i < n; i++) {
        codec.decode(packed, i * width, ids[i], into, i * dimension());
      }
    }
  }
}
