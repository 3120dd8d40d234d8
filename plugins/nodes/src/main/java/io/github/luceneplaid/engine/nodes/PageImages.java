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

package io.github.luceneplaid.engine.nodes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.util.VectorUtil;

/**
 * Documents as large as those of models for page images, of real token vectors: each document is
 * joined from others, and its vectors are shuffled.
 *
 * @param documents 1,000 of 1,030 vectors
 * @param queries of 20 vectors
 * @param best the ids of the 10 best documents of each query, by exact MaxSim
 */
public record PageImages(float[][][] documents, float[][][] queries, List<List<String>> best) {

  private static final int DOCUMENTS = 1000;
  private static final int VECTORS = 1030;
  private static final int QUERY_VECTORS = 20;
  private static final int QUERIES = 100;
  private static final int K = 10;
  private static final int BULK = 20;

  /** Makes them; the same ones each time. */
  public static PageImages of(CranfieldTokens collection) {
    Random random = new Random(3265);
    float[][][] sources = collection.documents();
    float[][][] documents = new float[DOCUMENTS][][];
    for (int doc = 0; doc < DOCUMENTS; doc++) {
      List<float[]> tokens = new ArrayList<>();
      while (tokens.size() < VECTORS) {
        tokens.addAll(Arrays.asList(sources[random.nextInt(sources.length)]));
      }
      Collections.shuffle(tokens, random);
      documents[doc] = tokens.subList(0, VECTORS).toArray(float[][]::new);
    }
    float[][][] queries =
        Arrays.stream(collection.queries())
            .filter(query -> query.length >= QUERY_VECTORS)
            .limit(QUERIES)
            .map(query -> Arrays.copyOf(query, QUERY_VECTORS))
            .toArray(float[][][]::new);
    List<List<String>> best = Arrays.stream(queries).map(query -> best(query, documents)).toList();
    return new PageImages(documents, queries, best);
  }

  private static List<String> best(float[][] query, float[][][] documents) {
    double[] scores =
        IntStream.range(0, documents.length)
            .parallel()
            .mapToDouble(doc -> score(query, documents[doc]))
            .toArray();
    return IntStream.range(0, documents.length)
        .boxed()
        .sorted(Comparator.comparingDouble(doc -> -scores[doc]))
        .limit(K)
        .map(String::valueOf)
        .toList();
  }

  private static double score(float[][] query, float[][] document) {
    double sum = 0;
    for (float[] q : query) {
      float best = Float.NEGATIVE_INFINITY;
      for (float[] d : document) {
        best = Math.max(best, VectorUtil.dotProduct(q, d));
      }
      sum += Math.max(0, (1 + best) / 2);
    }
    return sum;
  }

  /**
   * Indexes the documents on a node of Elasticsearch or OpenSearch, all of them and pooled, and
   * measures searches, one after the other, after a round to warm up.
   *
   * @param data the folder with the data of the node
   * @return a table
   */
  public String measure(Http http, ServerProcess server, Path data) throws IOException {
    StringBuilder table =
        new StringBuilder(
            """
            | `pool_factor` | `recall` | recall@10 | median ms | p95 ms | CPU ms | bytes |
            |---|---|---|---|---|---|---|
            """);
    for (int factor : new int[] {1, 3}) {
      String index = "pages" + factor;
      index(http, index, factor);
      long bytes = bytes(http, index, data);
      for (double recall : new double[] {0.995, 0.95}) {
        table.append(
            String.format(
                Locale.ROOT,
                "| %d | %s | %s | %,d |%n",
                factor,
                recall,
                measure(http, index, recall, server),
                bytes));
      }
    }
    return table.toString();
  }

  /** The bytes of the files of the plugin's format, which compound files would hide. */
  private static long bytes(Http http, String index, Path data) throws IOException {
    http.post("/" + index + "/_flush?force=true", null).ok();
    String settings = "/" + index + "/settings/index/uuid";
    String uuid = http.get("/" + index + "/_settings").ok().at(settings).asText();
    long bytes = 0;
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.filter(path -> path.toString().contains(uuid)).toList()) {
        bytes += file.getFileName().toString().contains("Plaid1") ? Files.size(file) : 0;
      }
    }
    return bytes;
  }

  private void index(Http http, String index, int factor) throws IOException {
    http.put(
            "/" + index,
            String.format(
                Locale.ROOT,
                """
                {"settings": {"index.token_vectors": true, "number_of_replicas": 0,
                   "index.compound_format": false},
                 "mappings": {"_source": {"excludes": ["tokens"]}, "properties": {
                   "tokens": {"type": "token_vectors", "dims": 128, "pool_factor": %d}}}}
                """,
                factor))
        .ok();
    for (int from = 0; from < documents.length; from += BULK) {
      StringBuilder lines = new StringBuilder();
      for (int doc = from; doc < from + BULK; doc++) {
        lines.append(
            String.format(
                Locale.ROOT,
                "{\"index\":{\"_id\":\"%d\"}}%n{\"tokens\":\"%s\"}%n",
                doc,
                CranfieldTokens.base64(documents[doc], true)));
      }
      if (http.post("/" + index + "/_bulk", lines.toString()).ok().get("errors").asBoolean()) {
        throw new IOException("some documents were refused");
      }
    }
    http.post("/" + index + "/_forcemerge?max_num_segments=1", null).ok();
    http.post("/" + index + "/_refresh", null).ok();
  }

  private String measure(Http http, String index, double recall, ServerProcess server)
      throws IOException {
    for (float[][] query : queries) {
      ids(http, index, query, recall);
    }
    long[] nanos = new long[queries.length];
    double found = 0;
    long cpu = server.cpu().toNanos();
    for (int query = 0; query < queries.length; query++) {
      long start = System.nanoTime();
      List<String> ids = ids(http, index, queries[query], recall);
      nanos[query] = System.nanoTime() - start;
      found += CranfieldTokens.recall(best.get(query), ids) / queries.length;
    }
    cpu = server.cpu().toNanos() - cpu;
    Arrays.sort(nanos);
    return String.format(
        Locale.ROOT,
        "%.3f | %.1f | %.1f | %.1f",
        found,
        nanos[nanos.length / 2] / 1e6,
        nanos[nanos.length * 95 / 100] / 1e6,
        cpu / 1e6 / queries.length);
  }

  private static List<String> ids(Http http, String index, float[][] query, double recall)
      throws IOException {
    String body =
        "{\"_source\":false,\"query\":{\"maxsim\":{\"field\":\"tokens\",\"recall\":"
            + recall
            + ",\"query_vectors\":"
            + Http.JSON.writeValueAsString(query)
            + "}}}";
    List<String> ids = new ArrayList<>();
    http.post("/" + index + "/_search?request_cache=false", body)
        .ok()
        .at("/hits/hits")
        .forEach(hit -> ids.add(hit.get("_id").asText()));
    return ids;
  }
}
