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
package io.github.luceneplaid.tests;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.codecs.DocValuesConsumer;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.codecs.lucene90.Lucene90DocValuesFormat;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValuesSkipper;
import org.apache.lucene.index.EmptyDocValuesProducer;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FilterBinaryDocValues;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.util.BitUtil;
import org.apache.lucene.util.BytesRef;

/**
 * The example of docs/for-lucene.md: a format of codes that merges copy. It stores the tokens of a
 * {@link org.apache.lucene.document.LateInteractionField} in a byte a dimension, by Lucene's own
 * format.
 */
public final class CopiedCodesFormat extends DocValuesFormat {
  private static final String NAME = "CopiedCodes";

  private final DocValuesFormat format = new Lucene90DocValuesFormat();
  private final AtomicInteger encoded = new AtomicInteger();

  /** Called by {@link java.util.ServiceLoader}. */
  public CopiedCodesFormat() {
    super(NAME);
  }

  /** How often a value was encoded. */
  int encoded() {
    return encoded.get();
  }

  /** A byte for each dimension of tokens, whose components are between -1 and 1. */
  BytesRef encode(BytesRef value) {
    encoded.incrementAndGet();
    byte[] codes = new byte[value.length / Float.BYTES - 1 + Integer.BYTES];
    System.arraycopy(value.bytes, value.offset, codes, 0, Integer.BYTES);
    for (int i = Integer.BYTES; i < codes.length; i++) {
      int at = value.offset + Integer.BYTES + (i - Integer.BYTES) * Float.BYTES;
      codes[i] = (byte) Math.round(127 * (float) BitUtil.VH_LE_FLOAT.get(value.bytes, at));
    }
    return new BytesRef(codes);
  }

  /** The value that readers see. */
  static BytesRef decode(BytesRef codes) {
    byte[] value = new byte[(codes.length - Integer.BYTES) * Float.BYTES + Integer.BYTES];
    System.arraycopy(codes.bytes, codes.offset, value, 0, Integer.BYTES);
    for (int i = Integer.BYTES; i < codes.length; i++) {
      int at = Integer.BYTES + (i - Integer.BYTES) * Float.BYTES;
      BitUtil.VH_LE_FLOAT.set(value, at, codes.bytes[codes.offset + i] / 127f);
    }
    return new BytesRef(value);
  }

  @Override
  public DocValuesConsumer fieldsConsumer(SegmentWriteState state) throws IOException {
    return new CodesConsumer(format.fieldsConsumer(state));
  }

  @Override
  public DocValuesProducer fieldsProducer(SegmentReadState state) throws IOException {
    return new DecodingProducer(format.fieldsProducer(state));
  }

  private final class CodesConsumer extends DocValuesConsumer {
    private final DocValuesConsumer out;

    CodesConsumer(DocValuesConsumer out) {
      this.out = out;
    }

    @Override
    public void addBinaryField(FieldInfo field, DocValuesProducer values) throws IOException {
      out.addBinaryField(field, codesOf(values));
    }

    @Override
    public void mergeBinaryField(FieldInfo field, MergeState merge) throws IOException {
      DocValuesProducer[] sources = merge.docValuesProducers.clone();
      for (int i = 0; i < sources.length; i++) {
        sources[i] = sources[i] == null ? null : codesOf(sources[i]);
      }
      out.mergeBinaryField(field, of(merge, sources));
    }

    /** The codes of a source of this format as they are, and new codes of any other source. */
    private DocValuesProducer codesOf(DocValuesProducer source) {
      return new EmptyDocValuesProducer() {
        @Override
        public BinaryDocValues getBinary(FieldInfo field) throws IOException {
          BinaryDocValues values = source.getBinary(field);
          return values instanceof DecodedValues own ? own.codes() : new EncodedValues(values);
        }
      };
    }

    private static MergeState of(MergeState merge, DocValuesProducer[] sources) {
      return new MergeState(
          merge.docMaps,
          merge.segmentInfo,
          merge.mergeFieldInfos,
          merge.storedFieldsReaders,
          merge.termVectorsReaders,
          merge.normsProducers,
          sources,
          merge.fieldInfos,
          merge.liveDocs,
          merge.fieldsProducers,
          merge.pointsReaders,
          merge.knnVectorsReaders,
          merge.maxDocs,
          merge.infoStream,
          merge.intraMergeTaskExecutor,
          merge.needsIndexSort,
          merge.oneMerge);
    }

    @Override
    public void addNumericField(FieldInfo field, DocValuesProducer values) throws IOException {
      out.addNumericField(field, values);
    }

    @Override
    public void addSortedField(FieldInfo field, DocValuesProducer values) throws IOException {
      out.addSortedField(field, values);
    }

    @Override
    public void addSortedNumericField(FieldInfo field, DocValuesProducer values)
        throws IOException {
      out.addSortedNumericField(field, values);
    }

    @Override
    public void addSortedSetField(FieldInfo field, DocValuesProducer values) throws IOException {
      out.addSortedSetField(field, values);
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }

  private final class EncodedValues extends FilterBinaryDocValues {
    EncodedValues(BinaryDocValues in) {
      super(in);
    }

    @Override
    public BytesRef binaryValue() throws IOException {
      return encode(in.binaryValue());
    }
  }

  /** What a reader hands out. A merge finds the codes below it. */
  private static final class DecodedValues extends FilterBinaryDocValues {
    DecodedValues(BinaryDocValues codes) {
      super(codes);
    }

    BinaryDocValues codes() {
      return in;
    }

    @Override
    public BytesRef binaryValue() throws IOException {
      return decode(in.binaryValue());
    }
  }

  private static final class DecodingProducer extends DocValuesProducer {
    private final DocValuesProducer in;

    DecodingProducer(DocValuesProducer in) {
      this.in = in;
    }

    @Override
    public BinaryDocValues getBinary(FieldInfo field) throws IOException {
      return new DecodedValues(in.getBinary(field));
    }

    @Override
    public NumericDocValues getNumeric(FieldInfo field) throws IOException {
      return in.getNumeric(field);
    }

    @Override
    public SortedDocValues getSorted(FieldInfo field) throws IOException {
      return in.getSorted(field);
    }

    @Override
    public SortedNumericDocValues getSortedNumeric(FieldInfo field) throws IOException {
      return in.getSortedNumeric(field);
    }

    @Override
    public SortedSetDocValues getSortedSet(FieldInfo field) throws IOException {
      return in.getSortedSet(field);
    }

    @Override
    public DocValuesSkipper getSkipper(FieldInfo field) throws IOException {
      return in.getSkipper(field);
    }

    @Override
    public void checkIntegrity() throws IOException {
      in.checkIntegrity();
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
