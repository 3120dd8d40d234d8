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

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Sends searches that take too much to a node with the interface of Elasticsearch and OpenSearch. A
 * method fails by an exception if the node does anything but answer or refuse.
 *
 * @param http of the node
 * @param index with a field of at least 8,192 query vectors
 * @param vectors of such a query, in base64
 */
public record SearchLimits(Http http, String index, String vectors) {

  private static final int CLIENTS = 8;
  private static final int SEARCHES = 16;
  private static final int CANCELLED = 10;
  private static final int RETRIES = 300;
  private static final String LIMIT = "indices.breaker.request.limit";

  /** Makes a query of 8,192 vectors that are those of documents. */
  public static SearchLimits of(Http http, String index, float[][][] documents) {
    float[][] tokens = new float[8192][];
    for (int i = 0; i < tokens.length; i++) {
      float[][] document = documents[i % documents.length];
      tokens[i] = document[i / documents.length % document.length];
    }
    return new SearchLimits(http, index, CranfieldTokens.base64(tokens, true));
  }

  private String body(String parameters, String more) {
    return "{\"_source\":false"
        + more
        + ",\"query\":{\"maxsim\":{\"field\":\"tokens\",\"query_vectors\":\""
        + vectors
        + "\""
        + parameters
        + "}}}";
  }

  private Http.Answer search(String parameters, String more) throws IOException {
    return http.post("/" + index + "/_search?request_cache=false", body(parameters, more));
  }

  /**
   * Searches again as long as the node or one of its shards refuses, because OpenSearch counts
   * garbage that is not collected yet as memory in use.
   */
  private Http.Answer searchUntilTaken(String parameters, String more) throws IOException {
    Http.Answer answer = search(parameters, more);
    for (int i = 0; i < RETRIES && isRefused(answer); i++) {
      answer = search(parameters, more);
    }
    return answer;
  }

  private static boolean isComplete(Http.Answer answer) {
    return answer.status() == 200
        && answer.body().at("/_shards/failed").asInt() == 0
        && answer.body().get("timed_out").asBoolean() == false
        && answer.body().at("/hits/hits").isEmpty() == false;
  }

  /**
   * Many clients at once, half of them for exact scores. Each gets an answer or is refused. After
   * that, no memory is taken for requests.
   *
   * @return how many of 16 searches were answered, at least 1
   */
  public int crowd() throws IOException {
    int complete = 0;
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      List<Future<Http.Answer>> answers = new ArrayList<>();
      for (int i = 0; i < SEARCHES; i++) {
        String parameters = i % 2 == 0 ? ",\"k\":100" : ",\"exact\":true";
        answers.add(clients.submit(() -> search(parameters, "")));
      }
      for (Future<Http.Answer> future : answers) {
        Http.Answer answer = future.get();
        complete += isComplete(answer) ? 1 : 0;
        if (isComplete(answer) == false && isRefused(answer) == false) {
          throw new IOException("found " + answer.status() + " " + answer.text());
        }
      }
      awaitNothingTaken();
    } catch (ExecutionException e) {
      throw new IOException("a client got no answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    if (complete == 0) {
      throw new IOException("no search was answered");
    }
    return complete;
  }

  /** Waits for the ends of searches that were refused in one shard and went on in another. */
  private void awaitNothingTaken() throws IOException, InterruptedException {
    long taken = Long.MAX_VALUE;
    for (int i = 0; i < RETRIES && taken > 0; i++) {
      Thread.sleep(100);
      taken = 0;
      for (JsonNode node : http.get("/_nodes/stats/breaker").ok().get("nodes")) {
        taken += node.at("/breakers/request/estimated_size_in_bytes").asLong();
      }
    }
    if (taken > 0) {
      throw new IOException("requests have ended, and still hold " + taken + " bytes");
    }
  }

  /** Whether too much memory was asked for, in some shard or in the node. */
  private static boolean isRefused(Http.Answer answer) {
    return answer.status() == 429
        || (answer.status() == 200 && answer.text().contains("circuit_breaking_exception"));
  }

  /** A node with little memory for requests refuses a search, and says how much it takes. */
  public void breaker() throws IOException {
    for (String parameters : List.of("", ",\"exact\":true")) {
      limit("\"1mb\"");
      try {
        Http.Answer answer = search(parameters, "");
        if (answer.status() != 429
            || answer.text().contains("[request] Data too large, data for [<maxsim>]") == false
            || answer.text().contains("\"bytes_wanted\"") == false) {
          throw new IOException("found " + answer.status() + " " + answer.text());
        }
      } finally {
        limit("null");
      }
      Http.Answer answer = searchUntilTaken(parameters, "");
      if (isComplete(answer) == false) {
        throw new IOException("found no hits with the usual limit: " + answer.text());
      }
    }
  }

  private void limit(String value) throws IOException {
    http.put("/_cluster/settings", "{\"persistent\":{\"" + LIMIT + "\":" + value + "}}").ok();
  }

  /** A search that runs out of time says so. */
  public void timeout() throws IOException {
    JsonNode answer =
        searchUntilTaken(",\"k\":100,\"candidates\":100000", ",\"timeout\":\"20ms\"").ok();
    if (answer.get("timed_out").asBoolean() == false || answer.at("/_shards/failed").asInt() != 0) {
      throw new IOException("found " + answer);
    }
  }

  /**
   * Cancels searches at any time.
   *
   * @return how long the searches went on after that, in milliseconds, rising
   */
  public List<Long> cancel() throws IOException {
    List<Long> millis = new ArrayList<>();
    for (int i = 0; i < 3 * CANCELLED && millis.size() < CANCELLED; i++) {
      String parameters =
          millis.size() % 2 == 0
              ? ",\"k\":100,\"candidates\":100000,\"recall\":1"
              : ",\"exact\":true";
      long one = cancelOne(parameters);
      if (one >= 0) {
        millis.add(one);
      }
    }
    if (millis.size() < CANCELLED) {
      throw new IOException("only " + millis.size() + " searches were cancelled");
    }
    Collections.sort(millis);
    return millis;
  }

  /** Returns how long a search went on; -1 if it was not cancelled. */
  private long cancelOne(String parameters) throws IOException {
    try (ExecutorService client = Executors.newSingleThreadExecutor()) {
      long[] end = new long[1];
      Future<Http.Answer> search =
          client.submit(
              () -> {
                Http.Answer answer = searchUntilTaken(parameters, "");
                end[0] = System.nanoTime();
                return answer;
              });
      String task = task(search);
      Thread.sleep(ThreadLocalRandom.current().nextInt(50));
      long start = System.nanoTime();
      http.post("/_tasks/" + task + "/_cancel?wait_for_completion=false", null).ok();
      Http.Answer answer = search.get();
      if (answer.text().contains("cancelled") == false) {
        return -1; // the task was refused, and the search sent again
      }
      return Math.max(0, end[0] - start) / 1_000_000;
    } catch (ExecutionException e) {
      throw new IOException("no answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** The task of a search that has begun to look for hits. */
  private String task(Future<Http.Answer> search) throws IOException {
    while (search.isDone() == false) {
      JsonNode nodes = http.get("/_tasks?actions=indices:data/read/search*").ok().get("nodes");
      for (JsonNode node : nodes) {
        for (JsonNode task : node.get("tasks")) {
          String parent = task.path("parent_task_id").asText();
          if (task.get("action").asText().endsWith("[phase/query]") && parent.isEmpty() == false) {
            return parent;
          }
        }
      }
    }
    throw new IOException("the search ended before it was cancelled");
  }
}
