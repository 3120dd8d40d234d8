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

package io.github.luceneplaid.plaid.segment;

import io.github.luceneplaid.fsvi.internal.FilteredReaders;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.IOSupplier;

/**
 * The values of a field as a reader shows them, and the PLAID segments that hold them. There may be
 * layers between the two: filters of a reader, which hide or change values, and updates, by which
 * Lucene replaces values of a segment. These layers do not expose the values below them.
 *
 * <p>So this class records the values that segments return while the reader opens its own. The
 * value of a document comes from a segment if the reader shows the very {@link BytesRef} that the
 * segment has returned. Any other value is one of a layer.
 *
 * <p>An instance belongs to one thread.
 *
 * @lucene.internal
 */
public final class ShownValues {

  /**
   * The field that a thread is opening, for the time of the call. A caller can pass only the name
   * of a field through a reader to its segments.
   */
  private static final ThreadLocal<Opening> OPENING = new ThreadLocal<>();

  private record Opening(String field, List<Layer> layers) {}

  /** Values that a segment has returned. */
  private record Layer(PlaidDocValuesProducer producer, FieldInfo field, BinaryDocValues values) {}

  private final BinaryDocValues values;
  private final List<Layer> layers;

  /** The layer with the most documents, and the last one of several; null if there is none. */
  private final Layer base;

  private ShownValues(BinaryDocValues values, List<Layer> layers) {
    this.values = values;
    this.layers = layers;
    Layer base = null;
    for (Layer layer : layers) {
      if (layer.values instanceof PlaidBinaryDocValues plaid
          && (base == null || plaid.segment().documents() >= plaid(base).segment().documents())) {
        base = layer;
      }
    }
    this.base = base;
  }

  private static PlaidBinaryDocValues plaid(Layer layer) {
    return (PlaidBinaryDocValues) layer.values;
  }

  /**
   * Opens the values of a reader.
   *
   * @return the values; null if the reader shows none
   */
  public static ShownValues open(LeafReader reader, String field) throws IOException {
    return open(() -> reader.getBinaryDocValues(field), field);
  }

  /**
   * Opens values.
   *
   * @param opening opens the values of a reader
   * @param field name of the field
   * @return the values; null if there are none
   */
  public static ShownValues open(IOSupplier<BinaryDocValues> opening, String field)
      throws IOException {
    Opening outer = OPENING.get();
    List<Layer> layers = new ArrayList<>(1);
    OPENING.set(new Opening(field, layers));
    BinaryDocValues values;
    try {
      values = opening.get();
    } finally {
      if (outer == null) {
        OPENING.remove();
      } else {
        OPENING.set(outer);
      }
    }
    return values == null ? null : new ShownValues(values, layers);
  }

  /**
   * Whether a reader shows the values of its segment unchanged. This is known of Lucene's reader of
   * a segment, of filters that return its values themselves, and of Lucene's filter for searches
   * that time out.
   */
  public static boolean arePassedOn(LeafReader reader, String field) throws IOException {
    return FilteredReaders.source(reader, behind -> behind.getBinaryDocValues(field))
        instanceof SegmentReader;
  }

  /** Records values that a segment returns, and returns them. */
  static BinaryDocValues handOut(
      PlaidDocValuesProducer producer, FieldInfo field, BinaryDocValues values) {
    Opening opening = OPENING.get();
    if (opening != null && opening.field.equals(field.name)) {
      opening.layers.add(new Layer(producer, field, values));
    }
    return values;
  }

  /** Returns the values that the reader shows. */
  public BinaryDocValues values() {
    return values;
  }

  /** Whether the values are those of one segment, without layers above it. */
  public boolean isDirect() {
    return values instanceof PlaidBinaryDocValues;
  }

  /**
   * Returns the segment with the most documents, which most values should come from; null if there
   * is none.
   */
  public PlaidSegment base() {
    return base == null ? null : plaid(base).segment();
  }

  /** Returns all segments that values may come from. */
  public List<PlaidSegment> segments() {
    List<PlaidSegment> segments = new ArrayList<>(layers.size());
    for (Layer layer : layers) {
      if (layer.values instanceof PlaidBinaryDocValues plaid) {
        segments.add(plaid.segment());
      }
    }
    return segments;
  }

  /**
   * Returns the values of the segment that holds the tokens of the current document, positioned on
   * it. Returns null if the reader shows a value of a layer, or one that is stored unchanged.
   */
  public PlaidBinaryDocValues source() throws IOException {
    if (values instanceof PlaidBinaryDocValues plaid) {
      return plaid.isEscaped() ? null : plaid;
    }
    if (layers.isEmpty()) {
      return null;
    }
    BytesRef value = values.binaryValue();
    for (Layer layer : layers) {
      if (layer.values instanceof PlaidBinaryDocValues plaid && plaid.isPayload(value)) {
        return plaid;
      }
    }
    return null;
  }

  /** Whether the value of the current document is the tokens in the {@link #base}. */
  public boolean isOfBase() throws IOException {
    return source() == base.values;
  }

  /**
   * Whether the {@link #base} is positioned on the current document, so that the value may come
   * from it. This costs less than {@link #isOfBase}.
   */
  public boolean mayBeOfBase() {
    return base.values.docID() == values.docID();
  }

  /**
   * Collects the updated documents. These are the documents of all layers except the {@link #base}.
   *
   * @param maxDoc number of documents of the reader
   * @return the documents; null if there are none
   */
  public FixedBitSet updated(int maxDoc) throws IOException {
    FixedBitSet updated = null;
    for (Layer layer : layers) {
      boolean isBase = base != null && layer.values == base.values;
      BinaryDocValues others = isBase ? null : layer.producer.getBinary(layer.field);
      if (others != null) {
        updated = updated == null ? new FixedBitSet(maxDoc) : updated;
        for (int doc = others.nextDoc();
            doc != DocIdSetIterator.NO_MORE_DOCS;
            doc = others.nextDoc()) {
          updated.set(doc);
        }
      }
    }
    return updated;
  }
}
