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

package io.github.luceneplaid.plaid.search.request;

import io.github.luceneplaid.fsvi.simd.QueryMatrix;
import io.github.luceneplaid.fsvi.simd.ResidualTables;
import io.github.luceneplaid.fsvi.simd.TileQuery;
import io.github.luceneplaid.fsvi.simd.VectorKernels;
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.codebook.PlaidQuantizer;
import io.github.luceneplaid.plaid.codebook.QueryRounding;
import io.github.luceneplaid.plaid.codebook.ResidualQuantizer;
import io.github.luceneplaid.plaid.codebook.Rotation;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.util.ArrayUtil;

/**
 * The tables that a search computes once for all trained segments: the rotated query, its integers
 * for each width of codes, and its products with the centroids of each codebook.
 */
public final class QueryTables {

  /** Cells are rounded as codes of up to this many bits are. */
  private static final int CELL_BITS = 4;

  /** The most products with a segment's centroids that are held for all query tokens. */
  public static final int MAX_PRODUCTS = 1 << 22;

  /**
   * If more centroids than this are not the regions, candidates are likely to use less than a third
   * of them.
   */
  private static final int MAX_CENTROIDS = 4096;

  /** The computations with a longer query token could overflow. */
  private static final double MAX_LENGTH = 1e15;

  /**
   * The query as integers.
   *
   * @param values [query tokens][dimension]
   * @param tile the values in the layout that tiles are multiplied with; null for cells
   * @param scale the value of one unit of a sum of products, for each query token: for codes, with
   *     a residual of length 1; for cells, with a cell of scale 1
   * @param error the most that rounding can change the similarity of each query token with a code
   *     whose scale · factor is 1; null if it is not needed
   */
  public record Integers(short[] values, TileQuery tile, float[] scale, float[] error) {}

  /**
   * The key of products: the codebooks that have the centroids, and whether the query is rotated.
   */
  public record Centroids(List<Codebook.Id> codebooks, boolean imported) {}

  /**
   * Query tokens that are probed together, and the products that are held for them only.
   *
   * @param tables the tables of all tokens
   * @param first the first token of the block
   * @param matrix the rotated tokens
   * @param products with centroids, by codebooks; products are 0 if time ran out before they were
   *     computed
   */
  public record Block(
      QueryTables tables, int first, QueryMatrix matrix, Map<Centroids, float[]> products) {

    public int count() {
      return matrix.count();
    }

    /**
     * Products of all regions of a segment, brought to length 1, with the query tokens,
     * [regions][stride]. A region is the mean of its tokens. It is the shorter, the farther they
     * are apart, and the nearer to the query token the best of them may be.
     */
    public float[] regionProducts(PlaidSegment segment) throws IOException {
      boolean shared = segment.centroidsAreRegions();
      float[] products =
          shared
              ? centroidProducts(segment, segment.hasImported())
              : products(matrix, segment.regions());
      float[] scaled = shared ? new float[products.length] : products;
      float[] scales = segment.regionScales();
      int stride = matrix.stride();
      for (int region = 0; region < scales.length; region++) {
        float scale = scales[region];
        int row = region * stride;
        for (int i = row; i < row + stride; i++) {
          scaled[i] = products[i] * scale;
        }
      }
      return scaled;
    }

    /**
     * Products of all centroids of a segment, [centroids][stride].
     *
     * @param imported whether to multiply with the original query and not with the rotated one
     */
    public float[] centroidProducts(PlaidSegment segment, boolean imported) throws IOException {
      float[] rows = segment.centroidRows();
      List<Codebook.Id> ids = segment.codebooks().list().stream().map(Codebook::id).toList();
      return products.computeIfAbsent(
          new Centroids(ids, imported),
          key -> products(imported ? tables.unrotated(first, count()) : matrix, rows));
    }

    private float[] products(QueryMatrix query, float[] rows) {
      int dim = query.dimension();
      int all = rows.length / dim;
      float[] out = new float[Math.multiplyExact(all, query.stride())];
      int size = TimeLimit.rows(TimeLimit.PRODUCTS, (long) count() * dim);
      for (int from = 0; from < all && tables.time.isOver() == false; from += size) {
        int n = Math.min(size, all - from);
        query.products(rows, from * dim, n, out, from * query.stride());
      }
      return out;
    }
  }

