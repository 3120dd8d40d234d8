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

import io.github.luceneplaid.fsvi.files.internal.Replacement;
import io.github.luceneplaid.plaid.codebook.AbortCheck;
import io.github.luceneplaid.plaid.codebook.CentroidRouter;
import io.github.luceneplaid.plaid.codebook.Codebook;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.apache.lucene.index.IndexReader;

/**
 * Writes a field of an index as a PLAID folder that next-plaid 1.8.5 loads, searches and changes.
 * If all tokens have codes of one imported codebook, the export copies these codes byte for byte.
 * Otherwise it reads the tokens, brings them to length 1, trains centroids and buckets on them, and
 * encodes them.
 *
 * <p>The documents of the folder are the live documents of the index, in the order of the index or
 * of a numeric field. A document without tokens becomes an empty document of the folder.
 *
 * @lucene.experimental
 */
public final class PlaidExport {

  /** Tokens handled at a time. */
  private static final int CHUNK = 256;

  /** Largest memory of a sample to train on. */
  private static final int SAMPLE_BYTES = 1 << 27;

  /** Tokens of a sample for each centroid, as in next-plaid. */
  private static final int TOKENS_PER_CENTROID = 256;

  private final LiveDocuments documents;
  private final int bits;
  private final long seed;
  private final int chunkDocuments;
  private final Companion companion;

  private long tokens;
  private int dimension;
  private Codebook imported;
  private boolean isOneCodebook = true;

  private PlaidExport(LiveDocuments documents, Options options, Companion companion) {
    this.documents = documents;
    this.bits = options.bits;
    this.seed = options.seed;
    this.chunkDocuments = options.chunkDocuments;
    this.companion = companion;
  }

  /**
   * The result of an export.
   *
   * @param documents number of documents
   * @param tokens number of tokens
   * @param encoded whether the tokens were encoded by the export; if not, their codes were copied
   */
  public record Result(int documents, long tokens, boolean encoded) {}

  /**
   * The options of an export.
   *
   * @param orderField numeric doc values that the documents are sorted by; documents without a
   *     value come last; null for the order of the index
   * @param bits of a component, if tokens are encoded: 1, 2, 4 or 8
   * @param seed of the training of centroids
   * @param replace whether an existing folder may be replaced
   * @param chunkDocuments documents of a chunk, ≥ 1
   */
  public record Options(
      String orderField, int bits, long seed, boolean replace, int chunkDocuments) {

    /** Checks the numbers. */
    public Options {
      if (bits < 1 || bits > 8 || 8 % bits != 0) {
        throw new IllegalArgumentException("bits: found " + bits + ", expected 1, 2, 4 or 8");
      }
      if (chunkDocuments < 1) {
        throw new IllegalArgumentException(
            "documents of a chunk: found " + chunkDocuments + ", expected at least 1");
      }
    }

    /**
     * The default options: the order of the index, 4 bits, seed 42, chunks of 50,000 documents, and
     * no replacement.
     */
    public static Options ofDefaults() {
      return new Options(null, 4, 42, false, PlaidFolderWriter.CHUNK_DOCUMENTS);
    }

    /** Returns these options with the order of a field. */
    public Options orderedBy(String field) {
      return new Options(field, bits, seed, replace, chunkDocuments);
    }

    /** Returns these options with another number of bits. */
    public Options withBits(int other) {
      return new Options(orderField, other, seed, replace, chunkDocuments);
    }

    /** Returns these options with replacement of an existing folder. */
    public Options replacing() {
      return new Options(orderField, bits, seed, true, chunkDocuments);
    }

    /** Returns these options with chunks of another size. */
    public Options withChunksOf(int newChunkDocuments) {
      return new Options(orderField, bits, seed, replace, newChunkDocuments);
    }
  }

  /** Observes an export, and adds files to its folder. */
  public interface Companion {

