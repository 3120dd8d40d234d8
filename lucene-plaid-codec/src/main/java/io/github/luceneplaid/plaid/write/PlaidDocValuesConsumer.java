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

package io.github.luceneplaid.plaid.write;

import io.github.luceneplaid.plaid.codebook.AbortCheck;
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.segment.ImportedDocValues;
import io.github.luceneplaid.plaid.segment.PlaidBinaryDocValues;
import io.github.luceneplaid.plaid.segment.PlaidDocValuesProducer;
import io.github.luceneplaid.plaid.segment.PlaidFieldEntry;
import io.github.luceneplaid.plaid.segment.PlaidOptions;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Set;
import org.apache.lucene.codecs.DocValuesConsumer;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.EmptyDocValuesProducer;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.IOUtils;

/**
 * Writes the fields of a segment. {@link TokenFieldWriter} and {@link ImportedFieldWriter} write
 * tokens. The delegate writes everything else. Flushes and merges differ only in the source of the
 * values.
 *
 * @lucene.internal
 */
public final class PlaidDocValuesConsumer extends DocValuesConsumer {

  private final SegmentWriteState state;
  private final PlaidOptions options;
  private final DocValuesFormat delegateFormat;
  private final OutputFiles files;
  private final int version;
  private DocValuesConsumer delegate;
  private final Set<Integer> written = new HashSet<>();
  private boolean writing;
  private boolean closed;

  /**
   * Opens the files of a segment.
   *
   * @param options options of all fields; null for the options that a field was written with
   *     before, or the default ones
   * @param version version to write
   */
  public PlaidDocValuesConsumer(
      SegmentWriteState state, PlaidOptions options, DocValuesFormat delegateFormat, int version)
      throws IOException {
    this.state = state;
    this.options = options;
    this.delegateFormat = delegateFormat;
    this.version = version;
    this.files = new OutputFiles(state, version);
  }

  @Override
  public void addBinaryField(FieldInfo field, DocValuesProducer producer) throws IOException {
    writeBinary(field, TokenDocs.ofFlush(field, producer), false, AbortCheck.NONE);
  }

  @Override
  public void mergeBinaryField(FieldInfo field, MergeState mergeState) throws IOException {
    writeBinary(
        field,
        TokenDocs.ofMerge(field, mergeState),
        mergeState.needsIndexSort,
        MergeAbort.of(mergeState));
  }

  private void writeBinary(
      FieldInfo field, TokenDocs.Values source, boolean sorted, AbortCheck abort)
      throws IOException {
    writing = true;
    PlaidOptions fieldOptions = optionsOf(field, source);
    FieldTokens tokens = FieldTokens.of(source, sorted, fieldOptions, abort);
    FieldSurvey survey = tokens.survey();
    int timesEncoded = 0;
    if (survey.documents() > 0) {
      PlaidFieldEntry entry =
          ImportedFieldWriter.canWrite(tokens)
              ? new ImportedFieldWriter(files, tokens).write(field)
              : new TokenFieldWriter(files, tokens).write(field);
      timesEncoded = entry.tokensTimesEncoded();
      written.add(field.number);
    }
    if (survey.documents() == 0 || survey.escapedDocuments() > 0) {
      delegate()
          .addBinaryField(
              field,
              new EmptyDocValuesProducer() {
                @Override
                public BinaryDocValues getBinary(FieldInfo ignored) throws IOException {
                  return new EscapedDocValues(tokens.docs(), survey.escapedDocuments());
                }
              });
    }
    // Updates do not have the number of the values that they replace
    boolean updates = field.getDocValuesGen() != -1;
    int before = updates ? PlaidOptions.timesEncoded(field) : 0;
    fieldOptions.putOn(field, Math.max(before, timesEncoded));
    writing = false;
  }

  private PlaidOptions optionsOf(FieldInfo field, TokenDocs.Values source) throws IOException {
    if (options != null) {
      return options;
    }
    PlaidSegment largest = null;
    Codebook imported = null;
    for (TokenDocs.MappedValues mapped : source.open()) {
      if (mapped.values() instanceof ImportedDocValues values) {
        imported = values.codebook();
      }
      for (PlaidSegment segment : mapped.shown().segments()) {
        largest = largest == null || costsMore(segment, largest) ? segment : largest;
      }
    }
    if (largest != null) {
      return largest.options();
    }
    PlaidOptions before = PlaidOptions.of(field);
    PlaidOptions usual = before == null ? PlaidOptions.DEFAULT : before;
    return imported == null ? usual : usual.withBits(imported.buckets().bits());
  }