  private final int count;
  private final int dimension;
  private final float[] rotated;
  private final float[] lengths;
  private final boolean usable;
  private final Map<Integer, Integers> codes = new ConcurrentHashMap<>();
  private final Map<Codebook.Id, Integers> imported = new ConcurrentHashMap<>();
  private final Integers cells;
  private final QueryMatrix matrix;
  private final Block all;

  private final QueryTokens query;
  private final TimeLimit time;
  private volatile QueryMatrix unrotated;

  /**
   * Prepares a query.
   *
   * @param time when it runs out, the tables are incomplete or cannot be used
   */
  public QueryTables(QueryTokens query, TimeLimit time) {
    this.time = time;
    this.count = query.count();
    this.dimension = query.dimension();
    this.query = query;
    this.rotated = query.rows().clone();
    this.usable = dimension <= PlaidSegment.MAX_DIMENSION && isShort(query) && rotate();
    this.lengths = usable ? lengths(rotated, count, dimension) : null;
    this.cells = usable ? ofCells() : null;
    this.matrix = usable ? VectorKernels.get().prepare(rotated, count, dimension) : null;
    this.all = usable ? new Block(this, 0, matrix, new ConcurrentHashMap<>()) : null;
  }

  /** Rotates the query, and returns whether there was time for that. */
  private boolean rotate() {
    Rotation rotation = Rotation.of(dimension);
    int block = TimeLimit.rows(TimeLimit.ELEMENTS, dimension);
    for (int q = 0; q < count; q++) {
      if (q % block == 0 && time.isOver()) {
        return false;
      }
      rotation.rotate(rotated, q * dimension);
    }
    return true;
  }

  /** Whether no query token, times its weight, is too long for anything but exact scores. */
  public static boolean isShort(QueryTokens query) {
    double squares = 0;
    float[] rows = query.rows();
    for (int q = 0; q < query.count(); q++) {
      // A token adds a constant to the score besides its similarity, so a large weight can overflow
      // by itself
      double weight = Math.max(1, query.weight(q));
      squares += weight > 1 ? weight * weight : 0;
      for (int j = q * query.dimension(); j < (q + 1) * query.dimension(); j++) {
        double component = weight * rows[j];
        squares += component * component;
      }
    }
    return squares < MAX_LENGTH * MAX_LENGTH;
  }

  /**
   * False if the query is too long, or its weights too large, or if it has too many dimensions, for
   * anything but exact scores.
   */
  public boolean areUsable() {
    return usable;
  }

  /** The rotated query, [query tokens][dimension]. */
  public float[] rotated() {
    return rotated;
  }

  /** The integers that codes of so many bits are multiplied with. */
  public Integers codes(int bits) {
    return codes.computeIfAbsent(bits, this::quantize);
  }

  private Integers quantize(int bits) {
    short[] values = new short[even(count) * dimension];
    float[] scale = new float[VectorKernels.padded(count)];
    ResidualQuantizer quantizer = new ResidualQuantizer(dimension, bits);
    inBlocks(rotated, values, scale, quantizer::quantizeQuery);
    float[] error = new float[count];
    double unit = ResidualTables.unit(bits) * Math.sqrt(dimension);
    for (int q = 0; q < count && time.wasOver() == false; q++) {
      double rounding = roundingError(values, q * dimension, scale[q] * unit);
      // A product with weights is at most the product of the lengths; sums of floats are rounded,
      // too
      error[q] = (float) (quantizer.maxWeightLength() / unit * (rounding + 1e-5 * lengths[q]));
    }
    return new Integers(values, tile(values), scale, error);
  }

  /**
   * The number of query tokens that kernels multiply with tiles. It is even, so the last token may
   * be all zeros.
   */
  public static int even(int count) {
    return count + count % 2;
  }

  /** Turns some query tokens into integers. */
  private interface Quantization {
    void quantize(float[] rows, int n, short[] values, float[] scale);
  }

  /** Turns all query tokens into integers, some at a time, until time is out. */
  private void inBlocks(float[] rows, short[] values, float[] scale, Quantization quantization) {
    int block = TimeLimit.rows(TimeLimit.ELEMENTS, dimension);
    if (count <= block) {
      quantization.quantize(rows, count, values, scale);
      return;
    }
    for (int from = 0; from < count && time.isOver() == false; from += block) {
      int n = Math.min(block, count - from);
      short[] ints = new short[n * dimension];
      float[] scales = new float[n];
      int at = from * dimension;
      quantization.quantize(Arrays.copyOfRange(rows, at, at + ints.length), n, ints, scales);
      System.arraycopy(ints, 0, values, at, ints.length);
      System.arraycopy(scales, 0, scale, from, n);
    }
  }

