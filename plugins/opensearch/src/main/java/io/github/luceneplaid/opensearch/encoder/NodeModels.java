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

import io.github.luceneplaid.encoder.EncodedPart;
import io.github.luceneplaid.encoder.EncodedQuery;
import io.github.luceneplaid.encoder.EncoderException;
import io.github.luceneplaid.encoder.EncoderOptions;
import io.github.luceneplaid.encoder.ModelFolder;
import io.github.luceneplaid.engine.QueryVectors;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.List;
import org.opensearch.action.ActionRunnable;
import org.opensearch.common.CheckedSupplier;
import org.opensearch.core.action.ActionListener;
import org.opensearch.threadpool.ThreadPool;

/** The models of a node, on its thread pools. */
final class NodeModels implements Closeable {

  private final ModelFolder folder;
  private final ThreadPool threadPool;

  NodeModels(Path folder, int batch, ThreadPool threadPool) {
    this.folder = new ModelFolder(folder, new EncoderOptions(1, batch));
    this.threadPool = threadPool;
  }

  /** Encodes a text in parts that the model sees completely. */
  void encodeDocument(String model, String text, ActionListener<List<EncodedPart>> listener) {
    run(EncoderPlugin.WRITE, listener, () -> folder.encodeDocument(model, text));
  }

  /** Encodes a query, with a warning if the model does not see all of it. */
  void encodeQuery(String model, String text, ActionListener<QueryVectors> listener) {
    run(
        EncoderPlugin.SEARCH,
        listener,
        () -> {
          EncodedQuery query = folder.encodeQuery(model, text);
          String warning =
              query.unseen().isEmpty()
                  ? null
                  : "[query_text] is too long for the model, left out from here on: "
                      + query.unseen();
          return new QueryVectors(query.vectors(), null, warning);
        });
  }

  /** Finds the vectors of a document in its text. */
  void locate(String model, String text, ActionListener<int[][]> listener) {
    run(EncoderPlugin.SEARCH, listener, () -> folder.locate(model, text));
  }

  private <T> void run(
      String executor, ActionListener<T> listener, CheckedSupplier<T, Exception> work) {
    threadPool
        .executor(executor)
        .execute(
            ActionRunnable.supply(
                listener,
                () -> {
                  try {
                    return work.get();
                  } catch (EncoderException e) {
                    // Of the request, not of the node
                    throw new IllegalArgumentException(e.getMessage(), e);
                  }
                }));
  }

  @Override
  public void close() {
    folder.close();
  }
}
