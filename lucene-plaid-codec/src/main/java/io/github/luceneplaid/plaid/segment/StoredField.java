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

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import io.github.luceneplaid.plaid.codebook.CodebookBlocks;
import io.github.luceneplaid.plaid.ivf.CellTable;
import java.io.IOException;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.IndexInput;

/**
 * A field in its files. All instances of {@link PlaidSegment} share it. The centroids are loaded
 * when they are first used, so that the entry of the meta file can be read without them.
 */
final class StoredField {

  /**
   * The data on the heap for searches by codes and for merges of codes.
   *
   * @param codebooks the codebook blocks
   * @param regions the regions that cells lie in, row after row
   * @param regionScales what brings each region to length 1
   * @param directory table of cells and postings of each region
   */
  record Centroids(
      CodebookBlocks codebooks, float[] regions, float[] regionScales, CellTable directory) {}

  final PlaidFieldEntry entry;
  final IndexInput data;
  final IndexInput vectors;
  private Centroids centroids;

  /**
   * Sole constructor.
   *
   * @param entry the field in the meta file
   * @param data the data file
   * @param vectors the vector file
   */
  StoredField(PlaidFieldEntry entry, IndexInput data, IndexInput vectors) {
    this.entry = entry;
    this.data = data;
    this.vectors = vectors;
  }

  /** Loads centroids, regions and the cell table; null if there are no codes. */
  synchronized Centroids centroids() throws IOException {
    if (centroids == null && entry.codes() != null) {
      try {
        centroids = load(entry.codes());
      } catch (IllegalArgumentException | ArithmeticException e) {
        throw mismatch(e);
      }
    }
    return centroids;
  }

  private Centroids load(CodedParts parts) throws IOException {
    int dimension = entry.dimension();
    CodebookBlocks codebooks = CodebookReader.read(parts, dimension, vectors);
    int count = parts.regions();
    float[] regions =
        parts.centroidsAreRegions()
            ? codebooks.rows()
            : CodebookReader.rows(
                vectors, parts.regionsOffset(), count, dimension, SlabEncoding.FLOAT16);
    IndexInput directory =
        data.slice("cell directory", parts.directoryOffset(), CellTable.bytes(count));
    return new Centroids(
        codebooks,
        regions,
        scales(regions, dimension),
        CellTable.read(directory, count, parts.cells(), parts.postings()));
  }

  /** What brings each row to length 1; 0 for rows that are zero or nearly so. */
  private static float[] scales(float[] rows, int dimension) {
    float[] scales = new float[rows.length / dimension];
    for (int i = 0; i < scales.length; i++) {
      int row = i * dimension;
      float square = VectorKernels.get().dot(rows, row, rows, row, dimension);
      scales[i] = square >= Float.MIN_NORMAL ? (float) (1 / Math.sqrt(square)) : 0;
    }
    return scales;
  }

  /** Returns the exception for files that contradict the meta file. */
  CorruptIndexException mismatch(RuntimeException e) {
    return new CorruptIndexException(
        "the meta file contradicts the other files: " + e.getMessage(), data, e);
  }
}
