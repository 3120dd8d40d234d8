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
package io.github.luceneplaid.elasticsearch.encoder;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.elasticsearch.common.settings.Setting;
import org.elasticsearch.common.settings.Setting.Property;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.util.concurrent.EsExecutors;
import org.elasticsearch.common.util.concurrent.EsExecutors.TaskTrackingConfig;
import org.elasticsearch.ingest.Processor;
import org.elasticsearch.plugins.IngestPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.threadpool.ExecutorBuilder;
import org.elasticsearch.threadpool.FixedExecutorBuilder;

/**
 * Text in: the ingest processor {@code token_vectors}, and the words of {@code maxsim} queries.
 *
 * <p>Encoding runs on two thread pools, one for documents and one for queries, so that queries do
 * not wait for a bulk request. A model runs on the thread that asks for it.
 *
 * @lucene.experimental
 */
public final class EncoderPlugin extends Plugin implements IngestPlugin {

  /**
   * Encodes documents. Its queue has no bound of its own: a bulk request puts all of its documents
   * in, and the node's indexing pressure bounds these.
   */
  static final String WRITE = "token_vectors_write";

  /** Encodes queries. */
  static final String SEARCH = "token_vectors_search";

  private static final int SEARCH_QUEUE = 1_000;

  /** Pieces of text that a model sees in one run. */
  static final Setting<Integer> BATCH =
      Setting.intSetting("token_vectors.batch", 1024, 1, 65_536, Property.NodeScope);

  /** Known when the node has made its components. */
  private volatile NodeModels models;

  /** Made by Elasticsearch. */
  public EncoderPlugin() {}

  NodeModels models() {
    return models;
  }

  @Override
  public List<Setting<?>> getSettings() {
    return List.of(BATCH);
  }

  @Override
  public List<ExecutorBuilder<?>> getExecutorBuilders(Settings settings) {
    int threads = Math.max(1, EsExecutors.allocatedProcessors(settings) / 2);
    return List.of(
        pool(settings, WRITE, threads, -1), pool(settings, SEARCH, threads, SEARCH_QUEUE));
  }

  private static FixedExecutorBuilder pool(Settings settings, String name, int threads, int queue) {
    return new FixedExecutorBuilder(
        settings, name, threads, queue, "thread_pool." + name, TaskTrackingConfig.DO_NOT_TRACK);
  }

  @Override
  public Collection<?> createComponents(PluginServices services) {
    models =
        new NodeModels(
            services.environment().configDir().resolve("token-vectors"),
            BATCH.get(services.environment().settings()),
            services.threadPool());
    return List.of();
  }

  @Override
  public Map<String, Processor.Factory> getProcessors(Processor.Parameters parameters) {
    return Map.of(TokenVectorsProcessor.TYPE, new TokenVectorsProcessor.Factory(this::models));
  }

  @Override
  public void close() {
    if (models != null) {
      models.close();
    }
  }
}
