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

import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.segment.CodedParts;
import io.github.luceneplaid.plaid.segment.PlaidFieldEntry;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import io.github.luceneplaid.plaid.segment.ShownValues;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.zip.CRC32;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/**
 * What is read from the index of {@link KeptTokens}, a line each. Documents are named by their rank
 * among those that are not deleted, because merges keep it. The last word of a line is a number.
 */
final class TokenLines {

  private static final int QUERIES = 3;
  private static final int K = 5;

  private TokenLines() {}

  /** The form of each field in each segment, and of updates that are laid over it. */
  static List<String> forms(Directory directory) throws IOException {
    List<String> lines = new ArrayList<>();
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      for (LeafReaderContext leaf : reader.leaves()) {
        for (String field : KeptTokens.fields()) {
          ShownValues shown = ShownValues.open(leaf.reader(), field);
          if (shown != null) {
            for (PlaidSegment segment : shown.segments()) {
              lines.add("form " + leaf.ord + " " + field + " " + form(segment.entry()));
            }
          }
        }
      }
    }
    return lines;
  }

  private static String form(PlaidFieldEntry entry) {
    CodedParts codes = entry.codes();
    String form = codes == null ? "flat" : entry.provisional() ? "provisional" : "trained";
    return String.format(
        Locale.ROOT,
        "%s, %d tokens, %s, %s length, %d codebooks, %d imported, %d escaped, times encoded %d",
        form,
        entry.addresses().tokens(),
        entry.options(),
        entry.unitLength() ? "unit" : "any",
        codes == null ? 0 : codes.blocks().size(),
        codes == null
            ? 0
            : codes.blocks().stream().filter(block -> block.buckets() != null).count(),
        entry.escapedDocuments(),
        entry.history().timesEncoded());
  }

  /**
   * A number for each value. Every component of a decoded token changes it, and so does every byte
   * of a value that is not coded.
   */
  static List<String> values(Directory directory) throws IOException {
    List<String> lines = new ArrayList<>();
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      int rank = 0;
      for (LeafReaderContext leaf : reader.leaves()) {
        for (String field : KeptTokens.fields()) {
          addValues(leaf.reader(), field, rank, lines);
        }
        rank += leaf.reader().numDocs();
      }
    }
    return lines;
  }

  private static void addValues(LeafReader reader, String field, int rank, List<String> lines)
      throws IOException {
    BinaryDocValues values = reader.getBinaryDocValues(field);
    Bits live = reader.getLiveDocs();
    for (int doc = 0; values != null && doc < reader.maxDoc(); doc++) {
      if (live == null || live.get(doc)) {
        if (values.advanceExact(doc)) {
          lines.add(
              String.format(
                  Locale.ROOT, "value %s %d %.4f", field, rank, number(values.binaryValue())));
        }
        rank++;
      }
    }
  }

  private static double number(BytesRef value) {
    Random weights = new Random(3);
    ByteBuffer floats = ByteBuffer.wrap(value.bytes, value.offset, value.length);
    floats.order(ByteOrder.LITTLE_ENDIAN).getInt();
    double sum = 0;
    while (floats.remaining() >= Float.BYTES) {
      sum += weights.nextDouble(-1, 1) * floats.getFloat();
    }
    if (floats.hasRemaining() == false && Math.abs(sum) < 1000) {
      return sum;
    }
    // Not whole tokens, or not finite
    CRC32 checksum = new CRC32();
    checksum.update(value.bytes, value.offset, value.length);
    return checksum.getValue();
  }

  /** The hits of some queries. */
  static List<String> hits(Directory directory) throws IOException {
    List<String> lines = new ArrayList<>();
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexSearcher searcher = new IndexSearcher(reader);
      for (String field : KeptTokens.fields()) {
        Random random = new Random(23);
        for (int i = 0; i < QUERIES; i++) {
          float[][] query = KeptTokens.tokens(random, 4, KeptTokens.dimension(field));
          for (ScoreDoc hit :
              searcher.search(new LateInteractionQuery(field, query, K), K).scoreDocs) {
            lines.add(
                String.format(
                    Locale.ROOT, "hit %s %d %d %.4f", field, i, rank(reader, hit.doc), hit.score));
          }
        }
      }
    }
    return lines;
  }

  private static int rank(DirectoryReader reader, int doc) {
    int rank = 0;
    for (LeafReaderContext leaf : reader.leaves()) {
      Bits live = leaf.reader().getLiveDocs();
      for (int i = 0; i < leaf.reader().maxDoc() && leaf.docBase + i < doc; i++) {
        rank += live == null || live.get(i) ? 1 : 0;
      }
    }
    return rank;
  }
}
