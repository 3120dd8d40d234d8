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
package io.github.luceneplaid.solr;

import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import io.github.luceneplaid.testframework.HostileTrials;
import io.github.luceneplaid.testframework.Mutator;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.tests.util.TimeUnits;
import org.apache.solr.common.SolrException;
import org.apache.solr.common.params.ModifiableSolrParams;
import org.apache.solr.common.util.NamedList;

/** Requests that are damaged at random: they are understood, or are bad requests. */
@TimeoutSuite(millis = TimeUnits.HOUR)
public class TestHostileRequests extends SolrCoreTestCase {

  private static final List<String> VALUES =
      List.of(
          "[[1, -0.5, 2.25e-3, 4], [0, 0, 1, 12345678901234567890]]",
          "f16:ADwAAAAAADwAPAA8ADwAAA==",
          "f16x4:ADwAAAAAADwAPAA8ADwAAA==",
          "AACAPwAAAAAAAAAAAACAPw==",
          "null",
          "[]");

  /** Documents that are refused are listed; the others go in. */
  private static void send(NamedList<?> header) {
    List<?> errors = (List<?>) header.get("errors");
    if (errors.isEmpty() == false) {
      throw new SolrException(SolrException.ErrorCode.BAD_REQUEST, errors.toString());
    }
  }

  private static void attack(String what, List<String> seeds, HostileTrials.Target<String> server)
      throws Exception {
    Mutator mutator = new Mutator(random());
    HostileTrials.run(
        what + " of Solr",
        TEST_NIGHTLY,
        e -> e instanceof SolrException refusal && refusal.code() == 400,
        () -> {
          String seed = seeds.get(random().nextInt(seeds.size()));
          byte[] bytes = mutator.mutate(seed.getBytes(StandardCharsets.ISO_8859_1));
          return new String(bytes, StandardCharsets.ISO_8859_1);
        },
        server);
  }

  public void testValues() throws Exception {
    start("");
    attack(
        "values",
        VALUES,
        damaged -> send(server.add(document("id", "1", FIELD, damaged)).getResponseHeader()));
  }

  public void testPayloads() throws Exception {
    start("");
    byte[] payload = LateInteractionField.encode(new float[][] {{1, 2, 3, 4}, {0, 0, 0, 1}}).bytes;
    attack(
        "payloads",
        List.of(new String(payload, StandardCharsets.ISO_8859_1)),
        damaged ->
            send(
                server
                    .add(document("id", "1", FIELD, damaged.getBytes(StandardCharsets.ISO_8859_1)))
                    .getResponseHeader()));
  }

  public void testUpdates() throws Exception {
    start("");
    attack(
        "updates",
        List.of(
            "[{\"id\": \"1\", \"tokens\": [[1, -0.5, 2.25e-3, 4], [0, 0, 1, 0]]},"
                + " {\"id\": \"2\", \"tokens\": null}]",
            "{\"add\": {\"doc\": {\"id\": \"3\", \"tokens\": {\"set\": [[0, 1, 0, 0]]}}}}"),
        damaged -> send(update(damaged)));
  }

  public void testQueries() throws Exception {
    start("");
    server.add(document("id", "1", FIELD, "[[1,0,0,0]]"));
    server.commit();
    String function = "{!func}maxsim(tokens,$v)";
    attack(
        "vectors of queries",
        VALUES,
        v -> query("q", random().nextBoolean() ? function : "{!maxsim f=tokens v=$v}", "v", v));
  }

  public void testParameters() throws Exception {
    start("");
    server.add(document("id", "1", FIELD, "[[1,0,0,0]]"));
    server.commit();
    List<String> names = List.of("f", "k", "candidates", "cells", "recall", "exact");
    String[] values = {"tokens", "3", "50", "8", "0.9", "false"};
    attack(
        "parameters of queries",
        List.of(values),
        damaged -> {
          int changed = random().nextInt(values.length);
          ModifiableSolrParams params = params("v", "[[1,0,0.5,0]]");
          StringBuilder q = new StringBuilder("{!maxsim v=$v");
          for (int i = 0; i < values.length; i++) {
            q.append(' ').append(names.get(i)).append("=$").append(names.get(i));
            params.add(names.get(i), i == changed ? damaged : values[i]);
          }
          server.query(params.add("q", q.append('}').toString()));
        });
  }
}
