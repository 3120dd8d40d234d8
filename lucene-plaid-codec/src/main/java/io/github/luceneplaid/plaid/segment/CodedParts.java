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

import io.github.luceneplaid.fsvi.internal.FilePart;
import io.github.luceneplaid.fsvi.slab.Limits;
import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import io.github.luceneplaid.fsvi.slab.SlabWriter;
import io.github.luceneplaid.plaid.ivf.CellLayout;
import io.github.luceneplaid.plaid.ivf.CellTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.store.DataInput;
import org.apache.lucene.store.DataOutput;

/**
 * The parts of a coded field in the files of its segment.
 *
 * @param blocks codebook blocks, in the order of their centroids
 * @param centroidsOffset slab of the centroids of the trained blocks (f16), in the vector file
 * @param regions number of regions; the number of centroids if there is only one block
 * @param regionsOffset slab of regions (f16), in the vector file; the slab of centroids if these
 *     are the regions
 * @param codesOffset blocks of codes, in the data file
 * @param cells number of cells
 * @param cellsOffset records of cells, in the vector file
 * @param postings number of postings
 * @param postingWidth bytes of a posting, 2 to 4
 * @param postingsOffset posting lists, in the data file
 * @param directoryOffset table of cells and postings of each region, in the data file
 * @lucene.internal
 */
public record CodedParts(
    List<CodebookBlock> blocks,
    long centroidsOffset,
    int regions,
    long regionsOffset,
    long codesOffset,
    int cells,
    long cellsOffset,
    long postings,
    int postingWidth,
    long postingsOffset,
    long directoryOffset) {

  /** Largest number of codebook blocks of a segment. */
  public static final int MAX_BLOCKS = 16;

  /** Largest number of centroids of all blocks of a segment. Their ids have 16 bits. */
  public static final int MAX_CENTROIDS = 1 << Short.SIZE;

  public CodedParts {
    blocks = List.copyOf(blocks);
    Limits.check("codebook blocks", blocks.size(), 1, MAX_BLOCKS);
    int centroids = centroids(blocks);
    Limits.check("centroids", centroids, 1, MAX_CENTROIDS);
    for (int i = 1; i < blocks.size(); i++) {
      if (blocks.get(i).isImported() && blocks.get(i - 1).isImported() == false) {
        throw new IllegalArgumentException(
            "codebook blocks: found an imported one after a trained one,"
                + " expected imported ones first");
      }
    }
    if (blocks.size() == 1) {
      Limits.check("regions", regions, centroids, centroids);
      Limits.check("offset of regions", regionsOffset, centroidsOffset, centroidsOffset);
    } else {
      Limits.check("regions", regions, 1, MAX_CENTROIDS);
    }
    Limits.check("cells", cells, 1, Integer.MAX_VALUE);
    Limits.check("postings", postings, cells, Long.MAX_VALUE);
    Limits.check("posting width", postingWidth, 2, 4);
    Limits.checkAligned("offset of centroids", centroidsOffset, SlabWriter.ALIGNMENT);
    Limits.checkAligned("offset of regions", regionsOffset, SlabWriter.ALIGNMENT);
    Limits.checkAligned("offset of cells", cellsOffset, SlabWriter.ALIGNMENT);
    Limits.checkAligned("offset of codes", codesOffset, SlabWriter.ALIGNMENT);
  }

  /** Returns the least number of bytes of a posting that can hold every ordinal. */
  public static int widthOfPostings(int documents) {
    return documents <= 1 << 16 ? 2 : documents <= 1 << 24 ? 3 : 4;
  }

  public int centroids() {
    return centroids(blocks);
  }

  private static int centroids(List<CodebookBlock> blocks) {
    return Math.toIntExact(blocks.stream().mapToLong(CodebookBlock::size).sum());
  }

  /** Whether the centroids are the regions. */
  public boolean centroidsAreRegions() {
    return blocks.size() == 1;
  }

  /** The parts in the data file, except for the codes. */
  List<FilePart> dataParts() {
    return List.of(
        new FilePart("postings", postingsOffset, Math.multiplyExact(postings, postingWidth)),
        new FilePart("cell directory", directoryOffset, CellTable.bytes(regions)));
  }

  /** The parts in the vector file. */
  List<FilePart> vectorParts(int dimension) {
    List<FilePart> parts = new ArrayList<>();
    long own = 0;
    for (CodebookBlock block : blocks) {
      if (block.isImported()) {
        long bytes = (long) block.size() * dimension * SlabEncoding.FLOAT32.bytes();
        parts.add(new FilePart("centroids", block.centroidsOffset(), bytes));
      } else {
        own += block.size();
      }
    }
    int rowBytes = dimension * SlabEncoding.FLOAT16.bytes();
    parts.add(new FilePart("centroids", centroidsOffset, own * rowBytes));
    if (centroidsAreRegions() == false) {
      parts.add(new FilePart("regions", regionsOffset, (long) regions * rowBytes));
    }
    parts.add(new FilePart("cells", cellsOffset, CellLayout.bytes(cells, dimension)));
    return parts;
  }

  void write(DataOutput meta) throws IOException {
    meta.writeVInt(blocks.size());
    for (CodebookBlock block : blocks) {
      block.write(meta);
    }
    meta.writeVLong(centroidsOffset);
    meta.writeVInt(regions);
    meta.writeVLong(regionsOffset);
    meta.writeVLong(codesOffset);
    meta.writeVInt(cells);
    meta.writeVLong(cellsOffset);
    meta.writeVLong(postings);
    meta.writeByte((byte) postingWidth);
    meta.writeVLong(postingsOffset);
    meta.writeVLong(directoryOffset);
  }

  static CodedParts read(DataInput meta, int dimension, int bits) throws IOException {
    int n = meta.readVInt();
    // Checked before blocks are allocated
    Limits.check("codebook blocks", n, 1, MAX_BLOCKS);
    List<CodebookBlock> blocks = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      blocks.add(CodebookBlock.read(meta, dimension, bits));
    }
    return new CodedParts(
        blocks,
        meta.readVLong(),
        meta.readVInt(),
        meta.readVLong(),
        meta.readVLong(),
        meta.readVInt(),
        meta.readVLong(),
        meta.readVLong(),
        meta.readByte(),
        meta.readVLong(),
        meta.readVLong());
  }
}
