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

package io.github.luceneplaid.opensearch;

import io.github.luceneplaid.engine.ExactKnnRequest;
import io.github.luceneplaid.engine.ExactVectorFieldSettings;
import io.github.luceneplaid.engine.VectorValue;
import io.github.luceneplaid.fsvi.FsviVectorsFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.Version;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.mapper.MapperParsingException;
import org.opensearch.index.mapper.ParsedDocument;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.index.query.QueryShardException;

/** The field type {@code exact_vector}, from the mapping over segments to hits. */
public class TestExactVectorField extends LuceneTestCase {

  private static final String VECTOR = "\"v\": {\"type\": \"exact_vector\", \"dims\": 3";
  private static final String MAPPING =
      mapping(", \"encoding\": \"int8_then_float32\"")
          + ", \"w\": {\"type\": \"exact_vector\", \"dims\": 2, \"similarity\": \"l2_norm\"}"
          + ", \"a\": {\"type\": \"alias\", \"path\": \"v\"}, \"n\": {\"type\": \"long\"}";

  /** The field v, with more parameters, each after a comma. */
  private static String mapping(String more) {
    return VECTOR + more + "}";
  }

  /** {@code .ci/versions} tests with older versions, too. */
  @Override
  public void setUp() throws Exception {
    super.setUp();
    if (ExactVectorFieldSettings.supports(Version.LATEST) == false) {
      MapperParsingException e =
          expectThrows(MapperParsingException.class, () -> IndexFixture.enabled(mapping("")));
      String expected = "expected Lucene 10.5.0 or later, found " + Version.LATEST;
      assertTrue(e.getMessage(), e.getMessage().contains(expected));
      assumeTrue("skipped: " + e.getMessage(), false);
    }
  }

  private static float[] vector(ParsedDocument document) {
    KnnFloatVectorField field = (KnnFloatVectorField) document.rootDoc().getField("v");
    return field == null ? null : field.vectorValue();
  }

  private static void assertVector(float[] expected, float[] found) {
    assertTrue(Arrays.toString(found), Arrays.equals(expected, found));
  }

  public void testDocuments() throws IOException {
    IndexFixture index = IndexFixture.enabled(mapping(""));
    float[] some = randomVector(3);
    assertVector(some, vector(index.parse("{\"v\": " + Arrays.toString(some) + "}")));
    float[] base = {1, 0, 0};
    assertVector(base, vector(index.parse("{\"v\": \"f16:ADwAAAAA\"}")));
    assertVector(base, vector(index.parse("{\"v\": \"AACAPwAAAAAAAAAA\"}")));
    assertVector(base, vector(index.parse("{\"v\": \"f32:AACAPwAAAAAAAAAA\"}")));
    assertNull(vector(index.parse("{\"v\": null}")));
    assertNull(vector(index.parse("{\"v\": []}")));
  }

  private static void refuses(IndexFixture index, String expected, String source) {
    MapperParsingException e =
        expectThrows(MapperParsingException.class, () -> index.parse(source));
    assertEquals(expected, e.getCause().getMessage());
  }

  public void testRefusedDocuments() throws IOException {
    IndexFixture index = IndexFixture.enabled(mapping(", \"similarity\": \"dot_product\""));
    index.parse("{\"v\": [0.6, 0, -0.8]}");
    refuses(index, "field [v]: found 2 numbers, expected 3 [dims]", "{\"v\": [1, 2]}");
    refuses(
        index,
        "field [v]: dimension 1: found Infinity, expected a finite 32-bit float",
        "{\"v\": [1, 1e99, 2]}");
    refuses(
        index,
        "field [v]: found a vector of length 2.0, expected length 1 for the similarity dot_product",
        "{\"v\": [0, 2, 0]}");
    refuses(
        index,
        "field [v]: found value_boolean, expected a vector of numbers, [...], or a text in base64",
        "{\"v\": [true]}");
    refuses(
        index,
        "field [v]: found 3 bytes of 32-bit floats, expected 12 for 3 [dims]",
        "{\"v\": \"AAAA\"}");
    IndexFixture objects = IndexFixture.enabled("\"o\": {\"properties\": {" + mapping("") + "}}");
    refuses(
        objects,
        "field [o.v]: found a second value, expected one in a document",
        "{\"o\": [{\"v\": [1, 2, 3]}, {\"v\": [1, 2, 3]}]}");
  }

  public void testMapping() throws IOException {
    IndexFixture index = IndexFixture.enabled(mapping(""));
    assertTrue(index.mapping(), index.mapping().contains("\"dims\":3}"));
    for (String change : new String[] {"\"encoding\": \"int8\"", "\"similarity\": \"l2_norm\""}) {
      IllegalArgumentException e =
          expectThrows(IllegalArgumentException.class, () -> index.merge(mapping(", " + change)));
      assertTrue(e.getMessage(), e.getMessage().contains("Cannot update parameter"));
    }
    for (String bad :
        new String[] {"\"encoding\": \"int4\"", "\"similarity\": \"dot\"", "\"dim\": 2"}) {
      expectThrows(MapperParsingException.class, () -> IndexFixture.enabled(mapping(", " + bad)));
    }
    MapperParsingException e =
        expectThrows(
            MapperParsingException.class, () -> new IndexFixture(Settings.EMPTY, mapping("")));
    assertTrue(e.getMessage(), e.getMessage().contains("[index.token_vectors]"));
  }

