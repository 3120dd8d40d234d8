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

/**
 * Decodes blocks of a segment, for all of its codebooks. All tokens of a block have codes of the
 * same quantiser. An instance keeps scratch memory and belongs to one thread.
 *
 * @lucene.internal
 */
public final class BlockDecoder {

  private final CodebookBlocks codebooks;
  private final int dimension;
  private final ResidualQuantizer quantizer;
  private final Rotation rotation;
  private final PlaidBlockCodec[] imported;

  /**
   * Sole constructor.
   *
   * @param codebooks codebooks of the segment
   * @param bits bits of a component
   */
  public BlockDecoder(CodebookBlocks codebooks, int bits) {
    this.codebooks = codebooks;
    this.dimension = codebooks.dimension();
    this.quantizer = new ResidualQuantizer(dimension, bits);
    this.rotation = Rotation.of(dimension);
    this.imported =
        codebooks.list().stream()
            .filter(Codebook::isImported)
            .map(PlaidBlockCodec::new)
            .toArray(PlaidBlockCodec[]::new);
  }

  /**
   * Decodes lanes of a block to rotated tokens, without their lengths.
   *
   * @param block holds the block
   * @param offset index of its first byte
   * @param firstLane 0 to 15
   * @param lanes number of lanes from there
   * @param out receives [lanes][dimension]
   * @param at index of the first component
   */
  public void decodeRotated(
      byte[] block, int offset, int firstLane, int lanes, float[] out, int at) {
    if (decodeImported(block, offset, firstLane, lanes, out, at)) {
      for (int i = 0; i < lanes; i++) {
        rotation.rotate(out, at + i * dimension);
      }
    } else {
      quantizer.decode(block, offset, codebooks.rows(), firstLane, lanes, out, at);
    }
  }

  /** Does the same as {@link #decodeRotated}, and undoes the rotation. */
  public void decode(byte[] block, int offset, int firstLane, int lanes, float[] out, int at) {
    if (decodeImported(block, offset, firstLane, lanes, out, at) == false) {
      quantizer.decode(block, offset, codebooks.rows(), firstLane, lanes, out, at);
      for (int i = 0; i < lanes; i++) {
        rotation.rotateBack(out, at + i * dimension);
      }
    }
  }

  private boolean decodeImported(
      byte[] block, int offset, int firstLane, int lanes, float[] out, int at) {
    int any = CodeBlock.centroidId(block, offset, firstLane);
    if (any >= codebooks.importedCentroids()) {
      return false;
    }
    int number = codebooks.blockOf(any);
    int first = codebooks.firstCentroid(number);
    for (int i = 0; i < lanes; i++) {
      int centroid = CodeBlock.centroidId(block, offset, firstLane + i) - first;
      imported[number].decode(block, offset, firstLane + i, centroid, out, at + i * dimension);
    }
    return true;
  }
}
