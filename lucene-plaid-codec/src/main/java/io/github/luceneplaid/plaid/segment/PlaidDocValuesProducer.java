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

import io.github.luceneplaid.fsvi.internal.SegmentFile;
import io.github.luceneplaid.plaid.write.PlaidDocValuesConsumer;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DocValuesSkipper;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.store.DataAccessHint;
import org.apache.lucene.store.FileDataHint;
import org.apache.lucene.store.FileTypeHint;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.ReadOnceHint;
import org.apache.lucene.util.IOSupplier;
import org.apache.lucene.util.IOUtils;

/**
 * Reads the files that {@link PlaidDocValuesConsumer} writes. The heap holds the entry of a field
 * in the meta file. When codes of the field are first used, {@link PlaidSegment} loads its
 * centroids, too.
 *
 * @lucene.internal
 */
public final class PlaidDocValuesProducer extends DocValuesProducer {

  private final PlaidMeta meta;
  private final Map<Integer, StoredField> fields;
  private final DocValuesProducer delegate;
  private final IndexInput data;
  private final IndexInput vectors;

  /**
   * Opens a segment. It reads and verifies the whole meta file, and the header and footer of the
   * other files.
   *
   * @param delegateFormat the format of other fields and of values that cannot be coded; null to
   *     open no delegate
   * @param currentVersion the newest version that can be read
   */
  public PlaidDocValuesProducer(
      SegmentReadState state, DocValuesFormat delegateFormat, int currentVersion)
      throws IOException {
    this.meta = PlaidMeta.read(state, currentVersion);
    this.fields = new TreeMap<>();
    DocValuesProducer delegate = null;
    IndexInput data = null;
    IndexInput vectors = null;
    boolean success = false;
    try {
      data = openData(state, SegmentFiles.DATA_EXTENSION, SegmentFiles.DATA_CODEC);
      vectors = openData(state, SegmentFiles.VECTOR_EXTENSION, SegmentFiles.VECTOR_CODEC);
      meta.checkParts(data, vectors, state.segmentSuffix);
      for (Map.Entry<Integer, PlaidFieldEntry> entry : meta.entries().entrySet()) {
        fields.put(entry.getKey(), new StoredField(entry.getValue(), data, vectors));
      }
      delegate =
          meta.hasDelegate() && delegateFormat != null
              ? delegateFormat.fieldsProducer(state)
              : null;
      success = true;
    } finally {
      if (success == false) {
        IOUtils.closeWhileHandlingException(delegate, data, vectors);
      }
    }
    this.delegate = delegate;
    this.data = data;
    this.vectors = vectors;
  }

  private PlaidDocValuesProducer(PlaidDocValuesProducer other) {
    this.meta = other.meta;
    this.fields = other.fields;
    this.delegate = other.delegate == null ? null : other.delegate.getMergeInstance();
    this.data = other.data;
    this.vectors = other.vectors;
  }

  private IndexInput openData(SegmentReadState state, String extension, String codec)
      throws IOException {
    // An input that is read once is also closed at once. Closing is cheap if the context says so
    IOContext context =
        state.context.hints().contains(ReadOnceHint.INSTANCE)
            ? state.context
            : state.context.withHints(
                FileTypeHint.DATA, FileDataHint.KNN_VECTORS, DataAccessHint.RANDOM);
    return new SegmentFile(extension, codec, meta.version(), meta.version())
        .open(state, meta.version(), context);
  }

  /** Loads everything of all fields that is otherwise loaded at its first use. */
  public void loadFields() throws IOException {
    for (StoredField field : fields.values()) {
      open(field, null).iterator();
      field.centroids();
    }
  }

  private static PlaidSegment open(StoredField field, IOSupplier<BinaryDocValues> escaped)
      throws IOException {
    try {
      return new PlaidSegment(field, escaped);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw field.mismatch(e);
    }
  }

  /** Opens the field for searches and merges, for one thread; null if the delegate holds it. */
  private PlaidSegment segment(FieldInfo info) throws IOException {
    StoredField field = fields.get(info.number);
    return field == null ? null : open(field, () -> delegate(info).getBinary(info));
  }

  public PlaidMeta meta() {
    return meta;
  }

  private DocValuesProducer delegate(FieldInfo field) throws CorruptIndexException {
    if (delegate == null) {
      throw new CorruptIndexException(
          "field \"" + field.name + "\": found neither tokens nor a delegate, expected one of them",
          meta.file());
    }
    return delegate;
  }

  @Override
  public BinaryDocValues getBinary(FieldInfo field) throws IOException {
    PlaidSegment segment = segment(field);
    BinaryDocValues escaped =
        segment != null && segment.escapedDocuments() == 0
            ? null
            : delegate(field).getBinary(field);
    return ShownValues.handOut(
        this, field, segment == null ? escaped : new PlaidBinaryDocValues(segment, escaped));
  }

  @Override
  public NumericDocValues getNumeric(FieldInfo field) throws IOException {
    return delegate(field).getNumeric(field);
  }

  @Override
  public SortedDocValues getSorted(FieldInfo field) throws IOException {
    return delegate(field).getSorted(field);
  }

  @Override
  public SortedNumericDocValues getSortedNumeric(FieldInfo field) throws IOException {
    return delegate(field).getSortedNumeric(field);
  }

  @Override
  public SortedSetDocValues getSortedSet(FieldInfo field) throws IOException {
    return delegate(field).getSortedSet(field);
  }

  @Override
  public DocValuesSkipper getSkipper(FieldInfo field) throws IOException {
    return delegate(field).getSkipper(field);
  }

  @Override
  public void checkIntegrity() throws IOException {
    CodecUtil.checksumEntireFile(data);
    CodecUtil.checksumEntireFile(vectors);
    if (delegate != null) {
      delegate.checkIntegrity();
    }
  }

  @Override
  public DocValuesProducer getMergeInstance() {
    return new PlaidDocValuesProducer(this);
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(delegate, data, vectors);
  }
}
