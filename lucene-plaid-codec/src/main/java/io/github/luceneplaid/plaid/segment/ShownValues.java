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
 * The values of a field as a reader shows them, and the PLAID segments that they come from. Between
 * the two there may be anything: filters of a reader, which hide or change values, updates that
 * Lucene lays over those of a segment, or both. Nothing of it can be asked what is behind it.
 *
 * <p>So the values that segments hand out while the reader opens its own are remembered. A document
 * comes from a segment if the very bytes that are shown are those that the segment returns.
 * Whatever stands in between thereby shows what it passes on, and everything else is a value of its
 * own.
 *
 * <p>An instance belongs to one thread.
 *
 * @lucene.internal
 */
public final class ShownValues {

  /**
   * What is being opened by a thread, for the time of the call: a reader can be given a field's
   * name, and nothing else that would reach the segments.
   */
  private static final ThreadLocal<Opening> OPENING = new ThreadLocal<>();

  private record Opening(String field, List<Layer> layers) {}

  /** Values that a segment has handed out. */
  private record Layer(PlaidDocValuesProducer producer, FieldInfo field, BinaryDocValues values) {}

  private final BinaryDocValues values;
  private final List<Layer> layers;

  /** The layer with the most documents, the last one of these; null if there is none. */
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
   * @return null if it shows none
   */
  public static ShownValues open(LeafReader reader, String field) throws IOException {
    return open(() -> reader.getBinaryDocValues(field), field);
  }

  /**
   * Opens values.
   *
   * @param opening opens them, wherever they are
   * @param field name of the field
   * @return null if there are none
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
   * Whether all that is between a reader and its segment is known to show values as they are, if it
   * shows them: Lucene's reader of a segment, and filters that return what they get, or Lucene's
   * own for searches that time out.
   */
  public static boolean arePassedOn(LeafReader reader, String field) throws IOException {
    return FilteredReaders.source(reader, behind -> behind.getBinaryDocValues(field))
        instanceof SegmentReader;
  }

  /** Takes note of values that a segment hands out, and returns them. */
  static BinaryDocValues handOut(
      PlaidDocValuesProducer producer, FieldInfo field, BinaryDocValues values) {
    Opening opening = OPENING.get();
    if (opening != null && opening.field.equals(field.name)) {
      opening.layers.add(new Layer(producer, field, values));
    }
    return values;
  }

  /** The values as they are shown. */
  public BinaryDocValues values() {
    return values;
  }

  /** Whether the values are those of one segment, with nothing in between. */
  public boolean isDirect() {
    return values instanceof PlaidBinaryDocValues;
  }

  /**
   * The segment that most values come from, as far as can be told without looking at them; null if
   * there is none.
   */
  public PlaidSegment base() {
    return base == null ? null : plaid(base).segment();
  }

  /** All segments that values may come from. */
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
   * The values of the segment that holds the tokens of the current document, standing on it; null
   * if what is shown is another value, or one that is kept as the bytes it came in.
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

  /** Whether what is shown of the current document is the tokens that the {@link #base} has. */
  public boolean isOfBase() throws IOException {
    return source() == base.values;
  }

  /**
   * Whether the {@link #base} has been moved to the current document, so that it may be what is
   * shown. Costs less than {@link #isOfBase}.
   */
  public boolean mayBeOfBase() {
    return base.values.docID() == values.docID();
  }

  /**
   * Collects the documents of all layers but the {@link #base}: those that have been updated.
   *
   * @param maxDoc of the reader
   * @return null if there are none
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