  /**
   * The integers that imported codes are multiplied with. They come from the query without
   * rotation.
   */
  public Integers codes(Codebook codebook) {
    return imported.computeIfAbsent(codebook.id(), id -> quantize(codebook.buckets()));
  }

  private Integers quantize(PlaidQuantizer buckets) {
    short[] values = new short[even(count) * dimension];
    float[] scale = new float[VectorKernels.padded(count)];
    double longest = buckets.largestRounded() * Math.sqrt(dimension);
    double unit = buckets.roundedUnit();
    inBlocks(
        query.rows(),
        values,
        scale,
        (rows, n, ints, scales) ->
            QueryRounding.round(rows, n, dimension, longest, unit, ints, scales));
    // Exact scores do not use the similarities that these integers give
    return new Integers(values, tile(values), scale, null);
  }

  private TileQuery tile(short[] values) {
    return VectorKernels.get().tileQuery(values, even(count), dimension);
  }

  /** The length of the rounding error of a query token. */
  private double roundingError(short[] values, int offset, double unit) {
    double squares = 0;
    for (int j = offset; j < offset + dimension; j++) {
      double error = rotated[j] - values[j] * unit;
      squares += error * error;
    }
    return Math.sqrt(squares);
  }

  private static float[] lengths(float[] rows, int n, int dimension) {
    float[] lengths = new float[n];
    for (int i = 0; i < n; i++) {
      int offset = i * dimension;
      lengths[i] =
          (float) Math.sqrt(VectorKernels.get().dot(rows, offset, rows, offset, dimension));
    }
    return lengths;
  }

  /** Length of a query token. */
  public float length(int q) {
    return lengths[q];
  }

  /** The integers that cells are multiplied with. */
  public Integers cells() {
    return cells;
  }

  private Integers ofCells() {
    Integers codes = codes(CELL_BITS);
    float[] scale = codes.scale().clone();
    for (int q = 0; q < count; q++) {
      scale[q] *= (float) (ResidualTables.unit(CELL_BITS) * Math.sqrt(dimension));
    }
    return new Integers(codes.values(), null, scale, codes.error());
  }

  /** The query as it was given, in the layout of the kernels. */
  public QueryMatrix unrotated() {
    QueryMatrix prepared = unrotated;
    if (prepared == null) {
      prepared = VectorKernels.get().prepare(query.rows(), count, dimension);
      unrotated = prepared;
    }
    return prepared;
  }

  /** Query tokens as they were given, in the layout of the kernels. */
  private QueryMatrix unrotated(int first, int n) {
    return n == count ? unrotated() : prepare(query.rows(), first, n);
  }

  private QueryMatrix prepare(float[] rows, int first, int n) {
    float[] part = ArrayUtil.copyOfSubArray(rows, first * dimension, (first + n) * dimension);
    return VectorKernels.get().prepare(part, n, dimension);
  }

  /** The rotated query, in the layout of the kernels. */
  public QueryMatrix matrix() {
    return matrix;
  }

  /**
   * A block of consecutive query tokens. The products of the block of all tokens are kept until the
   * search ends.
   *
   * @param n how many
   */
  public Block block(int first, int n) {
    if (n == count) {
      return all;
    }
    QueryMatrix part = prepare(rotated, first, n);
    return new Block(this, first, part, new ConcurrentHashMap<>());
  }

  /**
   * Whether the products of all centroids of a segment are few enough to be computed in advance,
   * once for all threads.
   *
   * @param stride elements of the products of a centroid
   */
  public static boolean areFew(PlaidSegment segment, int stride) throws IOException {
    int most = segment.centroidsAreRegions() ? Integer.MAX_VALUE : MAX_CENTROIDS;
    int centroids = segment.centroidRows().length / segment.dimension();
    return centroids <= most && (long) centroids * stride <= MAX_PRODUCTS;
  }

  /**
   * Products of all centroids of a segment with all query tokens, [centroids][stride]. Null if they
   * are too many to be computed in advance, or if time ran out.
   *
   * @param imported whether to return the products for imported codes and not those for the
   *     format's own codes
   */
  public float[] centroidProducts(PlaidSegment segment, boolean imported) throws IOException {
    if (areFew(segment, matrix.stride()) == false) {
      return null;
    }
    float[] products = all.centroidProducts(segment, imported);
    return time.wasOver() ? null : products;
  }
}
