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

package io.github.luceneplaid.plaid.segment;

import io.github.luceneplaid.plaid.codebook.Codebook;
import java.io.IOException;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.util.BytesRef;

/**
 * Values of a field that come from an imported PLAID index and are not in a segment yet. A merge
 * copies their codes and their codebook unchanged. Other callers see payloads of {@link
 * org.apache.lucene.document.LateInteractionField} with the decoded tokens.
 *
 * @lucene.internal
 */
public abstract class ImportedDocValues extends BinaryDocValues {

  private static final int CHUNK = 64;

  private final BytesRef payload = new BytesRef();
  private float[] tokens;

  /** Sole constructor. */
  protected ImportedDocValues() {}

  /** Returns the imported codebook that all values are coded against. */
  public abstract Codebook codebook();

  /** The number of tokens of the current document, at least 1. */
  public abstract int tokenCount();

  /**
   * Reads centroids of tokens of the current document.
   *
   * @param from the first token
   * @param n number of tokens
   * @param into receives n ids
   */
  public abstract void centroids(int from, int n, int[] into) throws IOException;

  /**
   * Reads residuals of tokens of the current document.
   *
   * @param from the first token
   * @param n number of tokens
   * @param into receives their bytes in the layout of PLAID's files, row after row
   */
  public abstract void residuals(int from, int n, byte[] into) throws IOException;

  /**
   * Decodes tokens of the current document.
   *
   * @param from the first token
   * @param n number of tokens
   * @param into receives n rows of the dimension
   */
  public abstract void tokens(int from, int n, float[] into) throws IOException;

  @Override
  public final BytesRef binaryValue() throws IOException {
    int n = tokenCount();
    int dimension = codebook().dimension();
    int length = Math.addExact(Integer.BYTES, Math.multiplyExact(n, dimension * Float.BYTES));
    if (payload.bytes.length < length) {
      payload.bytes = new byte[length];
    }
    payload.length = length;
    Payload.writeHeader(payload.bytes, dimension);
    tokens = tokens == null ? new float[CHUNK * dimension] : tokens;
    for (int from = 0; from < n; from += CHUNK) {
      int size = Math.min(CHUNK, n - from);
      tokens(from, size, tokens);
      Payload.write(tokens, size, dimension, payload.bytes, from);
    }
    return payload;
  }
}
