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

import io.github.luceneplaid.engine.LateInteractionFieldSettings;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.perfield.PerFieldDocValuesFormat;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.codec.CodecService;
import org.opensearch.index.engine.EngineConfig;
import org.opensearch.index.mapper.MapperParsingException;
import org.opensearch.index.mapper.ParsedDocument;

public class TestLateInteractionFieldMapper extends LuceneTestCase {

  private static final String MAPPING = "\"tokens\": {\"type\": \"token_vectors\", \"dims\": 3 %s}";

  private static IndexFixture index(String parameters) throws IOException {
    return IndexFixture.enabled(String.format(Locale.ROOT, MAPPING, parameters));
  }

  private static float[][] tokens(ParsedDocument document) {
    IndexableField field = document.rootDoc().getField("tokens");
    return field == null ? null : LateInteractionField.decode(field.binaryValue());
  }

  private static LateInteractionFieldSettings settings(IndexFixture index) {
    return ((LateInteractionFieldType) index.mapperService().fieldType("tokens")).settings();
  }

  public void testDocuments() throws IOException {
    IndexFixture index = index("");
    float[][] tokens = new float[1 + random().nextInt(5)][3];
    for (float[] token : tokens) {
      for (int i = 0; i < token.length; i++) {
        token[i] = random().nextFloat() - 0.5f;
      }
    }
    String source = "{\"tokens\": " + Arrays.deepToString(tokens) + "}";
    assertArrayEquals(tokens, tokens(index.parse(source)));
    assertNull(tokens(index.parse("{\"tokens\": null}")));
    assertNull(tokens(index.parse("{\"tokens\": []}")));
    assertArrayEquals(
        new float[][] {{1, 0, 0}}, tokens(index.parse("{\"tokens\": \"f16:ADwAAAAA\"}")));
  }

  public void testPooling() throws IOException {
    IndexFixture index = index(", \"pool_factor\": 3");
    assertEquals(3, settings(index).poolFactor());
    String value = "{\"tokens\": [[1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 1, 0], [1, 0, 0]]}";
    assertArrayEquals(new float[][] {{1, 0, 0}, {0, 1, 0}, {1, 0, 0}}, tokens(index.parse(value)));
  }

  public void testSecondValue() throws IOException {
    IndexFixture index =
        IndexFixture.enabled(
            "\"o\": {\"properties\": {" + String.format(Locale.ROOT, MAPPING, "") + "}}");
    String value = "{\"tokens\": [[1, 2, 3]]}";
    index.parse("{\"o\": [" + value + ", {}]}");
    MapperParsingException e =
        expectThrows(
            MapperParsingException.class,
            () -> index.parse("{\"o\": [" + value + ", " + value + "]}"));
    assertEquals(
        "field [o.tokens]: found a second value, expected one in a document",
        e.getCause().getMessage());
  }

  public void testMapping() throws IOException {
    IndexFixture stock = index("");
    assertTrue(stock.mapping(), stock.mapping().contains("\"dims\":3}"));
    assertEquals(8192, settings(stock).maxVectors());
    IndexFixture index = index(", \"max_vectors\": 1");
    assertEquals(1, settings(index).maxVectors());
    assertEquals(1024, settings(index).maxQueryVectors());
    index.merge(
        String.format(Locale.ROOT, MAPPING, ", \"max_vectors\": 2, \"max_query_vectors\": 7"));
    assertEquals(2, settings(index).maxVectors());
    assertEquals(7, settings(index).maxQueryVectors());
    expectThrows(
        MapperParsingException.class,
        () -> index.parse("{\"tokens\": [[1, 2, 3], [1, 2, 3], [1, 2, 3]]}"));
    for (String change :
        new String[] {
          "\"bits\": 2", "\"raw\": \"float16\"", "\"training_threshold\": 9", "\"pool_factor\": 2"
        }) {
      IllegalArgumentException e =
          expectThrows(
              IllegalArgumentException.class,
              () -> index.merge(String.format(Locale.ROOT, MAPPING, ", " + change)));
      assertTrue(e.getMessage(), e.getMessage().contains("Cannot update parameter"));
    }
    // A restarted node reads what the index states
    String stated = index.mapping();
    IndexFixture again =
        IndexFixture.enabled(stated.substring(stated.indexOf("\"tokens\""), stated.length() - 3));
    assertEquals(stated, again.mapping());
  }

