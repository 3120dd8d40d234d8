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

import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;

/**
 * One field of the meta file, see {@link FsviVectorsFormat}.
 *
 * @param encoding what the field's vectors are
 * @param similarity of the field
 * @param dimension elements of a vector
 * @param size number of vectors
 * @param docs their documents
 * @param tiers one slab, or a coarse one that is scanned and a fine one; the last one is what is
 *     read back
 * @param norms offset of the lengths of the last tier's rows, {@link #NONE} unless {@link
 *     #needsNorms} says that they are there
 */
record FieldEntry(
    VectorEncoding encoding,
    VectorSimilarityFunction similarity,
    int dimension,
    int size,
    OrdToDocDISIReaderConfiguration docs,
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

    static Tier read(IndexInput meta) throws IOException {
      int number = meta.readByte();
      SlabEncoding encoding;
      try {
        encoding = SlabEncoding.fromWireNumber(number);
      } catch (IllegalArgumentException e) {
        throw new CorruptIndexException("encoding of a slab: found " + number, meta, e);
      }
      return new Tier(encoding, meta.readVLong(), meta.readVLong(), meta.readVLong());
    }

    void write(IndexOutput meta) throws IOException {
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

  /** Writes all but the documents and what follows them. */
  static void writeStart(IndexOutput meta, FieldInfo field, int size) throws IOException {
    meta.writeInt(field.number);
    meta.writeByte((byte) ENCODINGS.indexOf(field.getVectorEncoding()));
    meta.writeByte((byte) SIMILARITIES.indexOf(field.getVectorSimilarityFunction()));
    meta.writeVInt(field.getVectorDimension());
    meta.writeVInt(size);
  }

  static void writeEnd(IndexOutput meta, List<Tier> tiers, long norms) throws IOException {
    meta.writeByte((byte) tiers.size());
    for (Tier tier : tiers) {
      tier.write(meta);
    }
    meta.writeVLong(norms);
  }

  /** Reads what follows the field number. */
  static FieldEntry read(IndexInput meta, FieldInfo field, int maxDoc) throws IOException {
    VectorEncoding encoding = pick(meta, ENCODINGS, "vector encoding", field.getVectorEncoding());
    VectorSimilarityFunction similarity =
        pick(meta, SIMILARITIES, "similarity", field.getVectorSimilarityFunction());
    int dimension = meta.readVInt();
    check(meta, field, "dimension", dimension, field.getVectorDimension());
    int size = meta.readVInt();
    if (size < 0 || size > maxDoc) {
      throw new CorruptIndexException(
          "field \"" + field.name + "\": " + size + " vectors of " + maxDoc + " documents", meta);
    }
    OrdToDocDISIReaderConfiguration docs;
    try {
      docs = OrdToDocDISIReaderConfiguration.fromStoredMeta(meta, size);
    } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
      throw new CorruptIndexException(
          "field \"" + field.name + "\": no list of documents", meta, e);
    }
    if (docs.isEmpty() != (size == 0) || docs.isDense() != (size > 0 && size == maxDoc)) {
      throw new CorruptIndexException(
          "field \"" + field.name + "\": the documents are not those of " + size + " vectors",
          meta);
    }
    int count = meta.readByte();
    if (count < 1 || count > 2) {
      throw new CorruptIndexException("slabs: found " + count + ", expected 1 or 2", meta);
    }
    List<Tier> tiers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tiers.add(Tier.read(meta));
    }
    FieldEntry entry =
        new FieldEntry(
            encoding, similarity, dimension, size, docs, List.copyOf(tiers), meta.readVLong());
    entry.checkColumns(meta, field);
    return entry;
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

  private void checkColumns(IndexInput meta, FieldInfo field) throws IOException {
    boolean right = needsNorms(encoding, similarity, encodings()) == (norms != NONE);
    for (int i = 0; i < tiers.size(); i++) {
      Tier tier = tiers.get(i);
      boolean scaled = encoding == VectorEncoding.FLOAT32 && tier.encoding() == SlabEncoding.INT8;
      right &= scaled == (tier.scales() != NONE);
      right &= (i < tiers.size() - 1) == (tier.errors() != NONE);
      right &= encoding == VectorEncoding.FLOAT32 || tier.encoding() == SlabEncoding.INT8;
    }
    if (right == false) {
      throw new CorruptIndexException(
          "field \"" + field.name + "\": parts are missing or do not belong: " + this, meta);
    }
  }

  private static <T> T pick(IndexInput meta, List<T> values, String what, T expected)
      throws IOException {
    int number = meta.readByte();
    if (number < 0 || number >= values.size() || values.get(number) != expected) {
      throw new CorruptIndexException(
          what + ": found number " + number + ", the field has " + expected, meta);
    }
    return expected;
  }

  private static void check(IndexInput meta, FieldInfo field, String what, int found, int expected)
      throws IOException {
    if (found != expected) {
      throw new CorruptIndexException(
          "field \"" + field.name + "\": " + what + " " + found + ", expected " + expected, meta);
    }
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
