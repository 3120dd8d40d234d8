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
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.IndexOutput;

/** Writes one field of a segment, of a flush or a merge. */
final class FieldWriter {

  private static final int DIRECT_MONOTONIC_BLOCK_SHIFT = 16;

  private final IndexOutput meta;
  private final IndexOutput data;
  private final FieldInfo field;
  private final RowCursor.Source source;
  private final List<SlabEncoding> encodings;
  private final boolean bytes;
  private final TierWriter.Column norms;
  private final float[] rounded;

  /**
   * Sole constructor.
   *
   * @param wanted how the field is to be stored if its vectors allow it
   */
  FieldWriter(
      IndexOutput meta,
      IndexOutput data,
      FieldInfo field,
      RowCursor.Source source,
      FsviEncoding wanted)
      throws IOException {
    this.meta = meta;
    this.data = data;
    this.field = field;
    this.source = source;
    this.bytes = field.getVectorEncoding() == VectorEncoding.BYTE;
    this.encodings = bytes ? List.of(SlabEncoding.INT8) : encodings(source, wanted.tiers());
    this.norms =
        FieldEntry.needsNorms(
                field.getVectorEncoding(), field.getVectorSimilarityFunction(), encodings)
            ? new TierWriter.Column()
            : null;
    this.rounded = new float[field.getVectorDimension()];
  }

  /** Puts 32-bit floats in the place of encodings that do not fit all vectors. */
  private static List<SlabEncoding> encodings(RowCursor.Source source, List<SlabEncoding> wanted)
      throws IOException {
    List<SlabEncoding> encodings = new ArrayList<>(wanted);
    if (wanted.equals(List.of(SlabEncoding.FLOAT32)) == false) {
      RowCursor rows = source.open();
      while (rows.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
        // Rows that are stored like this have been looked at before.
        if (rows.stored() == null || rows.stored().entry().encodings().equals(wanted) == false) {
          float[] vector = rows.floats();
          encodings.replaceAll(
              encoding -> Rounding.fits(encoding, vector) ? encoding : SlabEncoding.FLOAT32);
        }
      }
    }
    // A coarse tier is worth its place only if it is smaller than the fine one.
    boolean useless = encodings.size() == 2 && encodings.get(0).bytes() >= encodings.get(1).bytes();
    return useless ? List.of(SlabEncoding.FLOAT32) : List.copyOf(encodings);
  }

  void write(int maxDoc) throws IOException {
    DocsWithFieldSet docs = new DocsWithFieldSet();
    List<FieldEntry.Tier> tiers = new ArrayList<>();
    for (int i = 0; i < encodings.size(); i++) {
      tiers.add(writeTier(i, docs));
    }
    long normsOffset = norms == null ? FieldEntry.NONE : norms.write(data);
    int size = docs.cardinality();
    FieldEntry.writeStart(meta, field, size);
    OrdToDocDISIReaderConfiguration.writeStoredMeta(
        DIRECT_MONOTONIC_BLOCK_SHIFT, meta, data, size, maxDoc, docs);
    FieldEntry.writeEnd(meta, tiers, normsOffset);
  }

  private FieldEntry.Tier writeTier(int index, DocsWithFieldSet docs) throws IOException {
    boolean fine = index == encodings.size() - 1;
    TierWriter tier =
        new TierWriter(
            data,
            field.getVectorEncoding(),
            encodings.get(index),
            field.getVectorDimension(),
            fine == false);
    RowCursor rows = source.open();
    for (int doc = rows.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = rows.nextDoc()) {
      if (fine) {
        docs.add(doc);
      }
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

  /** Whether the tier can be copied: the fine one by itself, the coarse one with its fine one. */
  private boolean canCopy(StoredVectors stored, boolean fine) {
    if (stored == null) {
      return false;
    }
    FieldEntry entry = stored.entry();
    return fine
        ? entry.fine().encoding() == encodings.get(encodings.size() - 1)
        : entry.encodings().equals(encodings);
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
      Rounding.roundTrip(encodings.get(1), vector, rounded);
      tier.add(rounded);
      return;
    }
    tier.add(vector);
    if (norms != null) {
      Rounding.roundTrip(encodings.get(encodings.size() - 1), vector, rounded);
      norms.add(Rounding.norm(rounded));
    }
  }
}
