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

import io.github.luceneplaid.fsvi.slab.Limits;
import io.github.luceneplaid.fsvi.slab.SlabWriter;
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.codebook.PlaidQuantizer;
import java.io.IOException;
import org.apache.lucene.store.DataInput;
import org.apache.lucene.store.DataOutput;

/**
 * A codebook block in the meta file.
 *
 * @param id see {@link Codebook#id()}
 * @param size number of centroids
 * @param meanResidual see {@link Codebook#meanResidual()}
 * @param trainedTokens see {@link Codebook#trainedTokens()}
 * @param buckets see {@link Codebook#buckets()}; null for a trained codebook
 * @param centroidsOffset slab of centroids (f32), in the vector file; 0 if there are no buckets
 * @lucene.internal
 */
public record CodebookBlock(
    Codebook.Id id,
    int size,
    float meanResidual,
    long trainedTokens,
    PlaidQuantizer buckets,
    long centroidsOffset) {

  private static final byte OWN = 0;
  private static final byte RESIDUALS = 1;
  private static final byte SIGNS = 2;

  public CodebookBlock {
    Limits.check("centroids", size, 1, CodedParts.MAX_CENTROIDS);
    Limits.check("tokens trained on", trainedTokens, 0, Long.MAX_VALUE);
    if ((meanResidual >= 0 && meanResidual < Float.POSITIVE_INFINITY) == false) {
      throw new IllegalArgumentException(
          "mean residual: found " + meanResidual + ", expected a length");
    }
    if (buckets == null) {
      Limits.check("offset of centroids", centroidsOffset, 0, 0);
    } else {
      Limits.checkAligned("offset of centroids", centroidsOffset, SlabWriter.ALIGNMENT);
    }
  }

  public static CodebookBlock of(Codebook codebook, long centroidsOffset) {
    return new CodebookBlock(
        codebook.id(),
        codebook.size(),
        codebook.meanResidual(),
        codebook.trainedTokens(),
        codebook.buckets(),
        centroidsOffset);
  }

  boolean isImported() {
    return buckets != null;
  }

  void write(DataOutput meta) throws IOException {
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

  private static void writeFloats(DataOutput meta, float[] floats) throws IOException {
    for (float number : floats) {
      meta.writeInt(Float.floatToRawIntBits(number));
    }
  }

  static CodebookBlock read(DataInput meta, int dimension, int bits) throws IOException {
    Codebook.Id id = new Codebook.Id(meta.readLong(), meta.readLong());
    int size = meta.readVInt();
    float meanResidual = Float.intBitsToFloat(meta.readInt());
    long trainedTokens = meta.readVLong();
    byte kind = meta.readByte();
    Limits.check("kind of codebook", kind, OWN, SIGNS);
    long offset = kind == OWN ? 0 : meta.readVLong();
    PlaidQuantizer buckets =
        switch (kind) {
          case OWN -> null;
          case SIGNS -> PlaidQuantizer.ofSigns(readFloats(meta, dimension));
          default -> readBuckets(meta, dimension, bits);
        };
    return new CodebookBlock(id, size, meanResidual, trainedTokens, buckets, offset);
  }

  private static PlaidQuantizer readBuckets(DataInput meta, int dimension, int bits)
      throws IOException {
    float[] averageResidual = readFloats(meta, dimension);
    float[] cutoffs = readFloats(meta, (1 << bits) - 1);
    float[] weights = readFloats(meta, 1 << bits);
    float threshold = Float.intBitsToFloat(meta.readInt());
    return PlaidQuantizer.ofResiduals(cutoffs, weights, averageResidual, threshold);
  }

  private static float[] readFloats(DataInput meta, int n) throws IOException {
    float[] floats = new float[n];
    for (int i = 0; i < n; i++) {
      floats[i] = Float.intBitsToFloat(meta.readInt());
    }
    return floats;
  }
}
