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
package io.github.luceneplaid.fsvi;

import io.github.luceneplaid.fsvi.internal.FilePart;
import io.github.luceneplaid.fsvi.slab.Limits;
import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import io.github.luceneplaid.fsvi.slab.SlabWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.Accountable;
import org.apache.lucene.util.RamUsageEstimator;

/**
 * Type of the vectors of a field, and the places of their parts in .vec, see {@link
 * FsviVectorsFormat}. The writer and the reader both make an instance, so the same checks apply to
 * both. The writer cannot write a layout that the reader refuses.
 *
 * @param encoding type of the vectors
 * @param similarity similarity of the field
 * @param dimension number of elements of a vector
 * @param size number of vectors
 * @param tiers the only tier, or a coarse tier for scans and then a fine tier; readers return the
 *     vectors of the last tier
 * @param norms offset of the norms of the vectors in the last tier, or {@link #NONE} if {@link
 *     #needsNorms} is false
 */
record VectorFieldLayout(
    VectorEncoding encoding,
    VectorSimilarityFunction similarity,
    int dimension,
    int size,
    List<Tier> tiers,
    long norms)
    implements Accountable {

  private static final long SHALLOW_BYTES =
      RamUsageEstimator.shallowSizeOfInstance(VectorFieldLayout.class);
  private static final long TIER_BYTES = RamUsageEstimator.shallowSizeOfInstance(Tier.class);

  /** Offset of a part that does not exist. */
  static final long NONE = 0;

  /** Similarities in the order of their numbers in files. */
  private static final List<VectorSimilarityFunction> SIMILARITIES =
      List.of(
          VectorSimilarityFunction.EUCLIDEAN,
          VectorSimilarityFunction.DOT_PRODUCT,
          VectorSimilarityFunction.COSINE,
          VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT);

  /** Types of vectors in the order of their numbers in files. */
  private static final List<VectorEncoding> ENCODINGS =
      List.of(VectorEncoding.BYTE, VectorEncoding.FLOAT32);

  /**
   * A tier: a slab with a row for each vector, and columns with a number for each row.
   *
   * @param encoding encoding of the elements
   * @param rows offset of the slab
   * @param scales offset of the scales, or {@link #NONE} if rows are not scaled
   * @param errors offset of the errors, or {@link #NONE} if this is not a coarse tier
   */
  record Tier(SlabEncoding encoding, long rows, long scales, long errors) {

    private static Tier read(IndexInput meta) throws IOException {
      SlabEncoding encoding = SlabEncoding.fromWireNumber(meta.readByte());
      return new Tier(encoding, meta.readVLong(), meta.readVLong(), meta.readVLong());
    }

    private void write(IndexOutput meta) throws IOException {
      meta.writeByte((byte) encoding.wireNumber());
      meta.writeVLong(rows);
      meta.writeVLong(scales);
      meta.writeVLong(errors);
    }

    /** Number of bytes of a row, including its scale and error. */
    long rowBytes(int dimension) {
      return (long) dimension * encoding.bytes()
          + (scales == NONE ? 0 : Float.BYTES)
          + (errors == NONE ? 0 : Float.BYTES);
    }
  }

  VectorFieldLayout {
    tiers = List.copyOf(tiers);
    Limits.check(
        "number of the vector encoding", ENCODINGS.indexOf(encoding), 0, ENCODINGS.size() - 1);
    Limits.check(
        "number of the similarity", SIMILARITIES.indexOf(similarity), 0, SIMILARITIES.size() - 1);
    Limits.check("dimension", dimension, 1, FsviVectorsFormat.MAX_DIMENSIONS);
    Limits.check("vectors", size, 0, Integer.MAX_VALUE);
    Limits.check("slabs", tiers.size(), 1, 2);
    checkParts(encoding, similarity, tiers, norms);
    checkOffsets(dimension, size, tiers, norms);
  }

  /** Checks that a layout has exactly the parts that vectors of its type need. */
  private static void checkParts(
      VectorEncoding vectors, VectorSimilarityFunction similarity, List<Tier> tiers, long norms) {
    List<SlabEncoding> encodings = tiers.stream().map(Tier::encoding).toList();
    boolean right = needsNorms(vectors, similarity, encodings) == (norms != NONE);
    for (int i = 0; i < tiers.size(); i++) {
      Tier tier = tiers.get(i);
      boolean scaled = vectors == VectorEncoding.FLOAT32 && tier.encoding == SlabEncoding.INT8;
      right &= scaled == (tier.scales != NONE);
      right &= (i < tiers.size() - 1) == (tier.errors != NONE);
    }
    if (vectors == VectorEncoding.BYTE) {
      right &= encodings.equals(List.of(SlabEncoding.INT8));
    }
    // A coarse tier is useful only if it is smaller than the fine one.
    right &= tiers.size() == 1 || encodings.get(0).bytes() < encodings.get(1).bytes();
    if (right == false) {
      throw new IllegalArgumentException(
          "parts are missing or do not belong: found "
              + tiers
              + " and norms at "
              + norms
              + ", expected exactly the parts of "
              + vectors
              + " vectors with similarity "
              + similarity);
    }
  }

  /** Checks that parts are aligned and do not overlap. */
  private static void checkOffsets(int dimension, int size, List<Tier> tiers, long norms) {
    long end = SlabWriter.ALIGNMENT;
    for (Tier tier : tiers) {
      end = checkOffset("rows", tier.rows, end, (long) dimension * tier.encoding.bytes(), size);
      if (tier.scales != NONE) {
        end = checkOffset("scales", tier.scales, end, Float.BYTES, size);
      }
      if (tier.errors != NONE) {
        end = checkOffset("errors", tier.errors, end, Float.BYTES, size);
      }
    }
    if (norms != NONE) {
      checkOffset("norms", norms, end, Float.BYTES, size);
    }
  }

  private static long checkOffset(String what, long found, long least, long rowBytes, int size) {
    if (found < least || found % SlabWriter.ALIGNMENT != 0) {
      throw new IllegalArgumentException(
          "offset of "
              + what
              + ": found "
              + found
              + ", expected a multiple of "
              + SlabWriter.ALIGNMENT
              + ", at least "
              + least);
    }
    return Math.addExact(found, rowBytes * size);
  }

  void write(IndexOutput meta) throws IOException {
    meta.writeByte((byte) ENCODINGS.indexOf(encoding));
    meta.writeByte((byte) SIMILARITIES.indexOf(similarity));
    meta.writeVInt(dimension);
    meta.writeVInt(size);
    meta.writeByte((byte) tiers.size());
    for (Tier tier : tiers) {
      tier.write(meta);
    }
    meta.writeVLong(norms);
  }

  /** Reads a layout that {@link #write} has written, and compares it with the field info. */
  static VectorFieldLayout read(IndexInput meta, FieldInfo field) throws IOException {
    VectorFieldLayout layout;
    try {
      layout = read(meta);
    } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
      throw new CorruptIndexException("field \"" + field.name + "\": " + e.getMessage(), meta, e);
    }
    checkField(meta, field, "vectors", layout.encoding, field.getVectorEncoding());
    checkField(meta, field, "similarity", layout.similarity, field.getVectorSimilarityFunction());
    checkField(meta, field, "dimension", layout.dimension, field.getVectorDimension());
    return layout;
  }

  private static VectorFieldLayout read(IndexInput meta) throws IOException {
    VectorEncoding encoding = ENCODINGS.get(meta.readByte());
    VectorSimilarityFunction similarity = SIMILARITIES.get(meta.readByte());
    int dimension = meta.readVInt();
    int size = meta.readVInt();
    int count = meta.readByte();
    Limits.check("slabs", count, 1, 2);
    List<Tier> tiers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tiers.add(Tier.read(meta));
    }
    return new VectorFieldLayout(encoding, similarity, dimension, size, tiers, meta.readVLong());
  }

  private static void checkField(
      IndexInput meta, FieldInfo field, String what, Object found, Object expected)
      throws IOException {
    if (found.equals(expected) == false) {
      throw new CorruptIndexException(
          "field \"" + field.name + "\": " + what + ": found " + found + ", expected " + expected,
          meta);
    }
  }

  /**
   * Returns whether norms are stored. A cosine is a dot product divided by the norms. A scan of
   * floats in signed bytes rounds the query, and the error of that is proportional to the norm.
   */
  static boolean needsNorms(
      VectorEncoding vectors, VectorSimilarityFunction similarity, List<SlabEncoding> encodings) {
    return similarity == VectorSimilarityFunction.COSINE
        || (vectors == VectorEncoding.FLOAT32 && encodings.get(0) == SlabEncoding.INT8);
  }

  Tier coarse() {
    return tiers.get(0);
  }

  Tier fine() {
    return tiers.get(tiers.size() - 1);
  }

  List<SlabEncoding> encodings() {
    return tiers.stream().map(Tier::encoding).toList();
  }

  /** Returns the parts in the file of vectors. */
  List<FilePart> parts() {
    List<FilePart> parts = new ArrayList<>();
    for (Tier tier : tiers) {
      long rowBytes = (long) dimension * tier.encoding.bytes();
      parts.add(new FilePart("rows", tier.rows, rowBytes * size));
      addColumn("scales", tier.scales, parts);
      addColumn("errors", tier.errors, parts);
    }
    addColumn("norms", norms, parts);
    return parts;
  }

  private void addColumn(String what, long offset, List<FilePart> parts) {
    if (offset != NONE) {
      parts.add(new FilePart(what, offset, (long) Float.BYTES * size));
    }
  }

  /** Number of bytes of a vector in all tiers, including its norm, without its document number. */
  long bytesPerVector() {
    long bytes = norms == NONE ? 0 : Float.BYTES;
    for (Tier tier : tiers) {
      bytes += tier.rowBytes(dimension);
    }
    return bytes;
  }

  @Override
  public long ramBytesUsed() {
    return SHALLOW_BYTES + RamUsageEstimator.shallowSizeOf(tiers) + tiers.size() * TIER_BYTES;
  }
}
