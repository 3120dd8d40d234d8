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
package io.github.luceneplaid.plaid.search;

import io.github.luceneplaid.plaid.search.request.SearchRequest;
import io.github.luceneplaid.plaid.search.score.TokenPairs;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.DocIdSetIterator;

/**
 * The search of a PLAID segment whose tokens have another dimension than the query's. This happens
 * in the older part of an index whose documents are being embedded anew. Only documents that are
 * stored as their original bytes can have tokens of the query's dimension, so no others are looked
 * at.
 */
final class EscapedSegmentSearch implements SegmentSearch {

  private final LeafReader reader;
  private final SearchRequest request;
  private final PlaidSegment segment;
  private final ExactSegmentSearch exact;

  /**
   * Sole constructor.
   *
   * @param segment belongs to the calling thread
   */
  EscapedSegmentSearch(LeafReader reader, SearchRequest request, PlaidSegment segment)
      throws IOException {
    this.reader = reader;
    this.request = request;
    this.segment = segment;
    this.exact = new ExactSegmentSearch(reader, request);
  }

  @Override
  public int dimension() {
    return segment.dimension();
  }

  @Override
  public boolean findsDimension() throws IOException {
    return exact.findsDimension(segment.escaped());
  }

  @Override
  public long costPerDocument() {
    return request.query().count() * Math.max(1, segment.tokens() / segment.documents());
  }

  @Override
  public float exactScore(int doc, TokenPairs pairs, float[] similarity) throws IOException {
    return segment.ordinal(doc) >= 0 ? Float.NaN : exact.exactScore(doc, pairs, similarity);
  }

  @Override
  public DocIdSetIterator iterator() throws IOException {
    return segment.escaped();
  }

  @Override
  public int atMostDocuments() {
    return segment.escapedDocuments();
  }

  @Override
  public SegmentSearch copy() throws IOException {
    return new EscapedSegmentSearch(reader, request, segment.copy());
  }
}
