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

package io.github.luceneplaid.elasticsearch;

import io.github.luceneplaid.engine.LateInteractionFieldSettings;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.elasticsearch.TransportVersion;
import org.elasticsearch.cluster.metadata.IndexMetadata;
import org.elasticsearch.common.compress.CompressedXContent;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.IndexScopedSettings;
import org.elasticsearch.common.settings.Setting;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.IndexVersion;
import org.elasticsearch.index.analysis.AnalyzerScope;
import org.elasticsearch.index.analysis.IndexAnalyzers;
import org.elasticsearch.index.analysis.NamedAnalyzer;
import org.elasticsearch.index.mapper.MapperMetrics;
import org.elasticsearch.index.mapper.MapperService;
import org.elasticsearch.index.similarity.SimilarityService;
import org.elasticsearch.indices.IndicesModule;
import org.elasticsearch.xcontent.XContentParserConfiguration;
import org.junit.BeforeClass;

/** Updates of a mapping; LateInteractionIT has documents. */
public class TestLateInteractionFieldMapper extends LuceneTestCase {

  @BeforeClass
  public static void configureLogging() {
    // Exceptions of the server need a logger
    LogConfigurator.configureESLogging();
  }

  /** The mappings of an index with the setting of the plugin. */
  private static MapperService mappings() {
    LateInteractionPlugin plugin = new LateInteractionPlugin();
    Set<Setting<?>> known = new HashSet<>(IndexScopedSettings.BUILT_IN_INDEX_SETTINGS);
    known.addAll(plugin.getSettings());
    IndexMetadata metadata =
        IndexMetadata.builder("index")
            .settings(
                Settings.builder()
                    .put(LateInteractionPlugin.ENABLED.getKey(), true)
                    .put(IndexMetadata.SETTING_VERSION_CREATED, IndexVersion.current())
                    .put(IndexMetadata.SETTING_NUMBER_OF_SHARDS, 1)
                    .put(IndexMetadata.SETTING_NUMBER_OF_REPLICAS, 0))
            .build();
    IndexSettings settings =
        new IndexSettings(metadata, Settings.EMPTY, new IndexScopedSettings(Settings.EMPTY, known));
    NamedAnalyzer analyzer =
        new NamedAnalyzer("default", AnalyzerScope.INDEX, new StandardAnalyzer());
    return new MapperService(
        TransportVersion::current,
        settings,
        IndexAnalyzers.of(Map.of("default", analyzer)),
        XContentParserConfiguration.EMPTY,
        new SimilarityService(settings, null, Map.of()),
        new IndicesModule(List.of(plugin)).getMapperRegistry(),
        () -> null,
        () -> false,
        null,
        null,
        MapperMetrics.NOOP,
        null,
        () -> null);
  }

  private static void merge(MapperService mappings, String parameters) throws IOException {
    mappings.merge(
        MapperService.SINGLE_MAPPING_NAME,
        new CompressedXContent(
            String.format(
                Locale.ROOT,
                "{\"properties\": {\"tokens\": {\"type\": \"token_vectors\", \"dims\": 3 %s}}}",
                parameters)),
        MapperService.MergeReason.MAPPING_UPDATE);
  }

  private static LateInteractionFieldSettings settings(MapperService mappings) {
    return ((LateInteractionFieldType) mappings.fieldType("tokens")).settings();
  }

  /** Documents in the translog are never too large when a shard takes them again. */
  public void testMaxVectorsCanOnlyGrow() throws IOException {
    MapperService mappings = mappings();
    merge(mappings, ", \"max_vectors\": 9000");
    merge(mappings, ", \"max_vectors\": 9000");
    merge(mappings, ", \"max_vectors\": 9001");
    // Without the parameter a mapping states the default
    for (String change : new String[] {", \"max_vectors\": 9000", ""}) {
      IllegalArgumentException e =
          expectThrows(IllegalArgumentException.class, () -> merge(mappings, change));
      assertTrue(e.getMessage(), e.getMessage().contains("Cannot update parameter [max_vectors]"));
      assertEquals(9001, settings(mappings).maxVectors());
    }
  }
}