  /**
   * Whether the options of a segment are preferred to those of another one. It costs more to write
   * the tokens of that segment with other options.
   */
  private static boolean costsMore(PlaidSegment segment, PlaidSegment other) {
    return segment.isTrained() == other.isTrained()
        ? segment.tokens() > other.tokens()
        : segment.isTrained();
  }

  private DocValuesConsumer delegate() throws IOException {
    if (delegate == null) {
      delegate = delegateFormat.fieldsConsumer(state);
    }
    return delegate;
  }

  @Override
  public void addNumericField(FieldInfo field, DocValuesProducer producer) throws IOException {
    delegate().addNumericField(field, producer);
  }

  @Override
  public void addSortedField(FieldInfo field, DocValuesProducer producer) throws IOException {
    delegate().addSortedField(field, producer);
  }

  @Override
  public void addSortedNumericField(FieldInfo field, DocValuesProducer producer)
      throws IOException {
    delegate().addSortedNumericField(field, producer);
  }

  @Override
  public void addSortedSetField(FieldInfo field, DocValuesProducer producer) throws IOException {
    delegate().addSortedSetField(field, producer);
  }

  /**
   * Merges the fields of this format. If a merge reads only PLAID fields of a source, this method
   * does not verify the checksums of the other doc values of that source, as the default does. If
   * each field has its own format, the default would read every file of every source once for each
   * format.
   */
  @Override
  public void merge(MergeState mergeState) throws IOException {
    AbortCheck abort = MergeAbort.of(mergeState);
    boolean onlyBinary = true;
    for (FieldInfo field : mergeState.mergeFieldInfos) {
      onlyBinary &=
          field.getDocValuesType() == DocValuesType.NONE
              || field.getDocValuesType() == DocValuesType.BINARY;
    }
    for (int i = 0; i < mergeState.docValuesProducers.length; i++) {
      abort.check();
      if (mergeState.docValuesProducers[i] != null
          && (onlyBinary == false || checkOwn(mergeState, i) == false)) {
        mergeState.docValuesProducers[i].checkIntegrity();
      }
    }
    for (FieldInfo field : mergeState.mergeFieldInfos) {
      switch (field.getDocValuesType()) {
        case NONE -> {}
        case NUMERIC -> mergeNumericField(field, mergeState);
        case BINARY -> mergeBinaryField(field, mergeState);
        case SORTED -> mergeSortedField(field, mergeState);
        case SORTED_NUMERIC -> mergeSortedNumericField(field, mergeState);
        case SORTED_SET -> mergeSortedSetField(field, mergeState);
      }
    }
  }

  /** Verifies the files of a source if the merge reads only PLAID fields of it. */
  private static boolean checkOwn(MergeState mergeState, int source) throws IOException {
    Set<IndexInput> checked = Collections.newSetFromMap(new IdentityHashMap<>());
    for (FieldInfo field : mergeState.mergeFieldInfos) {
      FieldInfo sourceField = mergeState.fieldInfos[source].fieldInfo(field.name);
      if (sourceField == null || sourceField.getDocValuesType() != DocValuesType.BINARY) {
        continue;
      }
      BinaryDocValues values = mergeState.docValuesProducers[source].getBinary(sourceField);
      if (values instanceof PlaidBinaryDocValues plaid && plaid.segment().escapedDocuments() == 0) {
        // Fields of one format share its files
        if (checked.add(plaid.segment().data())) {
          plaid.segment().checkIntegrity();
        }
      } else {
        return false;
      }
    }
    return true;
  }

  /**
   * Finishes the files and opens them again. If they cannot be opened, the flush or the merge
   * fails. The source segments of a merge still exist then.
   */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    boolean success = false;
    try {
      files.finish(delegate != null);
      success = true;
    } finally {
      if (success) {
        IOUtils.close(delegate, files.meta, files.data, files.vectors);
      } else {
        IOUtils.closeWhileHandlingException(delegate, files.meta, files.data, files.vectors);
      }
    }
    // After a failure the files are incomplete, and no reader will open them
    if (writing == false) {
      readBack();
    }
  }

  /** Opens the files as a reader does. */
  private void readBack() throws IOException {
    SegmentReadState readState =
        new SegmentReadState(
            state.directory,
            state.segmentInfo,
            state.fieldInfos,
            IOContext.READONCE,
            state.segmentSuffix);
    try (PlaidDocValuesProducer reader = new PlaidDocValuesProducer(readState, null, version)) {
      reader.meta().checkWritten(written, delegate != null);
      reader.loadFields();
    }
  }
}