    /**
     * Called before the export writes.
     *
     * @param folder temporary folder that the export writes to, before it moves the files to the
     *     target; it no longer exists after the export, even after a failure
     */
    default void started(Path folder) throws IOException {}

    /**
     * Called after a step.
     *
     * @param done number of documents read so far; a document counts each time it is read; the
     *     number never decreases
     * @param all number of documents to read
     */
    default void progress(long done, long all) {}

    /**
     * Writes files of other names to the folder, before it is moved to the target.
     *
     * @param documents docID in the reader of each document of the folder
     */
    default void complete(Path folder, int[] documents) throws IOException {}

    /** Called when all files are on the disk, before they are moved to the target. */
    default void placing() throws IOException {}
  }

  /**
   * Writes a folder. If the export fails, nothing is written. The new folder is completely on the
   * disk before it replaces an old one. The old one is kept beside it until then.
   *
   * <p>If the process dies, or if the disk fails again while the old folder is restored, folders
   * may be left beside the target. {@code NAME.0.old} is the complete old folder. {@code
   * NAME.0.tmp} can be deleted. Later exports neither use nor change them.
   *
   * @param reader reader of the index
   * @param field field with the tokens
   * @param target path of the new folder; its parent must exist
   * @throws FileAlreadyExistsException if the target exists and may not be replaced
   * @throws IllegalArgumentException if there are no tokens, if they are not of one dimension, if a
   *     value is not one of a late-interaction field or is not finite, or if the codes of a token
   *     are not whole bytes
   */
  public static Result to(IndexReader reader, String field, Path target, Options options)
      throws IOException {
    return to(reader, field, target, options, new Companion() {});
  }

