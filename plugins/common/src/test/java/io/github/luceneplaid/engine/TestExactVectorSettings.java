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

package io.github.luceneplaid.engine;

import io.github.luceneplaid.fsvi.FsviEncoding;
import java.util.Base64;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.Version;

/** Settings, vectors and requests of exact search, on the oldest Lucene of the engines. */
public class TestExactVectorSettings extends LuceneTestCase {

  private static void refused(String message, ThrowingRunnable runnable) {
    IllegalArgumentException e = expectThrows(IllegalArgumentException.class, runnable);
    assertTrue(e.getMessage(), e.getMessage().contains(message));
  }

  public void testNames() {
    for (FsviEncoding encoding : FsviEncoding.values()) {
      assertSame(
          encoding, ExactVectorFieldSettings.encoding(ExactVectorFieldSettings.name(encoding)));
    }
    for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
      assertSame(
          similarity,
          ExactVectorFieldSettings.similarity(ExactVectorFieldSettings.name(similarity)));
    }
    refused("[encoding]: found null", () -> ExactVectorFieldSettings.encoding(null));
    refused("[similarity]: found dot", () -> ExactVectorFieldSettings.similarity("dot"));
    for (int dims : new int[] {-1, 0, 65_536}) {
      refused("[dims]: found " + dims, () -> settings(dims, VectorSimilarityFunction.COSINE));
    }
  }

  public void testOlderLucene() {
    ExactVectorFieldSettings.checkLucene(Version.fromBits(10, 5, 0));
    ExactVectorFieldSettings.checkLucene(Version.fromBits(11, 0, 0));
    refused(
        "type [exact_vector]: expected Lucene 10.5.0 or later, found 10.4.9",
        () -> ExactVectorFieldSettings.checkLucene(Version.fromBits(10, 4, 9)));
  }

  private static ExactVectorFieldSettings settings(int dims, VectorSimilarityFunction similarity) {
    return new ExactVectorFieldSettings(dims, FsviEncoding.FLOAT32, similarity);
  }

  public void testVectors() {
    ExactVectorFieldSettings cosine = settings(2, VectorSimilarityFunction.COSINE);
    float[] vector = {2, 0};
    assertArrayEquals(vector, new VectorValue(vector, null).vector(cosine, "v"), 0);
    assertArrayEquals(vector, new VectorValue(null, "f16:AEAAAA==").vector(cosine, "v"), 0);
    assertArrayEquals(vector, new VectorValue(null, "AAAAQAAAAAA=").vector(cosine, "v"), 0);
    refused(
        "v: found a vector of length 2.0, expected length 1",
        () ->
            new VectorValue(vector, null)
                .vector(settings(2, VectorSimilarityFunction.DOT_PRODUCT), "v"));
    refused(
        "v: found 2 numbers, expected 3",
        () ->
            new VectorValue(vector, null)
                .vector(settings(3, VectorSimilarityFunction.COSINE), "v"));
    refused("v: found a text that is not", () -> new VectorValue(null, "?").vector(cosine, "v"));
    String bytes = Base64.getEncoder().encodeToString(new byte[1 + random().nextInt(7)]);
    refused("expected 8 for 2 [dims]", () -> new VectorValue(null, bytes).vector(cosine, "v"));
    for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      refused(
          "dimension 1: found " + bad,
          () -> new VectorValue(new float[] {0, bad}, null).vector(cosine, "v"));
    }
  }

  /** The vectors of 16 bits of a model that makes vectors of length 1 are still of length 1. */
  public void testRoundedUnitVectors() {
    int dims = 1 + random().nextInt(1000);
    float[] vector = new float[dims];
    double squares = 0;
    for (int i = 0; i < dims; i++) {
      vector[i] = (float) random().nextGaussian();
      squares += vector[i] * vector[i];
    }
    for (int i = 0; i < dims; i++) {
      float unit = (float) (vector[i] / Math.sqrt(squares));
      vector[i] = Float.float16ToFloat(Float.floatToFloat16(unit));
    }
    assertSame(
        vector,
        new VectorValue(vector, null)
            .vector(settings(dims, VectorSimilarityFunction.DOT_PRODUCT), "v"));
  }

  /** Candidates take memory of the node, so there is a limit to them. */
  public void testCandidates() {
    int k =
        1 + random().nextInt(ExactKnnRequest.MAX_DOCUMENTS / ExactKnnRequest.DEFAULT_OVERSAMPLE);
    prefix(k, null);
    prefix(null, 10_000);
    prefix(10_000, 10);
    String message = "[k] times [oversample]: found ";
    refused(message + "10001 times 10, expected up to 100000", () -> prefix(10_001, 10));
    refused(message + "10 times 10001", () -> prefix(null, 10_001));
    refused(message + "33334 times 3", () -> prefix(33_334, null));
    refused(message + "100000 times 100000", () -> prefix(100_000, 100_000));
  }

  private static ExactKnnRequest prefix(Integer k, Integer oversample) {
    VectorValue vector = new VectorValue(new float[] {1, 0}, null);
    return new ExactKnnRequest("v", vector, k, 1, null, null, null, oversample);
  }

  public void testPrefixOfField() {
    VectorValue vector = new VectorValue(new float[] {1, 0}, null);
    ExactKnnRequest request = new ExactKnnRequest("v", vector, null, 3, null, null, null, null);
    refused(
        "[prefix_dims]: found 3, expected 1 to 2",
        () ->
            request.toQuery(
                null,
                name ->
                    new ExactKnnRequest.Field(name, settings(2, VectorSimilarityFunction.COSINE))));
  }
}
