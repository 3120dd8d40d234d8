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

import io.github.luceneplaid.fsvi.slab.Slab;
import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.codebook.CodebookBlocks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.IndexInput;

/** Reads the codebook blocks of a field from the vector file. */
final class CodebookReader {

  private CodebookReader() {}

  static CodebookBlocks read(CodedParts trained, int dimension, IndexInput vectors)
      throws IOException {
    List<Codebook> codebooks = new ArrayList<>();
    long next = trained.centroidsOffset();
    for (CodebookBlock block : trained.blocks()) {
      int size = block.size();
      if (block.buckets() != null) {
        long offset = block.centroidsOffset();
        float[] rows = rows(vectors, offset, size, dimension, SlabEncoding.FLOAT32);
        codebooks.add(codebook(block, dimension, rows, vectors));
      } else {
        float[] rows = rows(vectors, next, size, dimension, SlabEncoding.FLOAT16);
        codebooks.add(codebook(block, dimension, rows, vectors));
        next += (long) rows.length * Short.BYTES;
      }
    }
    return new CodebookBlocks(codebooks);
  }

  /** Reads a slab. */
  static float[] rows(IndexInput vectors, long offset, int n, int dimension, SlabEncoding encoding)
      throws IOException {
    Slab slab = Slab.open(vectors, offset, n, dimension, encoding);
    float[] rows = new float[Math.multiplyExact(n, dimension)];
    slab.readRows(0, n, rows, 0);
    return rows;
  }

  private static Codebook codebook(
      CodebookBlock block, int dimension, float[] rows, IndexInput vectors) throws IOException {
    Codebook codebook;
    try {
      codebook =
          block.buckets() == null
              ? new Codebook(rows, dimension, block.meanResidual(), block.trainedTokens())
              : Codebook.imported(
                  rows, block.buckets(), dimension, block.meanResidual(), block.trainedTokens());
    } catch (IllegalArgumentException e) {
      throw new CorruptIndexException("codebook " + block.id() + ": " + e.getMessage(), vectors, e);
    }
    if (codebook.id().equals(block.id()) == false) {
      throw new CorruptIndexException(
          "centroids: found those of codebook " + codebook.id() + ", expected " + block.id(),
          vectors);
    }
    return codebook;
  }
}
