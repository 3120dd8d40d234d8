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

import static org.opensearch.common.settings.AbstractScopedSettings.ARCHIVED_SETTINGS_PREFIX;

import io.github.luceneplaid.engine.ExactVectorFieldSettings;
import io.github.luceneplaid.engine.HitHighlighter;
import io.github.luceneplaid.engine.LateInteractionCodec;
import io.github.luceneplaid.engine.LateInteractionFieldSettings;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Setting.Property;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.codec.AdditionalCodecs;
import org.opensearch.index.engine.EngineConfig;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.mapper.Mapper;
import org.opensearch.index.mapper.MapperParsingException;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.shard.IndexSettingProvider;
import org.opensearch.plugins.EnginePlugin;
import org.opensearch.plugins.ExtensiblePlugin;
import org.opensearch.plugins.MapperPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.SearchPlugin;
import org.opensearch.search.fetch.subphase.highlight.Highlighter;

/**
 * Late-interaction search in OpenSearch: the field type {@code token_vectors} and the query {@code
 * maxsim}, for indexes with the setting {@code index.token_vectors}. Exact search of one vector for
 * each document: the field type {@code exact_vector} and the query {@code exact_vector_knn}, for
 * the same indexes.
 *
 * <p>The setting makes {@code index.codec} be {@code token_vectors} in new indexes, the default
 * codec with the doc values and vectors of such fields wrapped. That is an additional codec, which
 * goes together with a codec service of another plugin, of which an index can have but one.
 *
 * @lucene.experimental
 */
public final class LateInteractionPlugin extends Plugin
    implements MapperPlugin, SearchPlugin, EnginePlugin, ExtensiblePlugin {

  /**
   * Whether an index may have fields of late interaction. Not final, because it has to be set again
   * after the plugin was removed.
   */
  static final Setting<Boolean> ENABLED =
      Setting.boolSetting("index.token_vectors", false, Property.IndexScope);

  /** Value of {@code index.codec}. */
  static final String CODEC = LateInteractionFieldSettings.TYPE;

  private final QueryTexts texts = new QueryTexts();

  /** Made by OpenSearch. */
  public LateInteractionPlugin() {}

  /** Whether an index has the setting, or had it when a node without this plugin archived it. */
  static boolean isEnabled(Settings settings) {
    return ENABLED.get(settings)
        || settings.getAsBoolean(ARCHIVED_SETTINGS_PREFIX + ENABLED.getKey(), false);
  }

  /** Refuses a field of a type of this plugin in an index without the setting. */
  static void checkEnabled(String field, String type, Settings settings) {
    if (isEnabled(settings) == false) {
      throw new MapperParsingException(
          "field ["
              + field
              + "] of type ["
              + type
              + "] needs the index setting ["
              + ENABLED.getKey()
              + "]: found false, expected true");
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
  public Optional<AdditionalCodecs> getAdditionalCodecs(IndexSettings indexSettings) {
    return Optional.of(
        (mapperService, settings, defaultCodec) ->
            Map.of(
                CODEC,
                new LateInteractionCodec(
                    defaultCodec.get(),
                    field -> fieldType(mapperService, field) instanceof LateInteractionFieldType,
                    field ->
                        fieldType(mapperService, field) instanceof ExactVectorFieldType vectors
                            ? vectors.settings().encoding()
                            : null)));
  }

  private static MappedFieldType fieldType(MapperService mapperService, String field) {
    return mapperService == null ? null : mapperService.fieldType(field);
  }

  @Override
  public Collection<IndexSettingProvider> getAdditionalIndexSettingProviders() {
    return List.of(
        new IndexSettingProvider() {
          @Override
          public Settings getAdditionalIndexSettings(
              String index, boolean isDataStream, Settings settings) {
            return ENABLED.get(settings) ? codecSettings(settings) : Settings.EMPTY;
          }
        });
  }

  private static Settings codecSettings(Settings settings) {
    String key = EngineConfig.INDEX_CODEC_SETTING.getKey();
    String codec = settings.get(key, CODEC);
    if (codec.equals(CODEC) == false) {
      throw new IllegalArgumentException(
          "["
              + key
              + "]: found "
              + codec
              + ", expected "
              + CODEC
              + " or nothing, as ["
              + ENABLED.getKey()
              + "] is true");
    }
    return Settings.builder().put(key, CODEC).build();
  }
}
