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
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IOUtils;

/** Writes one field of a segment, in a flush or a merge. */
final class VectorFieldWriter implements Closeable {

  private final SegmentWriteState state;
  private final IndexOutput data;
  private final FieldInfo field;
  private final RowCursor.Source source;
  private final List<SlabEncoding> encodings;
  private final boolean bytes;
  private final ColumnWriter norms;
  private final RoundTrip roundTrip;
  private final float[] rounded;
  private int size;

  /**
   * Sole constructor.
   *
   * @param wanted encoding to use if it fits all vectors
   */
  VectorFieldWriter(
      SegmentWriteState state,
      IndexOutput data,
      FieldInfo field,
      RowCursor.Source source,
      FsviEncoding wanted)
      throws IOException {
    this.state = state;
    this.data = data;
    this.field = field;
    this.source = source;
    this.bytes = field.getVectorEncoding() == VectorEncoding.BYTE;
    this.encodings = bytes ? List.of(SlabEncoding.INT8) : encodings(source, wanted.tiers());
    this.norms =
        VectorFieldLayout.needsNorms(
                field.getVectorEncoding(), field.getVectorSimilarityFunction(), encodings)
            ? new ColumnWriter(state)
            : null;
    this.roundTrip = new RoundTrip(encodings.get(encodings.size() - 1), field.getVectorDimension());
    this.rounded = new float[field.getVectorDimension()];
  }

  /** Replaces encodings that do not fit all vectors by 32-bit floats. */
  private static List<SlabEncoding> encodings(RowCursor.Source source, List<SlabEncoding> wanted)
      throws IOException {
    List<SlabEncoding> encodings = new ArrayList<>(wanted);
    if (wanted.equals(List.of(SlabEncoding.FLOAT32)) == false) {
      RowCursor rows = source.open();
      while (rows.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
        // A row that is stored in the wanted encodings was checked when it was written.
        if (rows.stored() == null || rows.stored().layout().encodings().equals(wanted) == false) {
          float[] vector = rows.floats();
          for (int i = 0; i < encodings.size(); i++) {
            if (Rounding.fits(encodings.get(i), vector) == false) {
              encodings.set(i, SlabEncoding.FLOAT32);
            }
          }
        }
      }
    }
    // A coarse tier is useful only if it is smaller than the fine one.
    boolean useless = encodings.size() == 2 && encodings.get(0).bytes() >= encodings.get(1).bytes();
    return useless ? List.of(SlabEncoding.FLOAT32) : List.copyOf(encodings);
  }

  /**
   * Writes the field.
   *
   * @param meta receives the entry of the field
   */
  void write(IndexOutput meta) throws IOException {
    List<VectorFieldLayout.Tier> tiers = new ArrayList<>();
    for (int i = 0; i < encodings.size(); i++) {
      tiers.add(writeTier(i));
    }
    VectorFieldLayout layout =
        new VectorFieldLayout(
            field.getVectorEncoding(),
            field.getVectorSimilarityFunction(),
            field.getVectorDimension(),
            size,
            tiers,
            norms == null ? VectorFieldLayout.NONE : norms.write(data));
    meta.writeInt(field.number);
    layout.write(meta);
    new VectorDocsWriter(meta, data).write(source, size, state.segmentInfo.maxDoc());
  }

  private VectorFieldLayout.Tier writeTier(int index) throws IOException {
    boolean fine = index == encodings.size() - 1;
    try (TierWriter tier =
        new TierWriter(
            state,
            data,
            field.getVectorEncoding(),
            encodings.get(index),
            field.getVectorDimension(),
            fine == false)) {
      size = 0;
      RowCursor rows = source.open();
      while (rows.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
        size++;
        if (canCopy(rows.stored(), fine)) {
          copy(rows.stored(), rows.storedOrd(), tier, fine);
        } else if (bytes) {
          add(rows.bytes(), tier);
        } else {
          add(rows.floats(), tier, fine);
        }
      }
      return tier.finish();
    }
  }

  /**
   * Returns whether rows of a tier can be copied. A fine row needs only the same encoding. A coarse
   * row needs the same encodings of both tiers, because its error refers to the fine row.
   */
  private boolean canCopy(StoredVectors stored, boolean fine) {
    if (stored == null) {
      return false;
    }
    VectorFieldLayout layout = stored.layout();
    return fine
        ? layout.fine().encoding() == encodings.get(encodings.size() - 1)
        : layout.encodings().equals(encodings);
  }

  private void copy(StoredVectors stored, int ord, TierWriter tier, boolean fine)
      throws IOException {
    tier.copy(fine ? stored.fine() : stored.coarse(), ord);
    if (fine && norms != null) {
      norms.add(norm(stored, ord));
    }
  }

  private float norm(StoredVectors stored, int ord) throws IOException {
    if (stored.norms() != null) {
      return stored.norm(ord);
    }
    stored.fine().decode(ord, rounded);
    return Rounding.norm(rounded);
  }

  private void add(byte[] vector, TierWriter tier) throws IOException {
    tier.add(vector);
    if (norms != null) {
      norms.add(Rounding.norm(vector));
    }
  }

  private void add(float[] vector, TierWriter tier, boolean fine) throws IOException {
    if (fine == false) {
      roundTrip.apply(vector, rounded);
      tier.add(rounded);
      return;
    }
    tier.add(vector);
    if (norms != null) {
      roundTrip.apply(vector, rounded);
      norms.add(Rounding.norm(rounded));
    }
  }

  /** Deletes temporary files. */
  @Override
  public void close() throws IOException {
    IOUtils.close(norms);
  }
}
