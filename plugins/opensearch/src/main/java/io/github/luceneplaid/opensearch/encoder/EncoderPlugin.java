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
package io.github.luceneplaid.opensearch.encoder;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Setting.Property;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.util.concurrent.OpenSearchExecutors;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.env.Environment;
import org.opensearch.env.NodeEnvironment;
import org.opensearch.ingest.Processor;
import org.opensearch.plugins.IngestPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.repositories.RepositoriesService;
import org.opensearch.script.ScriptService;
import org.opensearch.threadpool.ExecutorBuilder;
import org.opensearch.threadpool.FixedExecutorBuilder;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;
import org.opensearch.watcher.ResourceWatcherService;

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

  /** Made by OpenSearch. */
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
    int threads = Math.max(1, OpenSearchExecutors.allocatedProcessors(settings) / 2);
    return List.of(
        new FixedExecutorBuilder(settings, WRITE, threads, -1, "thread_pool." + WRITE),
        new FixedExecutorBuilder(settings, SEARCH, threads, SEARCH_QUEUE, "thread_pool." + SEARCH));
  }

  @Override
  public Collection<Object> createComponents(
      Client client,
      ClusterService clusterService,
      ThreadPool threadPool,
      ResourceWatcherService resourceWatcherService,
      ScriptService scriptService,
      NamedXContentRegistry xContentRegistry,
      Environment environment,
      NodeEnvironment nodeEnvironment,
      NamedWriteableRegistry namedWriteableRegistry,
      IndexNameExpressionResolver indexNameExpressionResolver,
      Supplier<RepositoriesService> repositoriesServiceSupplier) {
    models =
        new NodeModels(
            environment.configDir().resolve("token-vectors"),
            BATCH.get(environment.settings()),
            threadPool);
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
