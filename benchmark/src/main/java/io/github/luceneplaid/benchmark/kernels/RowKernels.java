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
package io.github.luceneplaid.benchmark.kernels;

import io.github.luceneplaid.fsvi.simd.QueryMatrix;
import io.github.luceneplaid.fsvi.simd.VectorKernels;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Kernels on rows of floats: 128 dimensions, 20 query tokens, 1,024 centroids or a document of 72
 * tokens.
 *
 * @lucene.internal
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RowKernels {
  private static final int DIM = 128;
  private static final int NQ = 20;
  private static final int CENTROIDS = 1024;
  private static final int TOKENS = 72;

  private final VectorKernels kernels = VectorKernels.get();
  private final float[] queries = new float[NQ * DIM];
  private final float[] rows = new float[CENTROIDS * DIM];
  private final short[] halves = new short[CENTROIDS * DIM];
  private final float[] floats = new float[TOKENS * DIM];
  private final short[] shorts = new short[TOKENS * DIM];
  private final float[] out = new float[CENTROIDS * NQ];
  private final float[] max = new float[NQ];
  private final float[] vector = new float[DIM];
  private final float[] signs = new float[DIM];
  private QueryMatrix prepared;

  /** Fills everything with vectors of about length 1. */
  @Setup
  public void fill() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < queries.length; i++) {
      queries[i] = (float) random.nextGaussian() / 12;
    }
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) random.nextGaussian() / 12;
      halves[i] = Float.floatToFloat16(rows[i]);
    }
    for (int i = 0; i < DIM; i++) {
      vector[i] = rows[i];
      signs[i] = random.nextBoolean() ? 1 : -1;
    }
    prepared = kernels.prepare(queries, NQ, DIM);
  }

  /** One product. */
  @Benchmark
  @OperationsPerInvocation(DIM)
  public float dot() {
    return kernels.dot(queries, 0, rows, 0, DIM);
  }

  /** One product with half floats. */
  @Benchmark
  @OperationsPerInvocation(DIM)
  public float dotFloat16() {
    return kernels.dotFloat16(queries, 0, halves, 0, DIM);
  }

  /** A query with all centroids. */
  @Benchmark
  @OperationsPerInvocation(CENTROIDS * NQ * DIM)
  public float[] matrix() {
    kernels.matrix(queries, NQ, rows, 0, CENTROIDS, DIM, out, 0);
    return out;
  }

  /** The same, prepared. */
  @Benchmark
  @OperationsPerInvocation(CENTROIDS * NQ * DIM)
  public float[] matrixPrepared() {
    prepared.matrix(rows, 0, CENTROIDS, out, 0);
    return out;
  }

  /** A document's exact score. */
  @Benchmark
  @OperationsPerInvocation(TOKENS * NQ * DIM)
  public float[] maxSim() {
    kernels.maxSim(queries, NQ, rows, 0, TOKENS, DIM, max);
    return max;
  }

  /** The same, prepared. */
  @Benchmark
  @OperationsPerInvocation(TOKENS * NQ * DIM)
  public float[] maxSimPrepared() {
    prepared.maxSim(rows, 0, TOKENS, max);
    return max;
  }

  /** A query is made ready. */
  @Benchmark
  @OperationsPerInvocation(NQ * DIM)
  public QueryMatrix prepare() {
    return kernels.prepare(queries, NQ, DIM);
  }

  /** A document's raw tokens. */
  @Benchmark
  @OperationsPerInvocation(TOKENS * DIM)
  public float[] float16ToFloat() {
    kernels.float16ToFloat(halves, 0, floats, 0, TOKENS * DIM);
    return floats;
  }

  /** The other way round. */
  @Benchmark
  @OperationsPerInvocation(TOKENS * DIM)
  public short[] floatToFloat16() {
    kernels.floatToFloat16(rows, 0, shorts, 0, TOKENS * DIM);
    return shorts;
  }

  /** The signs of a rotation. */
  @Benchmark
  @OperationsPerInvocation(DIM)
  public float[] multiply() {
    kernels.multiply(vector, 0, signs, DIM);
    return vector;
  }

  /** The transform of a rotation, without scaling: elements grow, and start again. */
  @Benchmark
  @OperationsPerInvocation(DIM)
  public float[] hadamard() {
    System.arraycopy(rows, 0, vector, 0, DIM);
    kernels.hadamard(vector, 0, DIM);
    return vector;
  }
}
