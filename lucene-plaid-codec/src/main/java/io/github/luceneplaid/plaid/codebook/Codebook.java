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
package io.github.luceneplaid.plaid.codebook;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Objects;

/**
 * Centroids that tokens are coded against, and figures of their training. Immutable.
 *
 * <p>An <b>imported</b> codebook comes from a PLAID index and has its centroids and its {@link
 * PlaidQuantizer}. Its centroids are held unchanged, without rotation. Their products with a query
 * equal those of the rotated centroids with the rotated query.
 *
 * @lucene.internal
 */
public final class Codebook {

  /** Largest number of centroids, because ids have 16 bits. */
  public static final int MAX_CENTROIDS = 1 << 16;

  /** The largest magnitude of imported components and weights: their sums have a finite length. */
  private static final float MAX_IMPORTED = 1e17f;

  /** Centroids from index {@link #first} on, rotated unless the codebook is imported. */
  private final float[] rows;

  private final int first;
  private final PlaidQuantizer buckets;
  private final int dimension;
  private final int size;
  private final Id id;
  private final float meanResidual;
  private final long trainedTokens;

  /**
   * Identity of a codebook. It is the first 128 bits of the SHA-256 of its dimension and size
   * (int32) and of its centroids as they are held (float32), all little-endian. For an imported
   * codebook, these are followed by the bits of a bucket (int32, negative for signs), cutoffs,
   * weights, average residual and cluster threshold (float32). Equal codes of two segments stand
   * for the same token if the ids are equal.
   *
   * @param high the first 8 bytes of the hash, as a big-endian number
   * @param low the next 8 bytes
   */
  public record Id(long high, long low) {

    /** Returns the 128 bits as 32 hexadecimal digits. */
    @Override
    public String toString() {
      return String.format(java.util.Locale.ROOT, "%016x%016x", high, low);
    }
  }

  /**
   * Makes a codebook.
   *
   * @param centroids rotated centroids, row-major, a whole number of rows and 1 to {@value
   *     #MAX_CENTROIDS} of them. The array is kept without a copy, so the caller must not change it
   * @param dimension components of a centroid, 1 to {@value Rotation#MAX_DIMENSION}
   * @param meanResidual mean distance from a token that was not trained on to its centroid, ≥ 0
   * @param trainedTokens number of tokens trained on, ≥ 0
   * @throws IllegalArgumentException if an argument is out of its range or a centroid is not finite
   */
  public Codebook(float[] centroids, int dimension, float meanResidual, long trainedTokens) {
    this(centroids, null, dimension, meanResidual, trainedTokens);
  }

  /**
   * Makes a codebook that comes from a PLAID index.
   *
   * @param centroids row-major, not rotated; otherwise like the centroids of the other constructor
   * @param buckets the quantiser of residuals
   * @param dimension components of a centroid, 1 to {@value Rotation#MAX_DIMENSION}
   * @param meanResidual mean distance from a token to its centroid, ≥ 0
   * @param trainedTokens number of tokens that were imported with it, ≥ 0
   * @throws IllegalArgumentException if an argument is out of its range, a centroid is not finite,
   *     or a component of a centroid or a weight is beyond ±1e17
   */
  public static Codebook imported(
      float[] centroids,
      PlaidQuantizer buckets,
      int dimension,
      float meanResidual,
      long trainedTokens) {
    Objects.requireNonNull(buckets, "buckets");
    return new Codebook(centroids, buckets, dimension, meanResidual, trainedTokens);
  }

  private Codebook(
      float[] rows, PlaidQuantizer buckets, int dimension, float meanResidual, long trainedTokens) {
    if (dimension < 1 || dimension > Rotation.MAX_DIMENSION) {
      throw new IllegalArgumentException(
          "dimension=" + dimension + ", must be in [1, " + Rotation.MAX_DIMENSION + "]");
    }
    int count = rows.length / dimension;
    if (count < 1 || count > MAX_CENTROIDS || rows.length % dimension != 0) {
      throw new IllegalArgumentException(
          rows.length + " numbers are not 1 to " + MAX_CENTROIDS + " rows of " + dimension);
    }
    if (trainedTokens < 0) {
      throw new IllegalArgumentException("trainedTokens=" + trainedTokens + ", must be ≥ 0");
    }
    for (int i = 0; i < rows.length; i++) {
      if (!Float.isFinite(rows[i])) {
        throw new IllegalArgumentException(
            "centroid " + i / dimension + " has component " + rows[i] + ", must be finite");
      }
    }
    if (buckets != null) {
      checkSums(rows, buckets.largestWeight());
    }
    this.rows = rows;
    this.first = 0;
    this.buckets = buckets;
    this.dimension = dimension;
    this.size = count;
    this.id = hash(rows, dimension, buckets);
    this.meanResidual = checked(meanResidual);
    this.trainedTokens = trainedTokens;
  }

  /** Refuses sums of a centroid and weights that have no length as floats. */
  private static void checkSums(float[] rows, float largestWeight) {
    for (float component : rows) {
      if (Math.abs(component) > MAX_IMPORTED || largestWeight > MAX_IMPORTED) {
        throw new IllegalArgumentException(
            "found component "
                + component
                + " of a centroid, and weights of up to "
                + largestWeight
                + ", expected magnitudes up to "
                + MAX_IMPORTED);
      }
    }
  }

