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

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.logging.log4j.LogManager;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.search.IndexSearcher;
import org.opensearch.Version;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.common.compress.CompressedXContent;
import org.opensearch.common.settings.IndexScopedSettings;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.analysis.AnalyzerScope;
import org.opensearch.index.analysis.IndexAnalyzers;
import org.opensearch.index.analysis.NamedAnalyzer;
import org.opensearch.index.codec.CodecService;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.mapper.ParsedDocument;
import org.opensearch.index.mapper.SourceToParse;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.index.similarity.SimilarityService;
import org.opensearch.indices.IndicesModule;

/** The part of an index that a node has before shards exist: settings, mapping and codecs. */
final class IndexFixture {

  static final LateInteractionPlugin PLUGIN = new LateInteractionPlugin();

  private final IndexSettings settings;
  private final MapperService mapperService;

  /** Makes an index with a mapping of properties. */
  IndexFixture(Settings settings, String properties) throws IOException {
    IndexMetadata metadata =
        IndexMetadata.builder("index")
            .settings(
                Settings.builder()
                    .put(settings)
                    .put(IndexMetadata.SETTING_VERSION_CREATED, Version.CURRENT)
                    .put(IndexMetadata.SETTING_NUMBER_OF_SHARDS, 1)
                    .put(IndexMetadata.SETTING_NUMBER_OF_REPLICAS, 0))
            .build();
    this.settings =
        new IndexSettings(
            metadata, Settings.EMPTY, new IndexScopedSettings(Settings.EMPTY, withOurs()));
    NamedAnalyzer analyzer =
        new NamedAnalyzer("default", AnalyzerScope.INDEX, new StandardAnalyzer());
    this.mapperService =
        new MapperService(
            this.settings,
            new IndexAnalyzers(Map.of("default", analyzer), Map.of(), Map.of()),
            NamedXContentRegistry.EMPTY,
            new SimilarityService(this.settings, null, Map.of()),
            new IndicesModule(List.of(PLUGIN)).getMapperRegistry(),
            () -> null,
            () -> false,
            null);
    merge(properties);
  }

  private static Set<Setting<?>> withOurs() {
    Set<Setting<?>> all = new HashSet<>(IndexScopedSettings.BUILT_IN_INDEX_SETTINGS);
    all.addAll(PLUGIN.getSettings());
    return all;
  }

  /** An index with the setting of the plugin. */
  static IndexFixture enabled(String properties) throws IOException {
    return new IndexFixture(
        Settings.builder().put(LateInteractionPlugin.ENABLED.getKey(), true).build(), properties);
  }

  MapperService mapperService() {
    return mapperService;
  }

  /** Adds to the mapping, or changes it. */
  void merge(String properties) throws IOException {
    mapperService.merge(
        MapperService.SINGLE_MAPPING_NAME,
        new CompressedXContent("{\"properties\": {" + properties + "}}"),
        MapperService.MergeReason.MAPPING_UPDATE);
  }

  /** The mapping as the index states it. */
  String mapping() {
    return mapperService.documentMapper().mappingSource().toString();
  }

  /** Takes a document as a shard does. */
  ParsedDocument parse(String source) {
    return parse(new BytesArray(source), XContentType.JSON);
  }

  /** Takes a document in a format. */
  ParsedDocument parse(BytesReference source, XContentType format) {
    return mapperService.documentMapper().parse(new SourceToParse("index", "1", source, format));
  }

  /** The context in which a shard turns requests into queries. */
  QueryShardContext context(IndexSearcher searcher) {
    return new QueryShardContext(
        0,
        settings,
        null,
        null,
        null,
        mapperService,
        null,
        null,
        NamedXContentRegistry.EMPTY,
        null,
        null,
        searcher,
        () -> 0,
        null,
        name -> true,
        () -> true,
        null);
  }

  /** The codec of the plugin. */
  Codec codec() {
    return new CodecService(
            mapperService,
            settings,
            LogManager.getLogger(IndexFixture.class),
            List.of(PLUGIN.getAdditionalCodecs(settings).orElseThrow()))
        .codec(LateInteractionPlugin.CODEC);
  }
}
