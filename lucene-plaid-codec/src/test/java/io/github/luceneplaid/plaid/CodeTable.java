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

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * The codes of a field, read as the Javadoc of {@link PlaidDocValuesFormat} and of the classes that
 * it links says. It uses no class of the format.
 */
final class CodeTable {

  private static final int LANES = 16;

  /** The weight of each level number, by the number of bits. */
  private static final int[][] WEIGHTS = {
    {},
    {-12, 12},
    {-23, -7, 7, 23},
    {-32, -20, -11, -4, 4, 11, 20, 32},
    {-41, -31, -24, -19, -14, -10, -6, -2, 2, 6, 10, 14, 19, 24, 31, 41}
  };

  private final FieldTable table;
  private final MetaTable meta;
  private final ByteBuffer data;
  private final int dimension;
  private final int bits;

  /** Bytes of the codes of a token. */
  private final int groups;

  private final TableRotation rotation;

  CodeTable(FieldTable table) {
    this.table = table;
    this.meta = table.meta;
    this.data = table.data;
    this.dimension = meta.dimension;
    this.bits = meta.options.bits();
    this.groups = bits == 3 ? groups(2) + groups(1) : groups(bits);
    this.rotation = new TableRotation(dimension);
  }

  /** Bytes of a section of the codes of a token. */
  private int groups(int bitsOfSection) {
    return (dimension * bitsOfSection + 7) / 8;
  }

  /** Bytes of a half block. */
  int halfBytes() {
    return LANES / 2 * (4 + groups + (meta.unitLength == 1 ? 0 : 4));
  }

  /** A lane of a block of 16 tokens, or of a half block of 8 tokens. */
  private record Lane(int block, int lanes, int lane) {
    /** Where the byte of this lane is, after the parts before it, of these bytes for each token. */
    int at(int before) {
      return block + before * lanes + lane;
    }
  }

  private Lane lane(int ordinal, int token) {
    long half = table.firstHalves[ordinal] + token / LANES * 2L;
    boolean whole = half + 1 < table.firstHalves[ordinal + 1];
    long block = meta.codes.codesOffset() + half * halfBytes();
    return new Lane(Math.toIntExact(block), whole ? LANES : LANES / 2, token % LANES);
  }

  /** Returns the number of lanes of a document. */
  int lanes(int ordinal) {
    return (int) (table.firstHalves[ordinal + 1] - table.firstHalves[ordinal]) * LANES / 2;
  }

  int centroid(int ordinal, int token) {
    Lane lane = lane(ordinal, token);
    return Short.toUnsignedInt(data.getShort(lane.block + 2 * lane.lane));
  }

  private int unsigned(int at) {
    return Byte.toUnsignedInt(data.get(at));
  }

  private int scale(Lane lane) {
    return unsigned(lane.at(2));
  }

  private int factor(Lane lane) {
    return unsigned(lane.at(3));
  }

  float length(int ordinal, int token) {
    Lane lane = lane(ordinal, token);
    return meta.unitLength == 1
        ? 1
        : data.getFloat(lane.block + (4 + groups) * lane.lanes + 4 * lane.lane);
  }

  /** Returns the level number of a component. Components after the last one are unused bits. */
  private int level(Lane lane, int j) {
    return bits == 3
        ? level(lane, 0, j, 2) | (level(lane, groups(2), j, 1) << 2)
        : level(lane, 0, j, bits);
  }

  private int level(Lane lane, int section, int j, int bitsOfLevel) {
    int perByte = 8 / bitsOfLevel;
    int group = unsigned(lane.at(4 + section + j / perByte));
    return (group >>> (j % perByte * bitsOfLevel)) & ((1 << bitsOfLevel) - 1);
  }

  /** Returns all unused bits of a token, 0 if all of them are. */
  int unusedBits(int ordinal, int token) {
    Lane lane = lane(ordinal, token);
    int unused = 0;
    int low = bits == 3 ? 2 : bits;
    for (int j = dimension; j % (8 / low) != 0; j++) {
      unused |= level(lane, 0, j, low);
    }
    for (int j = dimension; bits == 3 && j % 8 != 0; j++) {
      unused |= level(lane, groups(2), j, 1);
    }
    return unused;
  }