  /**
   * Writes a folder with additional files. If the export or the companion fails, nothing is
   * written.
   *
   * @see #to(IndexReader, String, Path, Options)
   */
  public static Result to(
      IndexReader reader, String field, Path target, Options options, Companion companion)
      throws IOException {
    if (options.replace == false && isThere(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    PlaidExport export =
        new PlaidExport(new LiveDocuments(reader, field, options.orderField), options, companion);
    export.survey(field);
    Path folder = Replacement.temporaryFolder(target);
    try {
      companion.started(folder);
      export.write(folder);
      companion.complete(folder, export.documents.numbers());
      Replacement.sync(folder);
      if (options.replace == false && isThere(target)) {
        throw new FileAlreadyExistsException(target.toString());
      }
      companion.placing();
      try (Replacement replacement = new Replacement()) {
        replacement.put(folder, target);
        replacement.finish();
      }
    } finally {
      Replacement.discard(folder);
    }
    return new Result(export.documents.size(), export.tokens, export.imported == null);
  }

  /** Whether there is anything by this name. A link that leads nowhere counts. */
  private static boolean isThere(Path target) {
    return Files.exists(target, LinkOption.NOFOLLOW_LINKS);
  }

  /** Counts tokens, and checks whether they all have one imported codebook. */
  private void survey(String field) throws IOException {
    for (int i = 0; i < documents.size(); i++) {
      int n = documents.moveTo(i);
      if (n == 0) {
        continue;
      }
      if (dimension != 0 && documents.dimension() != dimension) {
        throw new IllegalArgumentException(
            "document "
                + i
                + " has dimension "
                + documents.dimension()
                + ", expected "
                + dimension
                + " as the others");
      }
      dimension = documents.dimension();
      Codebook codebook = documents.imported();
      if (isOneCodebook) {
        isOneCodebook = codebook != null && (tokens == 0 || codebook.id().equals(imported.id()));
        imported = codebook;
      }
      tokens += n;
    }
    if (tokens == 0) {
      throw new IllegalArgumentException("field \"" + field + "\" has no tokens");
    }
    imported = isOneCodebook ? imported : null;
    if (imported == null && dimension * bits % 8 != 0) {
      throw new IllegalArgumentException(
          "bits: found " + bits + ", expected whole bytes for " + dimension + " dimensions");
    }
  }

  private void write(Path folder) throws IOException {
    Codebook codebook = imported == null ? train() : imported;
    Encoder encoder = imported == null ? new Encoder(codebook) : null;
    int[] centroids = new int[CHUNK];
    byte[] packed = new byte[CHUNK * ((dimension * codebook.buckets().bits() + 7) / 8)];
    float[] rows = new float[imported == null ? CHUNK * dimension : 0];
    try (PlaidFolderWriter writer = new PlaidFolderWriter(folder, codebook, chunkDocuments)) {
      for (int i = 0; i < documents.size(); i++) {
        int count = documents.moveTo(i);
        writer.startDocument(count);
        for (int from = 0; from < count; from += CHUNK) {
          int n = Math.min(CHUNK, count - from);
          if (encoder == null) {
            documents.codes(from, n, centroids, packed);
          } else {
            read(i, from, n, rows);
            encoder.encode(rows, n, centroids, packed);
          }
          writer.add(centroids, packed, n);
        }
        progress(imported == null ? 1 : 0, i + 1);
      }
      writer.finish();
    }
  }

  /** Reports the number of documents that this pass and the passes before it have read. */
  private void progress(int walks, int done) {
    long size = documents.size();
    companion.progress(walks * size + done, imported == null ? 2 * size : size);
  }

  /** Reads tokens of document i and brings them to length 1. */
  private void read(int i, int from, int n, float[] rows) throws IOException {
    documents.tokens(from, n, rows);
    for (int j = 0; j < n * dimension; j++) {
      if (Float.isFinite(rows[j]) == false) {
        throw new IllegalArgumentException("document " + i + " has component " + rows[j]);
      }
    }
    for (int row = 0; row < n; row++) {
      PlaidTrainer.normalize(rows, row * dimension, dimension);
    }
  }

  private Codebook train() throws IOException {
    int centroids = PlaidTrainer.centroids(tokens);
    long most = Math.min(SAMPLE_BYTES / ((long) dimension * Float.BYTES), tokens);
    int size = (int) Math.min((long) centroids * TOKENS_PER_CENTROID, most);
    float[] sample = new float[size * dimension];
    float[] token = new float[dimension];
    SplittableRandom random = new SplittableRandom(seed);
    long left = tokens;
    int drawn = 0;
    for (int i = 0; i < documents.size() && drawn < size; i++) {
      int count = documents.moveTo(i);
      for (int t = 0; t < count; t++, left--) {
        if (random.nextLong(left) < size - drawn) {
          read(i, t, 1, token);
          // Shuffled, so that each part of the sample is a sample, too
          int place = random.nextInt(drawn + 1);
          System.arraycopy(sample, place * dimension, sample, drawn++ * dimension, dimension);
          System.arraycopy(token, 0, sample, place * dimension, dimension);
        }
      }
      progress(0, i + 1);
    }
    return PlaidTrainer.train(sample, size, dimension, centroids, bits, tokens, seed);
  }

  /** Encodes tokens as PLAID does. */
  private static final class Encoder {
    private final Codebook codebook;
    private final int dimension;
    private final int width;
    private final CentroidRouter router;
    private final int[] buckets;

    Encoder(Codebook codebook) throws IOException {
      this.codebook = codebook;
      this.dimension = codebook.dimension();
      this.width = dimension * codebook.buckets().bits() / 8;
      this.router =
          new CentroidRouter(
              codebook.importedCentroids(), codebook.size(), dimension, AbortCheck.NONE);
      this.buckets = new int[dimension];
    }

    void encode(float[] rows, int n, int[] centroids, byte[] packed) {
      router.nearest(rows, 0, n, centroids);
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < dimension; j++) {
          float centroid = codebook.importedCentroids()[centroids[i] * dimension + j];
          buckets[j] = codebook.buckets().bucket(rows[i * dimension + j] - centroid);
        }
        codebook.buckets().pack(buckets, packed, i * width);
      }
    }
  }
}
