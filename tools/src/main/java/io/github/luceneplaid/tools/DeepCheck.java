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
package io.github.luceneplaid.tools;

import io.github.luceneplaid.plaid.segment.Payload;
import io.github.luceneplaid.plaid.segment.PlaidFieldEntry;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BytesRef;

/**
 * Checks what the format of tokens says of its bytes, beyond {@link SegmentCheck} and what is
 * checked when a segment is opened:
 *
 * <ul>
 *   <li>the last addresses are the numbers of tokens and half blocks, and addresses have as many
 *       bytes as the meta file says
 *   <li>escaped documents have no ordinal and a value that cannot be coded, and there are as many
 *       as the meta file says
 *   <li>rows, see {@link RowCheck}
 *   <li>codes, see {@link BlockCheck}
 *   <li>regions are finite, and list the documents of their tokens, see {@link RegionCheck}
 *   <li>cells, see {@link CellCheck}
 * </ul>
 */
final class DeepCheck {
  private final PlaidSegment segment;
  private final PlaidFieldEntry entry;
  private final int dimension;
  private final List<String> problems = new ArrayList<>();

  DeepCheck(PlaidSegment segment) {
    this.segment = segment;
    this.entry = segment.entry();
    this.dimension = segment.dimension();
  }

  /**
   * Runs all checks.
   *
   * @return what is wrong, one sentence each; empty if nothing is
   */
  List<String> run() throws IOException {
    try {
      checkAddresses();
      checkEscaped();
      if (segment.rows() != null) {
        new RowCheck(segment, problems).run();
      }
      if (segment.hasCodes()) {
        BlockCheck blocks = new BlockCheck(segment, problems);
        for (int ordinal = 0; ordinal < segment.documents(); ordinal++) {
          blocks.check(ordinal);
        }
        checkRegions();
        new CellCheck(segment, problems).run();
        if (segment.centroidsAreRegions() == false && problems.isEmpty()) {
          new RegionCheck(segment, problems).run();
        }
      }
    } catch (CorruptIndexException e) {
      problems.add(e.getMessage());
    }
    return problems;
  }

  private void expect(String what, long found, long expected) {
    if (found != expected) {
      problems.add(what + ": found " + found + ", expected " + expected);
    }
  }

  private void checkAddresses() throws IOException {
    int end = segment.documents();
    expect("bytes of addresses", entry.addressBytes(), entry.addresses().bytes());
    expect("first token of ordinal 0", segment.firstToken(0), 0);
    expect("first half block of ordinal 0", segment.firstHalf(0), 0);
    expect("end of tokens", segment.firstToken(end), entry.addresses().tokens());
    expect("end of half blocks", segment.firstHalf(end), entry.addresses().halves());
    for (int ordinal = 1; ordinal < end; ordinal++) {
      if (segment.document(ordinal) <= segment.document(ordinal - 1)) {
        problems.add(
            "document of ordinal "
                + ordinal
                + ": found "
                + segment.document(ordinal)
                + ", expected more than "
                + segment.document(ordinal - 1));
      }
    }
  }

  private void checkEscaped() throws IOException {
    BinaryDocValues escaped = segment.escaped();
    int documents = 0;
    for (int doc = escaped.nextDoc();
        doc != DocIdSetIterator.NO_MORE_DOCS;
        doc = escaped.nextDoc(), documents++) {
      if (segment.ordinal(doc) >= 0 && segment.document(segment.ordinal(doc)) == doc) {
        problems.add("document " + doc + ": found tokens and a value that is kept as it is");
      }
      BytesRef value = escaped.binaryValue();
      if (Payload.dimension(value) == dimension
          && Payload.shape(value, dimension) != Payload.Shape.ODD) {
        problems.add(
            "value of document "
                + doc
                + ": found tokens that can be coded, expected those of another dimension than "
                + dimension
                + ", or a token that is not finite, too large or nearly zero");
      }
    }
    expect("escaped documents", documents, segment.escapedDocuments());
  }

  private void checkRegions() throws IOException {
    float[] regions = segment.regions();
    for (int i = 0; i < regions.length; i++) {
      if (Float.isFinite(regions[i]) == false) {
        problems.add(
            "region " + i / dimension + ": found " + regions[i] + ", expected a finite number");
        return;
      }
    }
  }
}
