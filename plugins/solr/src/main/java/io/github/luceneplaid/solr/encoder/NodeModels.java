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
package io.github.luceneplaid.solr.encoder;

import io.github.luceneplaid.encoder.EncodedPart;
import io.github.luceneplaid.encoder.EncodedQuery;
import io.github.luceneplaid.encoder.EncoderException;
import io.github.luceneplaid.encoder.EncoderOptions;
import io.github.luceneplaid.encoder.ModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.apache.solr.common.SolrException;
import org.apache.solr.common.SolrException.ErrorCode;
import org.apache.solr.core.CoreContainer;

/**
 * The models of a node, for all of its cores.
 *
 * <p>Encoding runs on the threads of requests, as everything does in Solr. Only so many of them
 * encode at a time, documents apart from queries.
 */
final class NodeModels {

  private static final String THREADS = "token_vectors.threads";
  private static final String BATCH = "token_vectors.batch";

  private final ModelFolder folder;
  private final Semaphore documents;
  private final Semaphore queries;

  private NodeModels(Path folder, int threads, int batch) {
    this.folder = new ModelFolder(folder, new EncoderOptions(1, batch));
    documents = new Semaphore(threads, true);
    queries = new Semaphore(threads, true);
  }

  /** Those of a node, made when it needs them first. They stay open until it ends. */
  static NodeModels of(CoreContainer container) {
    int half = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    return container
        .getObjectCache()
        .computeIfAbsent(
            NodeModels.class.getName(),
            NodeModels.class,
            key ->
                new NodeModels(
                    container.getSolrHome().resolve("token-vectors"),
                    positive(THREADS, half),
                    positive(BATCH, 1024)));
  }

  /** Returns a number from the system properties. With 0 threads, requests would wait for ever. */
  static int positive(String property, int otherwise) {
    int found = Integer.getInteger(property, otherwise);
    if (found < 1) {
      throw new SolrException(
          ErrorCode.SERVER_ERROR, property + ": found " + found + ", expected at least 1");
    }
    return found;
  }

  /** Encodes a text in parts that the model sees completely. */
  List<EncodedPart> encodeDocument(String model, String text) {
    return run(documents, () -> folder.encodeDocument(model, text));
  }

  /** Encodes a query. */
  EncodedQuery encodeQuery(String model, String text) {
    return run(queries, () -> folder.encodeQuery(model, text));
  }

  /** Finds the vectors of a document in its text. */
  int[][] locate(String model, String text) {
    return run(queries, () -> folder.locate(model, text));
  }

  /** What is done with the models. */
  private interface Work<T> {
    T run() throws IOException;
  }

  private static <T> T run(Semaphore permits, Work<T> work) {
    permits.acquireUninterruptibly();
    try {
      return work.run();
    } catch (EncoderException e) {
      throw new SolrException(ErrorCode.BAD_REQUEST, e.getMessage(), e);
    } catch (IOException e) {
      throw new SolrException(ErrorCode.SERVER_ERROR, e);
    } finally {
      permits.release();
    }
  }
}
