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

import java.io.IOException;
import java.util.Objects;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene90.IndexedDISI;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.store.DataAccessHint;
import org.apache.lucene.util.packed.DirectMonotonicWriter;

/**
 * Vectors that are searched exactly, by scanning them at the speed of memory. Each field is a slab:
 * rows of one length without gaps, read in place. {@link FsviEncoding} says what a row of a field
 * of floats is; fields of bytes are stored as they are.
 *
 * <p>Scores are those of Lucene's {@link org.apache.lucene.index.VectorSimilarityFunction} for the
 * vectors that are read back, except that a vector of length 0 has a cosine of 0 with all others,
 * not of NaN. Vectors need not be of length 1. Of documents with equal scores the first ones are
 * found. With two slabs, hits and scores are those of a scan of the second one: a bound on the
 * distance between the two rows of a vector tells which vectors of the second one to look at.
 *
 * <p>{@link KnnCollector}s are asked every 256 vectors whether to go on. If documents are filtered,
 * only the vectors of those accepted by {@link AcceptDocs} are read.
 *
 * <p>A segment with a vector that an encoding cannot hold keeps the field in 32-bit floats, in the
 * place of that encoding: 16-bit floats hold vectors whose largest magnitude is below 65520 and not
 * below 2<sup>-14</sup>, signed bytes those between 2<sup>-100</sup> and 2<sup>126</sup>; both hold
 * vectors of zeros. A later merge looks again, so such a vector leaves no trace after its document
 * was deleted. Fields of Lucene accept finite numbers only.
 *
 * <p>Merges copy rows that are stored as they are wanted. All others are encoded from what is read
 * back. Encoding is the same for all fields of a format; use a format for each field to have
 * several.
 *
 * <h2>.vemf (meta), read and verified when the segment is opened</h2>
 *
 * <ul>
 *   <li>{@link CodecUtil} index header: codec "FsviMeta", version, segment id, suffix
 *   <li>For each field:
 *       <ul>
 *         <li><b>[int32]</b> field number; -1 ends the list
 *         <li><b>[int8]</b> what its vectors are: 0 bytes, 1 floats
 *         <li><b>[int8]</b> similarity: 0 Euclidean, 1 dot product, 2 cosine, 3 maximum inner
 *             product
 *         <li><b>[vint]</b> dimension d, <b>[vint]</b> vectors N
 *         <li><b>[int8]</b> slabs, 1 or 2, the coarse one first; for each:
 *             <ul>
 *               <li><b>[int8]</b> elements: 1 f32, 2 f16, 3 signed bytes
 *               <li><b>[vlong]</b> offset of its rows in .vec
 *               <li><b>[vlong]</b> offset of its scales in .vec: there for floats that are stored
 *                   as signed bytes, else 0
 *               <li><b>[vlong]</b> offset of its errors in .vec: there for the first of two slabs,
 *                   else 0
 *             </ul>
 *         <li><b>[vlong]</b> offset of the lengths in .vec: there if the similarity is cosine, or
 *             the first slab has floats that are stored as signed bytes, else 0
 *         <li>documents of the vectors, see {@link OrdToDocDISIReaderConfiguration#writeStoredMeta}
 *       </ul>
 *   <li>footer
 * </ul>
 *
 * <h2>.vec (vectors), little-endian</h2>
 *
 * <ul>
 *   <li>Index header: codec "FsviVectors"
 *   <li>For each field, each part aligned to 64 bytes but the last one:
 *       <ul>
 *         <li>for each slab:
 *             <ul>
 *               <li>rows, N × d elements in the order of documents
 *               <li>scales, <b>[float32]</b> × N: a vector is its row multiplied with its scale
 *               <li>errors, <b>[float32]</b> × N: the distance of a vector in this slab to the same
 *                   in the other one, and a bound on what is rounded when vectors are multiplied
 *                   with one of length 1
 *             </ul>
 *         <li>lengths, <b>[float32]</b> × N, of the vectors that are read back
 *         <li>if some documents have no vector: those that have one as {@link IndexedDISI}, and
 *             document numbers, see {@link DirectMonotonicWriter}
 *       </ul>
 *   <li>footer
 * </ul>
 *
 * @lucene.experimental
 */
public final class FsviVectorsFormat extends KnnVectorsFormat {

  /** Name under which the format is found by {@link KnnVectorsFormat#forName}. */
  public static final String NAME = "Fsvi1";

  /** Largest number of elements of a vector. */
  public static final int MAX_DIMENSIONS = 65_535;

  static final String META_CODEC = "FsviMeta";
  static final String META_EXTENSION = "vemf";
  static final String VECTOR_CODEC = "FsviVectors";
  static final String VECTOR_EXTENSION = "vec";

  static final int VERSION_START = 0;
  static final int VERSION_CURRENT = VERSION_START;

  private final FsviEncoding encoding;
  private final int version;

  /** Writes 32-bit floats. */
  public FsviVectorsFormat() {
    this(FsviEncoding.FLOAT32);
  }

  /**
   * As above, with another encoding.
   *
   * @param encoding of fields of floats; segments of any encoding are read
   */
  public FsviVectorsFormat(FsviEncoding encoding) {
    this(encoding, VERSION_CURRENT);
  }

  /**
   * For tests of versions.
   *
   * @param version that is written, and the newest one that is read
   */
  FsviVectorsFormat(FsviEncoding encoding, int version) {
    super(NAME);
    this.encoding = Objects.requireNonNull(encoding);
    this.version = version;
  }

  @Override
  public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
    return new SlabVectorsWriter(state, encoding, version);
  }

  @Override
  public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
    return new FsviVectorsReader(
        new SlabVectorsReader(
            state, version, SlabVectorsReader.context(state, DataAccessHint.SEQUENTIAL), false));
  }

  @Override
  public int getMaxDimensions(String field) {
    return MAX_DIMENSIONS;
  }

  /**
   * What a segment holds of a field.
   *
   * @param reader of one segment; filters around it are looked through as long as they show the
   *     field
   * @param field name of the field
   * @return null if the segment does not hold the field in this format or in {@link
   *     FsviHnswVectorsFormat}
   */
  public static FsviStatistics statistics(LeafReader reader, String field) throws IOException {
    StoredVectors stored = stored(reader, field);
    if (stored == null) {
      return null;
    }
    VectorFieldLayout layout = stored.layout();
    return new FsviStatistics(
        layout.size(), layout.dimension(), layout.encodings(), layout.bytesPerVector());
  }

  /** The field behind a reader, for the calling thread, or null if it is not in this format. */
  static StoredVectors stored(LeafReader reader, String field) throws IOException {
    LeafReader r = reader;
    while (true) {
      FieldInfo info = r.getFieldInfos().fieldInfo(field);
      if (info == null || info.hasVectorValues() == false) {
        return null;
      }
      KnnVectorValues values =
          switch (info.getVectorEncoding()) {
            case FLOAT32 -> r.getFloatVectorValues(field);
            case BYTE -> r.getByteVectorValues(field);
          };
      if (values instanceof StoredFloatVectorValues floats) {
        return floats.stored();
      }
      if (values instanceof StoredByteVectorValues bytes) {
        return bytes.stored();
      }
      if (r instanceof FilterLeafReader == false) {
        return null;
      }
      r = ((FilterLeafReader) r).getDelegate();
    }
  }

  @Override
  public String toString() {
    return "FsviVectorsFormat(" + encoding + ")";
  }
}
