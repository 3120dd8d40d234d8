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

package io.github.luceneplaid.plaid.ivf;

import io.github.luceneplaid.plaid.codebook.AbortCheck;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Samples of coded tokens. */
public class TestCodedTokens extends LuceneTestCase {

  private static final int DIMENSION = 16;

  /** A sample has tokens at equal distances. */
  public void testSample() throws IOException {
    RandomCodedTokens tokens = new RandomCodedTokens(random(), DIMENSION, 30, 6, 0, 3);
    int total = Arrays.stream(tokens.counts).sum();
    float[] all = tokens.coded.sample(total, total, AbortCheck.NONE);
    int size = TestUtil.nextInt(random(), 1, total);
    float[] sample = tokens.coded.sample(total, size, AbortCheck.NONE);
    assertEquals(size, sample.length / DIMENSION);
    for (int i = 0; i < size; i++) {
      // The first token at or after this share of all
      int token = Math.toIntExact((long) i * total / size);
      float[] expected = Arrays.copyOfRange(all, token * DIMENSION, (token + 1) * DIMENSION);
      float[] found = Arrays.copyOfRange(sample, i * DIMENSION, (i + 1) * DIMENSION);
      assertArrayEquals(expected, found, 0);
    }
    int at = 0;
    for (float[] document : tokens.tokens) {
      float[] found = Arrays.copyOfRange(all, at, at + document.length);
      assertArrayEquals(document, found, 1e-6f);
      at += document.length;
    }
  }

  public void testAbortedSample() throws IOException {
    RandomCodedTokens tokens = new RandomCodedTokens(random(), DIMENSION, 30, 6, 0, 3);
    int total = Arrays.stream(tokens.counts).sum();
    IOException e =
        expectThrows(
            IOException.class,
            () ->
                tokens.coded.sample(
                    total,
                    total / 2,
                    () -> {
                      throw new IOException("aborted");
                    }));
    assertEquals("aborted", e.getMessage());
  }
}
