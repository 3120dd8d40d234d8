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
package io.github.luceneplaid.plaid.codebook;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The codebook blocks of a segment. Centroid ids count through all blocks, and imported blocks come
 * first. All rows are in one array, which the codebooks share. Immutable.
 *
 * @lucene.internal
 */
public final class CodebookBlocks {

  private final List<Codebook> codebooks;
  private final float[] rows;

  /** The first centroid of each block, and the number of all centroids. */
  private final int[] firstCentroids;

  private final int importedCentroids;

  /**
   * Makes blocks of codebooks.
   *
   * @param codebooks at least one, all of one dimension, imported ones first
   */
  public CodebookBlocks(List<Codebook> codebooks) {
    this.firstCentroids = new int[codebooks.size() + 1];
    int imported = 0;
    for (int i = 0; i < codebooks.size(); i++) {
      firstCentroids[i + 1] = firstCentroids[i] + codebooks.get(i).size();
      imported = codebooks.get(i).isImported() ? firstCentroids[i + 1] : imported;
    }
    this.importedCentroids = imported;
    int dimension = codebooks.get(0).dimension();
    if (codebooks.size() == 1) {
      this.rows = codebooks.get(0).rows();
      this.codebooks = List.copyOf(codebooks);
    } else {
      this.rows = new float[Math.multiplyExact(firstCentroids[codebooks.size()], dimension)];
      this.codebooks = new ArrayList<>();
      for (int i = 0; i < codebooks.size(); i++) {
        Codebook codebook = codebooks.get(i);
        int first = firstCentroids[i] * dimension;
        System.arraycopy(
            codebook.arrayOfRows(),
            codebook.firstOfRows(),
            rows,
            first,
            codebook.size() * dimension);
        this.codebooks.add(codebook.in(rows, first));
      }
    }
  }

  /** The codebooks. */
  public List<Codebook> list() {
    return Collections.unmodifiableList(codebooks);
  }

  /** Components of a centroid. */
  public int dimension() {
    return codebooks.get(0).dimension();
  }

  /** Returns the number of centroids of all blocks. */
  public int centroidCount() {
    return firstCentroids[codebooks.size()];
  }

  /** Returns the number of centroids of imported blocks. Their ids are lower than all others. */
  public int importedCentroids() {
    return importedCentroids;
  }

  /**
   * Returns the centroids of all blocks as they are held. Those of imported blocks are not rotated,
   * the others are.
   *
   * @return [centroids][dimension], which must not be changed
   */
  public float[] rows() {
    return rows;
  }

  /**
   * Returns the centroids of all blocks.
   *
   * @return [centroids][dimension], rotated, which must not be changed. A copy if there are
   *     imported blocks
   */
  public float[] centroids() {
    if (importedCentroids == 0) {
      return rows;
    }
    float[] centroids = rows.clone();
    Rotation rotation = Rotation.of(dimension());
    for (int i = 0; i < importedCentroids; i++) {
      rotation.rotate(centroids, i * dimension());
    }
    return centroids;
  }

  /**
   * Returns the block of a centroid.
   *
   * @throws IndexOutOfBoundsException if there is no such centroid
   */
  public int blockOf(int centroid) {
    int block = 0;
    while (centroid >= firstCentroids[block + 1]) {
      block++;
    }
    return block;
  }

  /** Returns the first centroid of a block. */
  public int firstCentroid(int block) {
    return firstCentroids[block];
  }

  /** Returns the first centroid of the block of a codebook; −1 if there is no such block. */
  public int firstCentroid(Codebook.Id id) {
    for (int block = 0; block < codebooks.size(); block++) {
      if (codebooks.get(block).id().equals(id)) {
        return firstCentroids[block];
      }
    }
    return -1;
  }

  /**
   * Returns a number for each block of a source. It is added to a centroid id of that block to get
   * the id here. It is {@link Integer#MIN_VALUE} for blocks that do not exist here.
   */
  public int[] shiftsFrom(CodebookBlocks source) {
    int[] shifts = new int[source.codebooks.size()];
    for (int block = 0; block < shifts.length; block++) {
      int here = firstCentroid(source.codebooks.get(block).id());
      shifts[block] = here < 0 ? Integer.MIN_VALUE : here - source.firstCentroids[block];
    }
    return shifts;
  }
}
