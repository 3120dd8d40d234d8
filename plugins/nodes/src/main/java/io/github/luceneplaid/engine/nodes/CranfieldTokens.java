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

import io.github.luceneplaid.testframework.CranfieldFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.apache.lucene.util.VectorUtil;

/**
 * A collection of real abstracts and questions, each as text and as token vectors of length 1.
 *
 * @param ids of the documents
 * @param texts of the documents
 * @param documents token vectors of each document
 * @param questions texts of the queries
 * @param queries token vectors of each query
 */
public record CranfieldTokens(
    List<String> ids,
    List<String> texts,
    float[][][] documents,
    List<String> questions,
    float[][][] queries) {

  /** Reads the collection. */
  public static CranfieldTokens read() throws IOException {
    Path folder = CranfieldFolder.path();
    return new CranfieldTokens(
        CranfieldFolder.ids(),
        texts(folder.resolve("texts.jsonl")),
        CranfieldFolder.documents(),
        texts(folder.resolve("queries.jsonl")),
        CranfieldFolder.queries());
  }

  private static List<String> texts(Path lines) throws IOException {
    List<String> texts = new ArrayList<>();
    for (String line : Files.readAllLines(lines)) {
      texts.add(Http.JSON.readTree(line).get("text").asText());
    }
    return texts;
  }

  /** Score of a document for a query: the sum of {@code (1 + best dot product) / 2}. */
  public double score(int query, int doc) {
    double sum = 0;
    for (float[] q : queries[query]) {
      float best = Float.NEGATIVE_INFINITY;
      for (float[] d : documents[doc]) {
        best = Math.max(best, VectorUtil.dotProduct(q, d));
      }
      sum += Math.max(0, (1 + best) / 2);
    }
    return sum;
  }

  /**
   * The best documents of a query by exact MaxSim.
   *
   * @param accepted which documents count, by position
   * @return ids, best first
   */
  public List<String> best(int query, int k, IntPredicate accepted) {
    record Hit(int doc, double score) {}
    return IntStream.range(0, documents.length)
        .filter(accepted)
        .parallel()
        .mapToObj(doc -> new Hit(doc, score(query, doc)))
        .sorted(Comparator.comparingDouble(hit -> -hit.score()))
        .limit(k)
        .map(hit -> ids.get(hit.doc()))
        .toList();
  }

  /** The part of some ids that is among others. */
  public static double recall(List<String> expected, List<String> found) {
    Set<String> both = new HashSet<>(expected);
    both.retainAll(found);
    return both.size() / (double) expected.size();
  }

  /** Vectors as plugins take them in base64, as 32-bit or as 16-bit floats. */
  public static String base64(float[][] tokens, boolean half) {
    int bytes = half ? Short.BYTES : Float.BYTES;
    ByteBuffer buffer =
        ByteBuffer.allocate(tokens.length * tokens[0].length * bytes)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (float[] token : tokens) {
      for (float number : token) {
        if (half) {
          buffer.putShort(Float.floatToFloat16(number));
        } else {
          buffer.putFloat(number);
        }
      }
    }
    return (half ? "f16:" : "") + Base64.getEncoder().encodeToString(buffer.array());
  }
}
