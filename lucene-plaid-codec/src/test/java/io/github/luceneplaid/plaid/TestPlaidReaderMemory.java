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

import io.github.luceneplaid.plaid.segment.PlaidDocValuesProducer;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.RamUsageTester;

/** What readers hold on the heap. */
public class TestPlaidReaderMemory extends LuceneTestCase {

  private static final int FIELDS = 100;
  private static final int DIMENSION = 64;

  /** All but what belongs to the directory. */
  private static final class Heap extends RamUsageTester.Accumulator {
    @Override
    public long accumulateObject(
        Object object, long shallow, Map<Field, Object> values, Collection<Object> queue) {
      return object instanceof IndexInput
          ? 0
          : super.accumulateObject(object, shallow, values, queue);
    }
  }

  private static void write(Directory directory, int documents, int tokens) throws IOException {
    PlaidDocValuesFormat format = new PlaidDocValuesFormat();
    try (IndexWriter writer =
        new IndexWriter(
            directory,
            TokenDocuments.config(format)
                .setMaxBufferedDocs(1000)
                .setMergePolicy(NoMergePolicy.INSTANCE))) {
      for (int doc = 0; doc < documents; doc++) {
        Document document = new Document();
        for (int field = 0; field < FIELDS; field++) {
          float[][] matrix = TokenDocuments.unit(random(), tokens, DIMENSION);
          document.add(new LateInteractionField("tokens" + field, matrix));
        }
        writer.addDocument(document);
      }
    }
  }

  private static PlaidDocValuesProducer producer(SegmentReader reader) throws IOException {
    DocValuesProducer producer = reader.getDocValuesReader();
    PlaidDocValuesProducer[] found = new PlaidDocValuesProducer[1];
    RamUsageTester.ramUsed(
        producer,
        new RamUsageTester.Accumulator() {
          @Override
          public long accumulateObject(
              Object object, long shallow, Map<Field, Object> values, Collection<Object> queue) {
            if (object instanceof PlaidDocValuesProducer plaid) {
              found[0] = plaid;
              return 0;
            }
            return object instanceof IndexInput
                ? 0
                : super.accumulateObject(object, shallow, values, queue);
          }
        });
    return found[0];
  }

  /** A field whose codes are not asked for holds what the meta file says of it, and no more. */
  public void testOpenFields() throws IOException {
    try (Directory directory = newDirectory()) {
      write(directory, 10, 52);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        SegmentReader segment = (SegmentReader) getOnlyLeafReader(reader);
        PlaidDocValuesProducer producer = producer(segment);
        long opened = RamUsageTester.ramUsed(producer, new Heap());
        assertTrue(opened + " bytes", opened < FIELDS * 1024L);
        for (int field = 0; field < FIELDS; field++) {
          PlaidSegment.of(segment, "tokens" + field);
        }
        assertEquals(opened, RamUsageTester.ramUsed(producer, new Heap()));
        PlaidSegment.of(segment, "tokens7").codebooks();
        long one = RamUsageTester.ramUsed(producer, new Heap()) - opened;
        PlaidStatistics statistics = PlaidDocValuesFormat.statistics(segment, "tokens7");
        long centroids = (long) statistics.centroids() * DIMENSION * Float.BYTES;
        assertTrue(centroids > 1024);
        assertTrue(
            one + " bytes, centroids " + centroids, one >= centroids && one < centroids + 2048);
      }
    }
  }

  /** What is loaded of a field with several codebooks: each centroid and each region once. */
  public void testSeveralCodebooks() throws IOException {
    PlaidDocValuesFormat format = PlaidDocValuesFormat.builder().trainingThreshold(1).build();
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer =
          new IndexWriter(
              directory,
              TokenDocuments.config(format)
                  .setMaxBufferedDocs(1000)
                  .setMergePolicy(NoMergePolicy.INSTANCE))) {
        for (int segment = 0; segment < 3; segment++) {
          TokenDocuments.addSegment(writer, random(), 20 * segment, 20, DIMENSION);
        }
      }
      try (Directory merged = newDirectory();
          DirectoryReader reader = DirectoryReader.open(directory)) {
        try (IndexWriter writer = new IndexWriter(merged, TokenDocuments.config(format))) {
          writer.addIndexes(TokenDocuments.codecReaders(reader));
          writer.forceMerge(1);
        }
        try (DirectoryReader one = DirectoryReader.open(merged)) {
          PlaidStatistics statistics = TokenDocuments.statistics(one).get(0);
          assertEquals(3, statistics.codebooks().size());
          PlaidSegment segment = PlaidSegment.of(getOnlyLeafReader(one), TokenDocuments.FIELD);
          List<Object> loaded =
              List.of(segment.codebooks(), segment.regions(), segment.cellTable());
          long bytes = RamUsageTester.ramUsed(loaded);
          long rows = (long) statistics.centroids() + statistics.regions();
          long expected = rows * DIMENSION * Float.BYTES + statistics.regions() * 12L;
          assertTrue(bytes + " of " + expected, bytes >= expected && bytes < expected + 2048);
        }
      }
    }
  }
}
