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

package io.github.luceneplaid.opensearch.peer;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.StoredFieldsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Setting.Property;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.codec.CodecService;
import org.opensearch.index.codec.CodecServiceConfig;
import org.opensearch.index.codec.CodecServiceFactory;
import org.opensearch.plugins.EnginePlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.ScriptPlugin;
import org.opensearch.script.ScriptContext;
import org.opensearch.script.ScriptEngine;

/**
 * A second plugin of the tests' nodes. It has a script that scores as users do without our plugin.
 * For indexes with the setting {@code index.peer} it also has a codec service, as other plugins for
 * vectors do. The service wraps the codec of the index to compress stored fields.
 */
public final class PeerPlugin extends Plugin implements ScriptPlugin, EnginePlugin {

  private static final Setting<Boolean> ENABLED =
      Setting.boolSetting("index.peer", false, Property.IndexScope, Property.Final);

  @Override
  public List<Setting<?>> getSettings() {
    return List.of(ENABLED);
  }

  @Override
  public ScriptEngine getScriptEngine(Settings settings, Collection<ScriptContext<?>> contexts) {
    return new SourceMaxSimEngine();
  }

  @Override
  public Optional<CodecServiceFactory> getCustomCodecServiceFactory(IndexSettings settings) {
    return settings.getValue(ENABLED) ? Optional.of(PeerCodecService::new) : Optional.empty();
  }

  private static final class PeerCodecService extends CodecService {

    PeerCodecService(CodecServiceConfig config) {
      super(
          config.getMapperService(),
          config.getIndexSettings(),
          config.getLogger(),
          config.getAdditionalCodecs());
    }

    @Override
    public Codec codec(String name) {
      Codec codec = super.codec(name);
      StoredFieldsFormat compressed =
          new Lucene104Codec(Lucene104Codec.Mode.BEST_COMPRESSION).storedFieldsFormat();
      return new FilterCodec(codec.getName(), codec) {
        @Override
        public StoredFieldsFormat storedFieldsFormat() {
          return compressed;
        }
      };
    }
  }
}
