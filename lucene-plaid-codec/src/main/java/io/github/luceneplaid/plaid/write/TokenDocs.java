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
import io.github.luceneplaid.plaid.segment.PlaidOptions;
import io.github.luceneplaid.plaid.segment.ShownValues;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocIDMerger;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.search.DocIdSetIterator;

/** One pass over the documents of a field, in the order of the segment that is being written. */
final class TokenDocs {

  /** The source of the values. It can be opened any number of times. */
  interface Values {
    /** Opens the values of each segment, with the map of its documents. */
    List<MappedValues> open() throws IOException;
  }

  /**
   * Values of one segment.
   *
   * @param docMap maps its documents to those of the segment that is being written
   * @param shown the values, and the PLAID segments that they come from
   * @param timesEncoded how many times the values have been encoded and decoded, if the values
   *     themselves do not state it
   */
  record MappedValues(MergeState.DocMap docMap, ShownValues shown, int timesEncoded) {
    BinaryDocValues values() {
      return shown.values();
    }
  }

  private final DocIDMerger<TokenCursor> merger;
  private final AbortCheck abort;
  private TokenCursor current;

  /**
   * Starts at the first document.
   *
   * @param source the source of the values
   * @param sorted whether the sources' documents interleave
   * @param dimension dimension of the tokens that the segment will code; 0 if it codes none
   * @param options options of the segment
   * @param abort asked for each document
   */
  TokenDocs(Values source, boolean sorted, int dimension, PlaidOptions options, AbortCheck abort)
      throws IOException {
    this.abort = abort;
    List<TokenCursor> subs = new ArrayList<>();
    for (MappedValues mapped : source.open()) {
      subs.add(new TokenCursor(mapped, dimension, options));
    }
    merger = subs.isEmpty() ? null : DocIDMerger.of(subs, sorted);
  }

  /**
   * Returns the values buffered for a flush, or updates. Updates may include the values of the
   * segment that they change.
   */
  static Values ofFlush(FieldInfo field, DocValuesProducer producer) {
    return () -> {
      ShownValues shown = ShownValues.open(() -> producer.getBinary(field), field.name);
      return List.of(new MappedValues(doc -> doc, shown, 0));
    };
  }

  /**
   * Returns the values of the segments of a merge. Fields are found by name, because their numbers
   * may differ.
   */
  static Values ofMerge(FieldInfo field, MergeState mergeState) {
    return () -> {
      List<MappedValues> all = new ArrayList<>();
      for (int i = 0; i < mergeState.docValuesProducers.length; i++) {
        FieldInfo sourceField = mergeState.fieldInfos[i].fieldInfo(field.name);
        if (mergeState.docValuesProducers[i] == null
            || sourceField == null
            || sourceField.getDocValuesType() != DocValuesType.BINARY) {
          continue;
        }
        DocValuesProducer producer = mergeState.docValuesProducers[i];
        ShownValues shown = ShownValues.open(() -> producer.getBinary(sourceField), field.name);
        if (shown != null) {
          int timesEncoded = PlaidOptions.timesEncoded(sourceField);
          all.add(new MappedValues(mergeState.docMaps[i], shown, timesEncoded));
        }
      }
      return all;
    };
  }

  /**
   * Moves to the next document and loads it.
   *
   * @return its number in the segment being written, or {@link DocIdSetIterator#NO_MORE_DOCS}
   */
  int nextDoc() throws IOException {
    abort.check();
    current = merger == null ? null : merger.next();
    if (current == null) {
      return DocIdSetIterator.NO_MORE_DOCS;
    }
    current.load();
    return current.mappedDocID;
  }

  /** Returns the source of the current document, positioned on it. */
  TokenCursor current() {
    return current;
  }
}
