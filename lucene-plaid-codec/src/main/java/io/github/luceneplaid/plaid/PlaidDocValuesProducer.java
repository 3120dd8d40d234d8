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

package io.github.luceneplaid.plaid;

import java.io.EOFException;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DocValuesSkipper;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.store.ChecksumIndexInput;
import org.apache.lucene.store.DataAccessHint;
import org.apache.lucene.store.FileDataHint;
import org.apache.lucene.store.FileTypeHint;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.IOUtils;

/** Reads what {@link PlaidDocValuesConsumer} has written. */
final class PlaidDocValuesProducer extends DocValuesProducer {

  private final int maxDoc;
  private final Map<Integer, PlaidFieldEntry> entries;
  private final Map<Integer, PlaidSegment> segments;
  private final DocValuesProducer delegate;
  private final IndexInput data;
  private final IndexInput vectors;

  /** Opens a segment: the meta file is read and verified, of the others only header and footer. */
  PlaidDocValuesProducer(SegmentReadState state, DocValuesFormat delegateFormat)
      throws IOException {
    this.maxDoc = state.segmentInfo.maxDoc();
    this.entries = new TreeMap<>();
    this.segments = new TreeMap<>();
    DocValuesProducer delegate = null;
    IndexInput data = null;
    IndexInput vectors = null;
    boolean success = false;
    try {
      boolean hasDelegate = readMeta(state);
      data = openData(state, PlaidDocValuesFormat.DATA_EXTENSION, PlaidDocValuesFormat.DATA_CODEC);
      vectors =
          openData(state, PlaidDocValuesFormat.VECTOR_EXTENSION, PlaidDocValuesFormat.VECTOR_CODEC);
      for (Map.Entry<Integer, PlaidFieldEntry> entry : entries.entrySet()) {
        segments.put(entry.getKey(), openSegment(entry.getValue(), data, vectors));
      }
      delegate = hasDelegate ? delegateFormat.fieldsProducer(state) : null;
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
    this.maxDoc = other.maxDoc;
    this.entries = other.entries;
    this.segments = other.segments;
    this.delegate = other.delegate == null ? null : other.delegate.getMergeInstance();
    this.data = other.data;
    this.vectors = other.vectors;
  }

  private boolean readMeta(SegmentReadState state) throws IOException {
    String name =
        IndexFileNames.segmentFileName(
            state.segmentInfo.name, state.segmentSuffix, PlaidDocValuesFormat.META_EXTENSION);
    boolean hasDelegate = false;
    try (ChecksumIndexInput meta = state.directory.openChecksumInput(name)) {
      Throwable priorE = null;
      try {
        CodecUtil.checkIndexHeader(
            meta,
            PlaidDocValuesFormat.META_CODEC,
            PlaidDocValuesFormat.VERSION_START,
            PlaidDocValuesFormat.VERSION_CURRENT,
            state.segmentInfo.getId(),
            state.segmentSuffix);
        readFields(meta, state.fieldInfos);
        hasDelegate = meta.readByte() == 1;
      } catch (Throwable exception) {
        priorE = exception;
      } finally {
        CodecUtil.checkFooter(meta, priorE);
      }
    }
    return hasDelegate;
  }

  private void readFields(ChecksumIndexInput meta, FieldInfos infos) throws IOException {
    for (int number = meta.readInt(); number != -1; number = meta.readInt()) {
      FieldInfo info = infos.fieldInfo(number);
      if (info == null || info.getDocValuesType() != DocValuesType.BINARY) {
        throw new CorruptIndexException(
            "field number: found " + number + ", expected that of a field of binary doc values",
            meta);
      }
      if (entries.put(number, PlaidFieldEntry.read(meta, maxDoc)) != null) {
        throw new CorruptIndexException("field \"" + info.name + "\" is there twice", meta);
      }
    }
  }

  private static IndexInput openData(SegmentReadState state, String extension, String codec)
      throws IOException {
    String name =
        IndexFileNames.segmentFileName(state.segmentInfo.name, state.segmentSuffix, extension);
    IndexInput in =
        state.directory.openInput(
            name,
            state.context.withHints(
                FileTypeHint.DATA, FileDataHint.KNN_VECTORS, DataAccessHint.RANDOM));
    boolean success = false;
    try {
      CodecUtil.checkIndexHeader(
          in,
          codec,
          PlaidDocValuesFormat.VERSION_CURRENT,
          PlaidDocValuesFormat.VERSION_CURRENT,
          state.segmentInfo.getId(),
          state.segmentSuffix);
      // Does not verify the bytes, which would cost too much here, but does notice a cut file
      CodecUtil.retrieveChecksum(in);
      success = true;
    } catch (EOFException e) {
      throw new CorruptIndexException("the file ends within its header", in, e);
    } finally {
      if (success == false) {
        IOUtils.closeWhileHandlingException(in);
      }
    }
    return in;
  }

  private PlaidSegment openSegment(PlaidFieldEntry entry, IndexInput data, IndexInput vectors)
      throws IOException {
    try {
      PlaidSegment segment = PlaidSegment.open(entry, data, vectors);
      segment.iterator();
      return segment;
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new CorruptIndexException(
          "the meta file places a block outside of the file: " + e.getMessage(), data, e);
    }
  }

  /** The field as the search and the merge see it, for one thread; null if it is delegated. */
  private PlaidSegment segment(FieldInfo field) throws IOException {
    PlaidSegment segment = segments.get(field.number);
    return segment == null ? null : segment.copy(() -> delegate.getBinary(field));
  }

  @Override
  public BinaryDocValues getBinary(FieldInfo field) throws IOException {
    PlaidSegment segment = segment(field);
    if (segment == null) {
      return delegate.getBinary(field);
    }
    BinaryDocValues escaped = segment.escapedDocuments() == 0 ? null : delegate.getBinary(field);
    return new PlaidBinaryDocValues(segment, escaped);
  }

  @Override
  public NumericDocValues getNumeric(FieldInfo field) throws IOException {
    return delegate.getNumeric(field);
  }

  @Override
  public SortedDocValues getSorted(FieldInfo field) throws IOException {
    return delegate.getSorted(field);
  }

  @Override
  public SortedNumericDocValues getSortedNumeric(FieldInfo field) throws IOException {
    return delegate.getSortedNumeric(field);
  }

  @Override
  public SortedSetDocValues getSortedSet(FieldInfo field) throws IOException {
    return delegate.getSortedSet(field);
  }

  @Override
  public DocValuesSkipper getSkipper(FieldInfo field) throws IOException {
    return delegate.getSkipper(field);
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
