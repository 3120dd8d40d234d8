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
import java.util.Objects;

/**
 * Anchors that tokens are coded against, with what is known about their training. Immutable; never
 * changed once a segment was written with it.
 *
 * @lucene.internal
 */
public final class Codebook {

  /** Largest number of anchors: ids are 16 bits. */
  public static final int MAX_ANCHORS = 1 << 16;

  private final float[] anchors;
  private final int dimension;
  private final int size;
  private final Id id;
  private final float meanResidual;
  private final long trainedTokens;

  /**
   * Identity of a codebook: the first 128 bits of the SHA-256 of its dimension and size (int32) and
   * of the bits of its anchors (float32), all little-endian. Codes of two segments mean the same if
   * the ids are equal.
   *
   * @param high the first 8 bytes of the hash, as a big-endian number
   * @param low the next 8 bytes
   */
  public record Id(long high, long low) {

    /** The 128 bits as 32 hexadecimal digits. */
    @Override
    public String toString() {
      return String.format(java.util.Locale.ROOT, "%016x%016x", high, low);
    }
  }

  /**
   * Makes a codebook.
   *
   * @param anchors rotated anchors, row-major, a whole number of rows and 1 to {@value
   *     #MAX_ANCHORS} of them. Kept, not copied: the caller must not change it
   * @param dimension components of an anchor, 1 to {@value Rotation#MAX_DIMENSION}
   * @param meanResidual mean distance from a token that was not trained on to its anchor, ≥ 0
   * @param trainedTokens number of tokens trained on, ≥ 0
   * @throws IllegalArgumentException if an argument is out of its range or an anchor is not finite
   */
  public Codebook(float[] anchors, int dimension, float meanResidual, long trainedTokens) {
    if (dimension < 1 || dimension > Rotation.MAX_DIMENSION) {
      throw new IllegalArgumentException(
          "dimension=" + dimension + ", must be in [1, " + Rotation.MAX_DIMENSION + "]");
    }
    int rows = anchors.length / dimension;
    if (rows < 1 || rows > MAX_ANCHORS || anchors.length % dimension != 0) {
      throw new IllegalArgumentException(
          anchors.length + " numbers are not 1 to " + MAX_ANCHORS + " rows of " + dimension);
    }
    if (!(meanResidual >= 0) || Float.isInfinite(meanResidual)) {
      throw new IllegalArgumentException("meanResidual=" + meanResidual + ", must be ≥ 0, finite");
    }
    if (trainedTokens < 0) {
      throw new IllegalArgumentException("trainedTokens=" + trainedTokens + ", must be ≥ 0");
    }
    for (int i = 0; i < anchors.length; i++) {
      if (!Float.isFinite(anchors[i])) {
        throw new IllegalArgumentException(
            "anchor " + i / dimension + " has component " + anchors[i] + ", must be finite");
      }
    }
    this.anchors = anchors;
    this.dimension = dimension;
    this.size = rows;
    this.id = hash(anchors, dimension);
    this.meanResidual = meanResidual;
    this.trainedTokens = trainedTokens;
  }

  /**
   * Returns the anchors.
   *
   * @return [size][dimension], rotated; the codebook's own array, not to be changed
   */
  public float[] anchors() {
    return anchors;
  }

  /**
   * Returns the number of components of an anchor.
   *
   * @return 1 to {@value Rotation#MAX_DIMENSION}
   */
  public int dimension() {
    return dimension;
  }

  /**
   * Returns the number of anchors.
   *
   * @return 1 to {@value #MAX_ANCHORS}
   */
  public int size() {
    return size;
  }

  /**
   * Returns the identity of this codebook.
   *
   * @return a hash of dimension, size and anchors
   */
  public Id id() {
    return id;
  }

  /**
   * Returns the mean distance from a token that was not trained on to its anchor. Tokens with
   * clearly longer residuals are a sign that this codebook does not suit them.
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
    return "Codebook(" + id + ", " + size + " anchors of dimension " + dimension + ")";
  }

  private static Id hash(float[] anchors, int dimension) {
    MessageDigest sha;
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
    ByteBuffer buffer = ByteBuffer.allocate(8192).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putInt(dimension).putInt(anchors.length / dimension);
    for (float anchor : anchors) {
      if (buffer.remaining() < Float.BYTES) {
        sha.update(buffer.flip());
        buffer.clear();
      }
      buffer.putInt(Float.floatToRawIntBits(anchor));
    }
    sha.update(buffer.flip());
    ByteBuffer digest = ByteBuffer.wrap(sha.digest());
    return new Id(digest.getLong(), digest.getLong());
  }
}
