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

package io.github.luceneplaid.plaid;

import io.github.luceneplaid.plaid.codebook.Buckets;
import io.github.luceneplaid.plaid.codebook.Codebook;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.DataInput;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;

/**
 * A field in the meta file, as {@link PlaidDocValuesFormat} lays it out.
 *
 * @param addresses which documents have tokens, and where; null while the field is written, as they
 *     write themselves
 * @param addressBytes bytes of the addresses in the data file
 * @param dimension components of a token
 * @param unitLength whether no lengths are stored
 * @param escapedDocuments documents whose bytes the delegate keeps
 * @param options the options the field was written with
 * @param history how the tokens came into this segment
 * @param rows where tokens stored as floats are; null if there are none
 * @param provisional whether the codes are there to search by only, and tokens are the rows
 * @param trained where codes, anchors and leaves are; null if there are none
 */
record PlaidFieldEntry(
    TokenAddresses addresses,
    long addressBytes,
    int dimension,
    boolean unitLength,
    int escapedDocuments,
    PlaidOptions options,
    History history,
    Rows rows,
    boolean provisional,
    Trained trained) {

  private static final byte FLAT = 0;
  private static final byte TRAINED = 1;
  private static final byte PROVISIONAL = 2;

  private static final byte OWN = 0;
  private static final byte RESIDUALS = 1;
  private static final byte SIGNS = 2;

  /**
   * How the tokens of a segment came into it.
   *
   * @param copied tokens whose codes were copied
   * @param encoded tokens encoded from what their writer gave
   * @param reencoded tokens decoded and encoded anew
   * @param generation the largest number of times any token has been encoded
   */
  record History(long copied, long encoded, long reencoded, int generation) {}

  /**
   * A slab of tokens in the vector file.
   *
   * @param raw encoding of the rows, FLOAT16 or FLOAT32
   * @param offset first byte
   */
  record Rows(RawTokens raw, long offset) {}

  /**
   * A codebook block.
   *
   * @param id see {@link Codebook#id()}
   * @param size number of anchors
   * @param meanResidual see {@link Codebook#meanResidual()}
   * @param trainedTokens see {@link Codebook#trainedTokens()}
   * @param buckets see {@link Codebook#buckets()}; null for a codebook of the format's own
   * @param centroidsOffset slab of centroids (f32), in the vector file; 0 without buckets
   */
  record Block(
      Codebook.Id id,
      int size,
      float meanResidual,
      long trainedTokens,
      Buckets buckets,
      long centroidsOffset) {

    static Block of(Codebook codebook, long centroidsOffset) {
      return new Block(
          codebook.id(),
          codebook.size(),
          codebook.meanResidual(),
          codebook.trainedTokens(),
          codebook.buckets(),
          centroidsOffset);
    }

    private void write(IndexOutput meta) throws IOException {
      meta.writeLong(id.high());
      meta.writeLong(id.low());
      meta.writeVInt(size);
      meta.writeInt(Float.floatToIntBits(meanResidual));
      meta.writeVLong(trainedTokens);
      meta.writeByte(buckets == null ? OWN : buckets.areSigns() ? SIGNS : RESIDUALS);
      if (buckets == null) {
        return;
      }
      meta.writeVLong(centroidsOffset);
      writeFloats(meta, buckets.averageResidual());
      if (buckets.areSigns() == false) {
        writeFloats(meta, buckets.cutoffs());
        writeFloats(meta, buckets.weights());
        meta.writeInt(Float.floatToRawIntBits(buckets.clusterThreshold()));
      }
    }

    private static void writeFloats(IndexOutput meta, float[] floats) throws IOException {
      for (float number : floats) {
        meta.writeInt(Float.floatToRawIntBits(number));
      }
    }

    private static Block read(IndexInput meta, int mostAnchors, int dimension, int bits)
        throws IOException {
      Codebook.Id id = new Codebook.Id(meta.readLong(), meta.readLong());
      int size = range(meta, "anchors", meta.readVInt(), 1, mostAnchors);
      float meanResidual = Float.intBitsToFloat(meta.readInt());
      long trainedTokens = meta.readVLong();
      int kind = range(meta, "kind of codebook", meta.readByte(), OWN, SIGNS);
      long offset = kind == OWN ? 0 : meta.readVLong();
      Buckets buckets =
          switch (kind) {
            case OWN -> null;
            case SIGNS -> Buckets.ofSigns(readFloats(meta, dimension));
            default -> readBuckets(meta, dimension, bits);
          };
      if (buckets != null && buckets.bits() != bits) {
        throw new CorruptIndexException(
            "bits of adopted codes: found " + buckets.bits() + ", expected " + bits, meta);
      }
      return new Block(id, size, meanResidual, trainedTokens, buckets, offset);
    }

    private static Buckets readBuckets(IndexInput meta, int dimension, int bits)
        throws IOException {
      float[] averageResidual = readFloats(meta, dimension);
      float[] cutoffs = readFloats(meta, (1 << bits) - 1);
      float[] weights = readFloats(meta, 1 << bits);
      float threshold = Float.intBitsToFloat(meta.readInt());
      try {
        return Buckets.ofResiduals(cutoffs, weights, averageResidual, threshold);
      } catch (IllegalArgumentException e) {
        throw new CorruptIndexException(e.getMessage(), meta, e);
      }
    }

    private static float[] readFloats(IndexInput meta, int n) throws IOException {
      float[] floats = new float[n];
      for (int i = 0; i < n; i++) {
        floats[i] = Float.intBitsToFloat(meta.readInt());
      }
      return floats;
    }
  }

  /**
   * Where the parts of a trained field are.
   *
   * @param blocks codebook blocks, in the order of their anchors
   * @param anchorsOffset slab of the anchors of the format's own blocks (f16), in the vector file
   * @param regions number of regions: the anchors, if there is one block only
   * @param regionsOffset slab of regions (f16), in the vector file; the anchors', if they are these
   * @param codesOffset blocks of codes, in the data file
   * @param leaves number of leaves
   * @param leavesOffset blocks of leaves, in the vector file
   * @param postings number of postings
   * @param postingWidth bytes of a posting, 2 to 4
   * @param postingsOffset posting lists, in the data file
   * @param directoryOffset leaves and postings of each region, in the data file
   */
  record Trained(
      List<Block> blocks,
      long anchorsOffset,
      int regions,
      long regionsOffset,
      long codesOffset,
      int leaves,
      long leavesOffset,
      long postings,
      int postingWidth,
      long postingsOffset,
      long directoryOffset) {

    int anchors() {
      return blocks.stream().mapToInt(Block::size).sum();
    }

    /** Whether the anchors are the regions. */
    boolean anchorsAreRegions() {
      return blocks.size() == 1;
    }

    private void write(IndexOutput meta) throws IOException {
      meta.writeVInt(blocks.size());
      for (Block block : blocks) {
        block.write(meta);
      }
      meta.writeVLong(anchorsOffset);
      meta.writeVInt(regions);
      meta.writeVLong(regionsOffset);
      meta.writeVLong(codesOffset);
      meta.writeVInt(leaves);
      meta.writeVLong(leavesOffset);
      meta.writeVLong(postings);
      meta.writeByte((byte) postingWidth);
      meta.writeVLong(postingsOffset);
      meta.writeVLong(directoryOffset);
    }

    private static Trained read(IndexInput meta, TokenAddresses addresses, int dimension, int bits)
        throws IOException {
      int n = range(meta, "codebook blocks", meta.readVInt(), 1, CodebookPlan.MAX_BLOCKS);
      Block[] blocks = new Block[n];
      int anchors = 0;
      for (int i = 0; i < n; i++) {
        blocks[i] = Block.read(meta, CodebookPlan.MAX_ANCHORS - anchors, dimension, bits);
        anchors += blocks[i].size;
        if (i > 0 && blocks[i].buckets != null && blocks[i - 1].buckets == null) {
          throw new CorruptIndexException("an adopted codebook behind one that is not", meta);
        }
      }
      long anchorsOffset = meta.readVLong();
      int most = n == 1 ? anchors : CodebookPlan.MAX_ANCHORS;
      int regions = range(meta, "regions", meta.readVInt(), n == 1 ? anchors : 1, most);
      long regionsOffset = meta.readVLong();
      long codesOffset = meta.readVLong();
      int leaves = meta.readVInt();
      long leavesOffset = meta.readVLong();
      long postings = meta.readVLong();
      if (leaves < 1 || leaves > addresses.tokens() || postings < leaves) {
        throw new CorruptIndexException(
            leaves + " leaves cannot hold " + postings + " postings", meta);
      }
      int width = meta.readByte();
      if (width != widthOfPostings(addresses.documents())) {
        throw new CorruptIndexException(
            "posting width: found "
                + width
                + ", expected "
                + widthOfPostings(addresses.documents())
                + " for "
                + addresses.documents()
                + " documents",
            meta);
      }
      return new Trained(
          List.of(blocks),
          anchorsOffset,
          regions,
          regionsOffset,
          codesOffset,
          leaves,
          leavesOffset,
          postings,
          width,
          meta.readVLong(),
          meta.readVLong());
    }
  }

  /** Bytes of a posting that can hold every ordinal. */
  static int widthOfPostings(int documents) {
    return documents <= 1 << 16 ? 2 : documents <= 1 << 24 ? 3 : 4;
  }

  /** Whether tokens are coded for good. */
  boolean isTrained() {
    return trained != null && provisional == false;
  }

  /** How often the tokens that are read back have been decoded from codes. */
  int generationOfTokens() {
    // Raw tokens are what the codes beside them were encoded from
    return isTrained() && rows != null ? history.generation - 1 : history.generation;
  }

  /** Writes all but the addresses, which come first and write themselves. */
  void write(IndexOutput meta) throws IOException {
    meta.writeVLong(addressBytes);
    meta.writeVInt(dimension);
    meta.writeByte((byte) (unitLength ? 1 : 0));
    meta.writeVInt(escapedDocuments);
    meta.writeByte((byte) options.bits());
    meta.writeByte(options.raw().wireNumber());
    meta.writeVInt(options.trainingThreshold());
    meta.writeVInt(options.tokensPerLeaf());
    meta.writeLong(options.seed());
    meta.writeVLong(history.copied);
    meta.writeVLong(history.encoded);
    meta.writeVLong(history.reencoded);
    meta.writeVInt(history.generation);
    meta.writeByte((rows == null ? RawTokens.NONE : rows.raw).wireNumber());
    if (rows != null) {
      meta.writeVLong(rows.offset);
    }
    meta.writeByte(trained == null ? FLAT : provisional ? PROVISIONAL : TRAINED);
    if (trained != null) {
      trained.write(meta);
    }
  }

  /** Reads a field, addresses and all. */
  static PlaidFieldEntry read(IndexInput meta, int maxDoc) throws IOException {
    TokenAddresses addresses = TokenAddresses.read(meta, maxDoc);
    long addressBytes = meta.readVLong();
    int dimension = range(meta, "dimension", meta.readVInt(), 1, Payload.MAX_DIMENSION);
    boolean unitLength = range(meta, "unit length", meta.readByte(), 0, 1) == 1;
    int escaped =
        range(meta, "escaped documents", meta.readVInt(), 0, maxDoc - addresses.documents());
    PlaidOptions options = readOptions(meta);
    History history =
        new History(meta.readVLong(), meta.readVLong(), meta.readVLong(), meta.readVInt());
    RawTokens raw = RawTokens.read(meta);
    Rows rows = raw == RawTokens.NONE ? null : new Rows(raw, meta.readVLong());
    int form = range(meta, "form", meta.readByte(), FLAT, PROVISIONAL);
    if (form != TRAINED && raw != RawTokens.FLOAT32) {
      throw new CorruptIndexException("rows of a flat field: found " + raw, meta);
    }
    return new PlaidFieldEntry(
        addresses,
        addressBytes,
        dimension,
        unitLength,
        escaped,
        options,
        history,
        rows,
        form == PROVISIONAL,
        form == FLAT ? null : Trained.read(meta, addresses, dimension, options.bits()));
  }

  private static PlaidOptions readOptions(DataInput meta) throws IOException {
    try {
      return new PlaidOptions(
          meta.readByte(), RawTokens.read(meta), meta.readVInt(), meta.readVInt(), meta.readLong());
    } catch (IllegalArgumentException e) {
      throw new CorruptIndexException(e.getMessage(), meta, e);
    }
  }

  private static int range(DataInput in, String what, int found, int from, int to)
      throws IOException {
    if (found < from || found > to) {
      throw new CorruptIndexException(
          what + ": found " + found + ", expected " + from + " to " + to, in);
    }
    return found;
  }
}