  private static float[] randomVector(int dims) {
    float[] vector = new float[dims];
    for (int i = 0; i < dims; i++) {
      vector[i] = (float) random().nextGaussian();
    }
    return vector;
  }

  private static VectorValue value(float[] vector) {
    return new VectorValue(vector, null);
  }

  /** Compares hits with those of a sort of all documents, in segments that the codec wrote. */
  public void testSearch() throws IOException {
    IndexFixture index = IndexFixture.enabled(MAPPING);
    float[][] vectors = new float[atLeast(100)][];
    try (Directory directory = newDirectory()) {
      IndexWriterConfig config = new IndexWriterConfig().setCodec(index.codec());
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (int id = 0; id < vectors.length; id++) {
          String fields = "";
          if (random().nextInt(10) > 0) {
            vectors[id] = randomVector(3);
            float[] two = Arrays.copyOf(vectors[id], 2);
            fields =
                ", \"v\": " + Arrays.toString(vectors[id]) + ", \"w\": " + Arrays.toString(two);
          }
          Document document = new Document();
          index.parse("{\"n\": " + id % 2 + fields + "}").rootDoc().forEach(document::add);
          document.add(new StoredField("id", id));
          writer.addDocument(document);
          if (random().nextInt(30) == 0) {
            writer.commit();
          }
        }
        if (random().nextBoolean()) {
          writer.forceMerge(1);
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        checkSegments(reader);
        for (int i = 0; i < 20; i++) {
          checkHits(index, newSearcher(reader), vectors);
        }
      }
    }
  }

  private static void checkSegments(DirectoryReader reader) throws IOException {
    SegmentReader segment = (SegmentReader) reader.leaves().get(0).reader();
    FieldInfo info = segment.getFieldInfos().fieldInfo("v");
    if (info != null) {
      assertTrue(info.attributes().containsValue(FsviVectorsFormat.NAME));
      assertEquals(2, FsviVectorsFormat.statistics(segment, "v").slabs().size());
      assertEquals(1, FsviVectorsFormat.statistics(segment, "w").slabs().size());
    }
  }

  private static void checkHits(IndexFixture index, IndexSearcher searcher, float[][] vectors)
      throws IOException {
    float[] target = randomVector(3);
    int k = 1 + random().nextInt(20);
    boolean filtered = random().nextBoolean();
    List<Integer> expected = new ArrayList<>();
    for (int id = 0; id < vectors.length; id++) {
      if (vectors[id] != null && (filtered == false || id % 2 == 1)) {
        expected.add(id);
      }
    }
    expected.sort(Comparator.comparingDouble(id -> -VectorUtil.cosine(target, vectors[id])));
    int all = vectors.length;
    float[] two = Arrays.copyOf(target, 2);
    String field = random().nextBoolean() ? "v" : "a";
    // With as many candidates as documents, the steps of a search leave nothing out
    List<ExactKnnRequest> requests =
        List.of(
            new ExactKnnRequest(field, value(target), k, null, null, null, null, null),
            new ExactKnnRequest(field, value(target), k, 2, null, null, null, all),
            new ExactKnnRequest("w", value(two), k, null, field, value(target), 1f, all));
    QueryBuilder filter = filtered ? QueryBuilders.termQuery("n", 1) : null;
    for (ExactKnnRequest request : requests) {
      List<Integer> hits = new ArrayList<>();
      QueryBuilder query = new ExactKnnQueryBuilder(request, filter);
      for (ScoreDoc hit : searcher.search(query.toQuery(index.context(searcher)), all).scoreDocs) {
        hits.add(
            searcher.storedFields().document(hit.doc).getField("id").numericValue().intValue());
      }
      assertEquals(expected.subList(0, Math.min(k, expected.size())), hits);
    }
  }

  /** An index without values has no hits, and refuses invalid queries. */
  public void testNoValues() throws IOException {
    IndexFixture index = IndexFixture.enabled(MAPPING);
    try (Directory directory = newDirectory()) {
      new IndexWriter(directory, new IndexWriterConfig().setCodec(index.codec())).close();
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = newSearcher(reader);
        assertEquals(0, hits(index, searcher, "v", 3));
        assertEquals(0, hits(index, searcher, "nowhere", 3));
        IllegalArgumentException dims =
            expectThrows(IllegalArgumentException.class, () -> hits(index, searcher, "v", 4));
        assertEquals(
            "[query_vector] of field [v]: found 4 numbers, expected 3 [dims]", dims.getMessage());
        QueryShardException type =
            expectThrows(QueryShardException.class, () -> hits(index, searcher, "n", 3));
        assertTrue(type.getMessage(), type.getMessage().contains("found type [long], expected"));
      }
    }
  }

  private static int hits(IndexFixture index, IndexSearcher searcher, String field, int dims)
      throws IOException {
    ExactKnnRequest request =
        new ExactKnnRequest(field, value(randomVector(dims)), null, null, null, null, null, null);
    QueryBuilder query = new ExactKnnQueryBuilder(request, null);
    return searcher.search(query.toQuery(index.context(searcher)), 10).scoreDocs.length;
  }
}