  private Codebook(Codebook other, float[] rows, int first, float meanResidual) {
    this.rows = rows;
    this.first = first;
    this.buckets = other.buckets;
    this.dimension = other.dimension;
    this.size = other.size;
    this.id = other.id;
    this.meanResidual = checked(meanResidual);
    this.trainedTokens = other.trainedTokens;
  }

  /**
   * Returns this codebook with another {@link #meanResidual}.
   *
   * @throws IllegalArgumentException if it is out of its range
   */
  public Codebook withMeanResidual(float other) {
    return new Codebook(this, rows, first, other);
  }

  /** Returns this codebook with its rows in an array that it shares with other codebooks. */
  Codebook in(float[] all, int index) {
    return new Codebook(this, all, index, meanResidual);
  }

  private static float checked(float meanResidual) {
    if (!(meanResidual >= 0) || Float.isInfinite(meanResidual)) {
      throw new IllegalArgumentException("meanResidual=" + meanResidual + ", must be ≥ 0, finite");
    }
    return meanResidual;
  }

  /** Whether the codebook comes from a PLAID index. */
  public boolean isImported() {
    return buckets != null;
  }

  /** Returns the quantiser of an imported codebook; null if the codebook is not imported. */
  public PlaidQuantizer buckets() {
    return buckets;
  }

  /**
   * Returns the centroids of an imported codebook; null if the codebook is not imported.
   *
   * @return [size][dimension], not rotated. A copy if the codebook is one of several of a segment;
   *     otherwise its own array, which must not be changed
   */
  public float[] importedCentroids() {
    return isImported() ? rows() : null;
  }

  /**
   * Returns the rotated centroids.
   *
   * @return [size][dimension]; a copy if the codebook is imported or one of several of a segment;
   *     otherwise its own array, which must not be changed
   */
  public float[] centroids() {
    return isImported() ? Rotation.of(dimension).rotated(rows()) : rows();
  }

  /** Returns the centroids as they are held, not rotated if the codebook is imported. */
  float[] rows() {
    int n = size * dimension;
    return rows.length == n ? rows : Arrays.copyOfRange(rows, first, first + n);
  }

  /** Returns the array that has the rows, from {@link #firstOfRows} on. */
  float[] arrayOfRows() {
    return rows;
  }

  int firstOfRows() {
    return first;
  }

  /**
   * Returns the number of components of a centroid.
   *
   * @return 1 to {@value Rotation#MAX_DIMENSION}
   */
  public int dimension() {
    return dimension;
  }

  /**
   * Returns the number of centroids.
   *
   * @return 1 to {@value #MAX_CENTROIDS}
   */
  public int size() {
    return size;
  }

  /**
   * Returns the identity of this codebook.
   *
   * @return a hash of dimension, size and centroids
   */
  public Id id() {
    return id;
  }

  /**
   * Returns the mean distance from a token that was not trained on to its centroid. If other tokens
   * have clearly longer residuals, this codebook does not suit them.
   *
   * @return a length, ≥ 0
   */
  public float meanResidual() {
    return meanResidual;
  }

  /**
   * Returns the number of tokens trained on.
   *
   * @return a count, ≥ 0
   */
  public long trainedTokens() {
    return trainedTokens;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Codebook that
        && id.equals(that.id)
        && Float.compare(meanResidual, that.meanResidual) == 0
        && trainedTokens == that.trainedTokens;
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, meanResidual, trainedTokens);
  }

  @Override
  public String toString() {
    return "Codebook(" + id + ", " + size + " centroids of dimension " + dimension + ")";
  }

  private static Id hash(float[] rows, int dimension, PlaidQuantizer buckets) {
    Hash hash = new Hash();
    hash.add(dimension);
    hash.add(rows.length / dimension);
    hash.add(rows);
    if (buckets != null) {
      hash.add(buckets.areSigns() ? -buckets.bits() : buckets.bits());
      hash.add(buckets.cutoffs());
      hash.add(buckets.weights());
      hash.add(buckets.averageResidual());
      hash.add(Float.floatToRawIntBits(buckets.clusterThreshold()));
    }
    return hash.id();
  }

  /** Computes the SHA-256 of little-endian numbers. */
  private static final class Hash {
    private final MessageDigest sha;
    private final ByteBuffer buffer = ByteBuffer.allocate(8192).order(ByteOrder.LITTLE_ENDIAN);

    Hash() {
      try {
        sha = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError("every Java platform has SHA-256", e);
      }
    }

    void add(int number) {
      if (buffer.remaining() < Integer.BYTES) {
        drain();
      }
      buffer.putInt(number);
    }

    void add(float[] numbers) {
      drain();
      for (int from = 0; from < numbers.length; ) {
        int n = Math.min(numbers.length - from, buffer.capacity() / Float.BYTES);
        buffer.asFloatBuffer().put(numbers, from, n);
        buffer.position(n * Float.BYTES);
        drain();
        from += n;
      }
    }

    private void drain() {
      sha.update(buffer.flip());
      buffer.clear();
    }

    Id id() {
      drain();
      ByteBuffer digest = ByteBuffer.wrap(sha.digest());
      return new Id(digest.getLong(), digest.getLong());
    }
  }
}
