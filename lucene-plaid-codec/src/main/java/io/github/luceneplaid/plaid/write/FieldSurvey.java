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
import io.github.luceneplaid.plaid.segment.Payload;
import io.github.luceneplaid.plaid.segment.PlaidBinaryDocValues;
import io.github.luceneplaid.plaid.segment.PlaidOptions;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import io.github.luceneplaid.plaid.segment.ShownValues;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BytesRef;

/**
 * The result of a first pass over the values of a field, before anything is written.
 *
 * @param dimension dimension of the tokens that are coded; 0 if no value can be coded
 * @param documents documents whose tokens are stored
 * @param escapedDocuments documents whose values are stored unchanged
 * @param tokens tokens of {@code documents}
 * @param codedTokens those of {@code tokens} with codes of trained codebooks that can be copied
 * @param unitLength whether no lengths have to be stored, provided that all imported codes are
 *     copied
 * @param codebooks the distinct codebooks of {@code codedTokens}, in the order of the sources
 * @param imported the distinct imported codebooks in the order of the sources, each with the number
 *     of its tokens whose codes can be copied
 * @param incomingTokens those of {@code imported} that have not been in a segment yet
 */
record FieldSurvey(
    int dimension,
    int documents,
    int escapedDocuments,
    long tokens,
    long codedTokens,
    boolean unitLength,
    List<Codebook> codebooks,
    Map<Codebook, Long> imported,
    long incomingTokens) {

  /** Makes a pass over all values. */
  static FieldSurvey of(
      TokenDocs.Values source, boolean sorted, PlaidOptions options, AbortCheck abort)
      throws IOException {
    int dimension = dimension(source, abort);
    TokenDocs docs = new TokenDocs(source, sorted, dimension, options, abort);
    int documents = 0;
    int escaped = 0;
    long tokens = 0;
    long coded = 0;
    long incoming = 0;
    boolean unitLength = true;
    Map<Codebook.Id, Codebook> codebooks = new LinkedHashMap<>();
    Map<Codebook.Id, Codebook> importedCodebooks = new LinkedHashMap<>();
    Map<Codebook, Long> imported = new LinkedHashMap<>();
    while (docs.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
      TokenCursor doc = docs.current();
      if (doc.tokenCount() == 0) {
        escaped++;
        continue;
      }
      documents++;
      tokens += doc.tokenCount();
      unitLength &= doc.isUnitLength();
      PlaidSegment segment = doc.codes();
      if (doc.imported() != null) {
        Codebook first =
            importedCodebooks.computeIfAbsent(doc.imported().id(), id -> doc.imported());
        imported.merge(first, (long) doc.tokenCount(), Long::sum);
        incoming += doc.incoming() == null ? 0 : doc.tokenCount();
      } else if (segment != null) {
        coded += doc.tokenCount();
        for (Codebook codebook : segment.codebooks().list()) {
          if (codebook.isImported() == false) {
            codebooks.putIfAbsent(codebook.id(), codebook);
          }
        }
      }
    }
    return new FieldSurvey(
        dimension,
        documents,
        escaped,
        tokens,
        coded,
        unitLength,
        new ArrayList<>(codebooks.values()),
        imported,
        incoming);
  }

  /** Returns the number of tokens with imported codes that can be copied. */
  long importedTokens() {
    return imported.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Returns the dimension of the most tokens that can be coded. Values of other dimensions are
   * stored unchanged, so a few of them do not prevent that the other values are coded.
   */
  private static int dimension(TokenDocs.Values source, AbortCheck abort) throws IOException {
    Map<Integer, Long> tokens = new LinkedHashMap<>();
    for (TokenDocs.MappedValues mapped : source.open()) {
      BinaryDocValues values = mapped.values();
      for (int doc = values.nextDoc();
          doc != DocIdSetIterator.NO_MORE_DOCS;
          doc = values.nextDoc()) {
        abort.check();
        if (mapped.docMap().get(doc) >= 0) {
          count(mapped.shown(), tokens);
        }
      }
    }
    int dimension = 0;
    for (Map.Entry<Integer, Long> entry : tokens.entrySet()) {
      if (dimension == 0 || entry.getValue() > tokens.get(dimension)) {
        dimension = entry.getKey();
      }
    }
    return dimension;
  }

  /** Adds the tokens of the current document to the count of their dimension. */
  private static void count(ShownValues shown, Map<Integer, Long> tokens) throws IOException {
    PlaidBinaryDocValues plaid = shown.source();
    if (plaid != null) {
      PlaidSegment segment = plaid.segment();
      long n = segment.tokenCount(plaid.ordinal());
      tokens.merge(segment.dimension(), n, Long::sum);
      return;
    }
    BinaryDocValues values = shown.values();
    if (values instanceof ImportedDocValues imported) {
      tokens.merge(imported.codebook().dimension(), (long) imported.tokenCount(), Long::sum);
      return;
    }
    BytesRef payload = values.binaryValue();
    int dimension = Payload.dimension(payload);
    if (dimension > 0 && Payload.shape(payload, dimension) != Payload.Shape.ODD) {
      long n = Payload.tokenCount(payload, dimension);
      tokens.merge(dimension, n, Long::sum);
    }
  }
}
