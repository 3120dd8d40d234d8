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

/**
 * What the vectors of a field are and where they lie in .vec, see {@link FsviVectorsFormat}. Writer
 * and reader both make one, so neither knows a layout that the other one refuses.
 *
 * @param encoding what the field's vectors are
 * @param similarity of the field
 * @param dimension elements of a vector
 * @param size number of vectors
 * @param tiers one slab, or a coarse one that is scanned and a fine one; the last one is what is
 *     read back
 * @param norms offset of the lengths of the last tier's rows, {@link #NONE} unless {@link
 *     #needsNorms} says that they are there
 */
record VectorFieldLayout(
    VectorEncoding encoding,
    VectorSimilarityFunction similarity,
    int dimension,
    int size,
    List<Tier> tiers,
    long norms) {

  /** Offset of what is not there. */
  static final long NONE = 0;

  /** Similarities by the number that stands for them. */
  private static final List<VectorSimilarityFunction> SIMILARITIES =
      List.of(
          VectorSimilarityFunction.EUCLIDEAN,
          VectorSimilarityFunction.DOT_PRODUCT,
          VectorSimilarityFunction.COSINE,
          VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT);

  /** Vector encodings by the number that stands for them. */
  private static final List<VectorEncoding> ENCODINGS =
      List.of(VectorEncoding.BYTE, VectorEncoding.FLOAT32);

  /**
   * A slab with a row for each vector.
   *
   * @param encoding of its elements
   * @param rows offset of the slab
   * @param scales offset of the scale of each row, or {@link #NONE}
   * @param errors offset of the error of each row, in a coarse tier, or {@link #NONE}
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

    /** Bytes of a row and what belongs to it. */
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

  /** Checks that all parts are there that belong to such vectors, and no others. */
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
    // A coarse tier is worth its place only if it is smaller than the fine one.
    right &= tiers.size() == 1 || encodings.get(0).bytes() < encodings.get(1).bytes();
    if (right == false) {
      throw new IllegalArgumentException(
          "parts are missing or do not belong: " + tiers + ", lengths at " + norms);
    }
  }

  /** Checks that parts are aligned and follow each other. */
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
      checkOffset("lengths", norms, end, Float.BYTES, size);
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

  /** Reads what {@link #write} has written for a field. */
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
          "field \"" + field.name + "\": " + what + " " + found + ", expected " + expected, meta);
    }
  }

  /**
   * Whether lengths of rows are stored: cosines are divided by them, and floats in signed bytes are
   * scanned with a rounded query, whose error matters in proportion to them.
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

  /** Bytes of a vector in all slabs, with all that belongs to it but its document. */
  long bytesPerVector() {
    long bytes = norms == NONE ? 0 : Float.BYTES;
    for (Tier tier : tiers) {
      bytes += tier.rowBytes(dimension);
    }
    return bytes;
  }
}
