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
import java.util.List;
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
 * Stores vectors and searches them by an exact scan at the speed of memory. Each field is a slab,
 * or two slabs. A slab has rows of one width without gaps, and is read in place. {@link
 * FsviEncoding} lists the ways to store a field of floats. The vectors of a field of bytes are
 * stored without conversion.
 *
 * <p><b>Scores.</b> A score is that of Lucene's {@link
 * org.apache.lucene.index.VectorSimilarityFunction} for the stored vector, where that is a number.
 * The cosine of a vector of norm 0 with any other vector is 0, and so is a score that is NaN
 * because products of very large numbers are infinite. Here and below, the norm of a vector is its
 * Euclidean length. The norm need not be 1. Among documents with equal scores, those with lower
 * numbers are preferred. A field with two slabs has the hits and scores of a scan of the fine slab.
 * The format stores a bound on the distance between the coarse and the fine row of each vector, and
 * a scan reads only those fine rows that this bound does not rule out.
 *
 * <p><b>Collectors and filters.</b> A scan asks the {@link KnnCollector} after every 256 vectors
 * whether to continue. It reads only the vectors of documents that {@link AcceptDocs} accepts.
 *
 * <p><b>Vectors that do not fit.</b> If an encoding does not fit a vector, the segment stores the
 * whole field in 32-bit floats in place of that encoding. It leaves out a coarse slab that is then
 * not smaller than the fine one. 16-bit floats fit a vector if the largest magnitude of its
 * elements is at least 2<sup>-14</sup> and less than 65520. Signed bytes fit a vector if this
 * magnitude is from 2<sup>-100</sup> to 2<sup>126</sup>. Both fit a vector of zeros. Each merge
 * checks the vectors again, so a vector that does not fit has no effect after its document is
 * deleted and merged away. Lucene's fields accept only finite numbers.
 *
 * <p><b>Merges.</b> A merge copies rows that are already in the wanted encoding. It encodes all
 * other rows from the stored vectors. The encoding is the same for all fields of a format. Use one
 * format for each field to have several encodings.
 *
 * <p><b>Names of files.</b> A codec has to choose the format by field ({@link
 * org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat}, as Lucene's codecs do), because
 * other formats have files with the same extensions.
 *
 * <h2>.vemf (meta), read and verified when the segment is opened</h2>
 *
 * <ul>
 *   <li>{@link CodecUtil} index header: codec "FsviMeta", version, segment id, suffix
 *   <li>For each field:
 *       <ul>
 *         <li><b>[int32]</b> field number; -1 ends the list
 *         <li><b>[int8]</b> type of the vectors: 0 bytes, 1 floats
 *         <li><b>[int8]</b> similarity: 0 Euclidean, 1 dot product, 2 cosine, 3 maximum inner
 *             product
 *         <li><b>[vint]</b> dimension d, <b>[vint]</b> number of vectors N
 *         <li><b>[int8]</b> number of slabs, 1 or 2; for each slab, the coarse one first:
 *             <ul>
 *               <li><b>[int8]</b> elements: 1 f32, 2 f16, 3 signed bytes
 *               <li><b>[vlong]</b> offset of the rows in .vec
 *               <li><b>[vlong]</b> offset of the scales in .vec; 0 if there are none. There are
 *                   scales if floats are stored as signed bytes
 *               <li><b>[vlong]</b> offset of the errors in .vec; 0 if there are none. There are
 *                   errors if this is the first of two slabs
 *             </ul>
 *         <li><b>[vlong]</b> offset of the norms in .vec; 0 if there are none. There are norms if
 *             the similarity is cosine, or if the first slab stores floats as signed bytes
 *         <li>documents of the vectors, see {@link OrdToDocDISIReaderConfiguration#writeStoredMeta}
 *             (block shift 16)
 *       </ul>
 *   <li>footer
 * </ul>
 *
 * <h2>.vec (vectors), little-endian</h2>
 *
 * <ul>
 *   <li>Index header: codec "FsviVectors"
 *   <li>For each field the following parts. All parts except the last one are aligned to 64 bytes:
 *       <ul>
 *         <li>for each slab:
 *             <ul>
 *               <li>rows, N × d elements in the order of documents
 *               <li>scales, <b>[float32]</b> × N: a vector is its row times its scale. The largest
 *                   magnitude of the elements of a row is 127, or 0 if the scale is 0
 *               <li>errors, <b>[float32]</b> × N: the distance between the coarse and the fine
 *                   vector, plus a bound on the rounding error of dot products of the vector with a
 *                   vector of norm 1
 *             </ul>
 *         <li>norms, <b>[float32]</b> × N, of the vectors in the fine slab
 *         <li>if some documents have no vector: the set of documents that have one, see {@link
 *             IndexedDISI}, and their numbers, see {@link DirectMonotonicWriter}
 *       </ul>
 *   <li>footer
 * </ul>
 *
 * @lucene.experimental
 */
public final class FsviVectorsFormat extends KnnVectorsFormat {

  /** Name by which {@link KnnVectorsFormat#forName} finds the format. */
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

  /** Makes a format that writes 32-bit floats. */
  public FsviVectorsFormat() {
    this(FsviEncoding.FLOAT32);
  }

  /**
   * Makes a format that writes an encoding.
   *
   * @param encoding encoding of fields of floats; the format reads segments of any encoding
   */
  public FsviVectorsFormat(FsviEncoding encoding) {
    this(encoding, VERSION_CURRENT);
  }

  /**
   * Makes a format for tests of versions.
   *
   * @param version version to write, and newest version to read
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
   * Returns the statistics of a field in a segment.
   *
   * @param reader reader of one segment. If it is a filter reader that shows the field, the
   *     statistics are those of the reader inside
   * @param field name of the field
   * @return null if the field is not in this format or in {@link FsviHnswVectorsFormat}
   */
  public static FsviStatistics statistics(LeafReader reader, String field) throws IOException {
    StoredVectors stored = stored(reader, field);
    if (stored == null) {
      return null;
    }
    VectorFieldLayout layout = stored.layout();
    List<FsviEncoding> slabs = layout.encodings().stream().map(FsviEncoding::of).toList();
    return new FsviStatistics(layout.size(), layout.dimension(), slabs, layout.bytesPerVector());
  }

  /**
   * Returns the stored field behind a reader, for the calling thread. Returns null if the field is
   * not in this format.
   */
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
