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
package io.github.luceneplaid.benchmark;

import io.github.luceneplaid.plaid.LateInteractionOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/** One thread adds documents and reopens each second, another one searches. */
final class RefreshScenario implements Scenario {
  private static final int PER_SECOND = 200;
  private static final int SECONDS = 40;
  private static final int K = 10;
  private static final long SECOND = 1_000_000_000L;

  @Override
  public List<ScenarioResult> run(ScenarioContext context) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    for (String name : context.dataNames()) {
      DataFolder data = context.preparation().prepare(name);
      Path source =
          context.index(
              name,
              "segments-raw",
              Json.object().put("bits", 4).put("raw", "FLOAT16").put("segments", "default"));
      Path copy = context.folder(name).resolve("nrt");
      Folders.delete(copy);
      Folders.copy(source, copy);
      rows.add(row(name, data, copy));
      Folders.delete(copy);
    }
    return List.of(
        new ScenarioResult(
            "nrt",
            null,
            context.run(),
            "One thread adds "
                + PER_SECOND
                + " documents a second and reopens the index each second. Merges run in the background. One thread"
                + " searches (4 bits, raw f16, default options, k = 10). Each measurement takes "
                + SECONDS
                + " seconds.",
            List.of(
                "data",
                "still index: p50 ms",
                "p99 ms",
                "while adding: p50 ms",
                "p99 ms",
                "p99, of the still index",
                "documents added"),
            rows,
            List.of()));
  }

  private static List<String> row(String name, DataFolder data, Path index) throws IOException {
    float[][][] queries = Trial.queries(data, Integer.MAX_VALUE);
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setCodec(
                WriterSettings.codec(
                    PlaidEngine.format(Json.object().put("bits", 4).put("raw", "FLOAT16"))));
    try (Directory directory = FSDirectory.open(index);
        IndexWriter writer = new IndexWriter(directory, config);
        SearcherManager searchers = new SearcherManager(writer, new SearcherFactory())) {
      search(searchers, queries);
      double[] still = search(searchers, queries);
      AtomicBoolean stop = new AtomicBoolean();
      CompletableFuture<Integer> adding =
          CompletableFuture.supplyAsync(() -> add(writer, searchers, data, stop));
      double[] moving = search(searchers, queries);
      stop.set(true);
      return List.of(
          name,
          Table.number(Statistics.percentile(50, still)),
          Table.number(Statistics.percentile(99, still)),
          Table.number(Statistics.percentile(50, moving)),
          Table.number(Statistics.percentile(99, moving)),
          Table.number(Statistics.percentile(99, moving) / Statistics.percentile(99, still)),
          Integer.toString(adding.join()));
    }
  }

  /** Latencies of one search after the other, in milliseconds. */
  private static double[] search(SearcherManager searchers, float[][][] queries)
      throws IOException {
    double[] millis = new double[1 << 12];
    int count = 0;
    long end = System.nanoTime() + SECONDS * SECOND;
    for (long now = System.nanoTime(); now < end; count++) {
      if (count == millis.length) {
        millis = Arrays.copyOf(millis, 2 * count);
      }
      IndexSearcher searcher = searchers.acquire();
      try {
        searcher.search(
            PlaidEngine.query(
                queries[count % queries.length], K, null, LateInteractionOptions.DEFAULT),
            K);
      } finally {
        searchers.release(searcher);
      }
      long done = System.nanoTime();
      millis[count] = (done - now) / 1e6;
      now = done;
    }
    return Arrays.copyOf(millis, count);
  }

  private static int add(
      IndexWriter writer, SearcherManager searchers, DataFolder data, AtomicBoolean stop) {
    try (Texts documents = data.documents()) {
      int added = 0;
      long start = System.nanoTime();
      while (stop.get() == false) {
        Document document = new Document();
        float[][] tokens = documents.vectors(added % documents.size());
        if (tokens.length > 0) {
          document.add(new LateInteractionField(LuceneEngine.TOKENS, tokens));
        }
        writer.addDocument(document);
        added++;
        if (added % PER_SECOND == 0) {
          searchers.maybeRefresh();
        }
        long early = start + added * SECOND / PER_SECOND - System.nanoTime();
        if (early > 0) {
          Thread.sleep(early / 1_000_000, (int) (early % 1_000_000));
        }
      }
      return added;
    } catch (IOException e) {
      throw new CompletionException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CompletionException(e);
    }
  }
}