  /** Documents in the translog are never too large when a shard takes them again. */
  public void testMaxVectorsCanOnlyGrow() throws IOException {
    IndexFixture index = index(", \"max_vectors\": 9000");
    index.merge(String.format(Locale.ROOT, MAPPING, ", \"max_vectors\": 9000"));
    index.merge(String.format(Locale.ROOT, MAPPING, ", \"max_vectors\": 9001"));
    // Without the parameter a mapping states the default
    for (String change : new String[] {", \"max_vectors\": 9000", ""}) {
      IllegalArgumentException e =
          expectThrows(
              IllegalArgumentException.class,
              () -> index.merge(String.format(Locale.ROOT, MAPPING, change)));
      assertTrue(e.getMessage(), e.getMessage().contains("Cannot update parameter [max_vectors]"));
      assertEquals(9001, settings(index).maxVectors());
    }
  }

  public void testSetting() throws IOException {
    MapperParsingException e =
        expectThrows(
            MapperParsingException.class,
            () -> new IndexFixture(Settings.EMPTY, String.format(Locale.ROOT, MAPPING, "")));
    assertTrue(e.getMessage(), e.getMessage().contains("[index.token_vectors]"));
    Settings archived = Settings.builder().put("archived.index.token_vectors", "true").build();
    assertNotNull(new IndexFixture(archived, String.format(Locale.ROOT, MAPPING, "")).mapping());
  }

  public void testCodecSetting() {
    String codec = EngineConfig.INDEX_CODEC_SETTING.getKey();
    var provider = IndexFixture.PLUGIN.getAdditionalIndexSettingProviders().iterator().next();
    Settings enabled = Settings.builder().put("index.token_vectors", true).build();
    Settings added = provider.getAdditionalIndexSettings("index", false, enabled);
    assertEquals("token_vectors", EngineConfig.INDEX_CODEC_SETTING.get(added));
    assertEquals(
        added,
        provider.getAdditionalIndexSettings(
            "index", false, Settings.builder().put(enabled).put(added).build()));
    assertTrue(provider.getAdditionalIndexSettings("index", false, Settings.EMPTY).isEmpty());
    Settings other = Settings.builder().put(enabled).put(codec, CodecService.ZLIB).build();
    expectThrows(
        IllegalArgumentException.class,
        () -> provider.getAdditionalIndexSettings("index", false, other));
  }

  /** Segments have the name of the stock codec, and of the format only in the field. */
  public void testSegments() throws IOException {
    IndexFixture index =
        IndexFixture.enabled(
            String.format(Locale.ROOT, MAPPING, "") + ", \"n\": {\"type\": \"long\"}");
    try (Directory directory = newDirectory()) {
      IndexWriterConfig config = new IndexWriterConfig().setCodec(index.codec());
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        writer.addDocument(index.parse("{\"tokens\": [[1, 2, 3]], \"n\": 1}").rootDoc());
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        SegmentReader segment = (SegmentReader) reader.leaves().get(0).reader();
        Codec codec = segment.getSegmentInfo().info.getCodec();
        assertEquals(new Lucene104Codec().getName(), codec.getName());
        String format = PerFieldDocValuesFormat.PER_FIELD_FORMAT_KEY;
        assertEquals("Plaid1", segment.getFieldInfos().fieldInfo("tokens").getAttribute(format));
        assertEquals("Lucene90", segment.getFieldInfos().fieldInfo("n").getAttribute(format));
      }
    }
  }
}
