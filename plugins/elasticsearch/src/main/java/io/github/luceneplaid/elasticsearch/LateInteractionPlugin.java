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

import io.github.luceneplaid.engine.ExactVectorFieldSettings;
import io.github.luceneplaid.engine.HitHighlighter;
import io.github.luceneplaid.engine.LateInteractionCodec;
import io.github.luceneplaid.engine.LateInteractionFieldSettings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.codecs.Codec;
import org.elasticsearch.common.settings.Setting;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.codec.CodecProvider;
import org.elasticsearch.index.engine.EngineConfig;
import org.elasticsearch.index.engine.EngineFactory;
import org.elasticsearch.index.engine.InternalEngine;
import org.elasticsearch.index.mapper.Mapper;
import org.elasticsearch.index.mapper.MapperService;
import org.elasticsearch.plugins.EnginePlugin;
import org.elasticsearch.plugins.ExtensiblePlugin;
import org.elasticsearch.plugins.MapperPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.plugins.SearchPlugin;
import org.elasticsearch.search.fetch.subphase.highlight.Highlighter;

/**
 * Adds the field types {@code token_vectors} and {@code exact_vector} and their queries {@code
 * maxsim} and {@code exact_vector_knn} to Elasticsearch, and the formats of such fields to indexes
 * that ask for them.
 *
 * <p>Elasticsearch does not let plugins choose the format of a field, but it lets a plugin provide
 * the engine of an index. This plugin provides Elasticsearch's own engine, with its own codec
 * wrapped.
 *
 * @lucene.experimental
 */
public final class LateInteractionPlugin extends Plugin
    implements MapperPlugin, SearchPlugin, EnginePlugin, ExtensiblePlugin {

  /** Whether an index can have late-interaction fields; set when it is created. */
  public static final Setting<Boolean> ENABLED =
      Setting.boolSetting(
          "index.token_vectors", false, Setting.Property.IndexScope, Setting.Property.Final);

  private final QueryTexts texts = new QueryTexts();

  /** Made by Elasticsearch. */
  public LateInteractionPlugin() {}

  /**
   * Whether an index can have such fields. When an index is opened, its mapping is parsed once with
   * settings that know only of Elasticsearch's own, so {@link IndexSettings#getValue} is no help.
   */
  static boolean isEnabled(IndexSettings settings) {
    return ENABLED.get(settings.getSettings());
  }

  /** Refuses a field of a type of this plugin in an index without the setting. */
  static void checkEnabled(String field, String type, IndexSettings settings) {
    if (isEnabled(settings) == false) {
      throw new IllegalArgumentException(
          "Field ["
              + field
              + "] of type ["
              + type
              + "] needs the index setting ["
              + ENABLED.getKey()
              + "] to be true, which can be set only when the index is created");
    }
  }

  @Override
  public void loadExtensions(ExtensionLoader loader) {
    loader.loadExtensions(QueryEncoder.class).forEach(texts::set);
  }

  @Override
  public List<Setting<?>> getSettings() {
    return List.of(ENABLED);
  }

  @Override
  public Map<String, Mapper.TypeParser> getMappers() {
    return Map.of(
        LateInteractionFieldSettings.TYPE,
        LateInteractionFieldMapper.PARSER,
        ExactVectorFieldSettings.TYPE,
        ExactVectorFieldMapper.PARSER);
  }

  @Override
  public List<QuerySpec<?>> getQueries() {
    return List.of(
        new QuerySpec<>(
            LateInteractionQueryBuilder.NAME,
            in -> new LateInteractionQueryBuilder(in, texts),
            parser -> LateInteractionQueryBuilder.fromXContent(parser, texts)),
        new QuerySpec<>(
            ExactKnnQueryBuilder.NAME,
            ExactKnnQueryBuilder::new,
            ExactKnnQueryBuilder::fromXContent));
  }

  @Override
  public Map<String, Highlighter> getHighlighters() {
    return Map.of(HitHighlighter.TYPE, new MaxSimHighlighter(texts));
  }

  @Override
  public Optional<EngineFactory> getEngineFactory(IndexSettings settings) {
    return isEnabled(settings)
        ? Optional.of(config -> new InternalEngine(withCodec(config)))
        : Optional.empty();
  }

  private static EngineConfig withCodec(EngineConfig config) {
    CodecProvider stock = config.getCodecProvider();
    MapperService mappers = config.getMapperService();
    return EngineConfig.builder(config)
        .codecProvider(
            new CodecProvider() {
              @Override
              public Codec codec(String name) {
                return new LateInteractionCodec(
                    stock.codec(name),
                    field ->
                        mappers.mappingLookup().getFieldType(field)
                            instanceof LateInteractionFieldType,
                    field ->
                        mappers.mappingLookup().getFieldType(field)
                                instanceof ExactVectorFieldType vectors
                            ? vectors.settings().encoding()
                            : null);
              }

              @Override
              public String[] availableCodecs() {
                return stock.availableCodecs();
              }
            })
        .build();
  }
}