  /** Returns all bytes of a token, for comparisons. */
  byte[] bytes(int ordinal, int token) {
    Lane lane = lane(ordinal, token);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int centroid = centroid(ordinal, token);
    bytes.write(centroid);
    bytes.write(centroid >>> 8);
    for (int part = 2; part < 4 + groups; part++) {
      bytes.write(data.get(lane.at(part)));
    }
    int length = Float.floatToRawIntBits(length(ordinal, token));
    for (int b = 0; b < Integer.SIZE; b += Byte.SIZE) {
      bytes.write(length >>> b);
    }
    return bytes.toByteArray();
  }

  boolean isImported(int ordinal, int token) {
    return table.blockOf(centroid(ordinal, token)).kind() != MetaTable.OWN;
  }

  /** Decodes a token. It is rotated, and does not have its length. */
  double[] rotated(int ordinal, int token) {
    return isImported(ordinal, token)
        ? rotation.rotate(imported(ordinal, token))
        : own(ordinal, token);
  }

  /** Decodes a token as it is read, not rotated and with its length. */
  double[] token(int ordinal, int token) {
    double[] decoded =
        isImported(ordinal, token)
            ? imported(ordinal, token)
            : rotation.rotateBack(own(ordinal, token));
    for (int j = 0; j < dimension; j++) {
      decoded[j] *= length(ordinal, token);
    }
    return decoded;
  }

  /** Decodes a code of the format's own quantiser: f · (a + s · w / (T √d)). */
  private double[] own(int ordinal, int token) {
    Lane lane = lane(ordinal, token);
    double[] centroid = table.centroids[centroid(ordinal, token)];
    double step = scale(lane) / 128.0 / ((bits == 8 ? 30 : 15) * Math.sqrt(dimension));
    double factor = 0.75 + factor(lane) / 256.0;
    double[] decoded = new double[dimension];
    for (int j = 0; j < dimension; j++) {
      int level = level(lane, j);
      int weight = bits == 8 ? (byte) level : WEIGHTS[bits][level];
      decoded[j] = factor * (centroid[j] + step * weight);
    }
    return decoded;
  }

  /** Decodes an imported code: (c + w) / max(|c + w|, 1e-12), or w for signs. */
  private double[] imported(int ordinal, int token) {
    double[] sum = importedSum(ordinal, token);
    MetaTable.Block block = table.blockOf(centroid(ordinal, token));
    double divisor = block.kind() == MetaTable.SIGNS ? 1 : Math.max(length(sum), 1e-12);
    for (int j = 0; j < dimension; j++) {
      sum[j] /= divisor;
    }
    return sum;
  }

  private double[] importedSum(int ordinal, int token) {
    Lane lane = lane(ordinal, token);
    int id = centroid(ordinal, token);
    MetaTable.Block block = table.blockOf(id);
    double[] sum = new double[dimension];
    for (int j = 0; j < dimension; j++) {
      int level = level(lane, j);
      sum[j] =
          block.kind() == MetaTable.SIGNS
              ? 2 * level - 1
              : table.centroids[id][j] + block.weights()[level];
    }
    return sum;
  }

  /** Returns what an imported token has in the place of scale and factor: a 16-bit float. */
  float importedFactor(int ordinal, int token) {
    Lane lane = lane(ordinal, token);
    return Float.float16ToFloat((short) ((factor(lane) << 8) | scale(lane)));
  }

  /** Returns what this number should be, without rounding. */
  double expectedImportedFactor(int ordinal, int token) {
    MetaTable.Block block = table.blockOf(centroid(ordinal, token));
    return block.kind() == MetaTable.SIGNS
        ? 1
        : Math.min(65_504, 1 / Math.max(length(importedSum(ordinal, token)), 1e-12));
  }

  static double length(double[] vector) {
    double squares = 0;
    for (double x : vector) {
      squares += x * x;
    }
    return Math.sqrt(squares);
  }
}
