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

import io.github.luceneplaid.fsvi.simd.RowComparison;
import io.github.luceneplaid.fsvi.simd.RowComparison.Measure;
import io.github.luceneplaid.fsvi.simd.VectorKernels;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Dot products of a query with the rows of a slab, one after the other. They lie in the second
 * cache, so this is the speed of a scan that memory does not limit.
 *
 * @lucene.internal
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ComparisonKernels {
  /** The elements of all rows together, whatever their dimension. */
  private static final int ELEMENTS = 49_152;

  /** Elements of a row. */
  @Param({"384", "768"})
  public int dimension;

  private final byte[] floats = new byte[ELEMENTS * Float.BYTES];
  private final byte[] halves = new byte[ELEMENTS * Short.BYTES];
  private final byte[] bytes = new byte[ELEMENTS];
  private int rows;
  private float[] scales;
  private float[] out;
  private RowComparison float32;
  private RowComparison float16;
  private RowComparison int8;
  private RowComparison byteQuery;
  private RowComparison levels;

  /** Fills rows and queries. */
  @Setup
  public void fill() {
    rows = ELEMENTS / dimension;
    scales = new float[rows];
    out = new float[rows];
    SplittableRandom random = new SplittableRandom(1);
    ByteBuffer floatBuffer = ByteBuffer.wrap(floats).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer halfBuffer = ByteBuffer.wrap(halves).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < ELEMENTS; i++) {
      float x = (float) random.nextGaussian() / 20;
      floatBuffer.putFloat(x);
      halfBuffer.putShort(Float.floatToFloat16(x));
    }
    random.nextBytes(bytes);
    float[] query = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      query[i] = (float) random.nextGaussian() / 20;
    }
    byte[] bytesOfQuery = new byte[dimension];
    random.nextBytes(bytesOfQuery);
    VectorKernels kernels = VectorKernels.get();
    float32 = kernels.compareFloat32(Measure.DOT, query);
    float16 = kernels.compareFloat16(Measure.DOT, query);
    int8 = kernels.compareInt8(Measure.DOT, query);
    byteQuery = kernels.compareBytes(Measure.DOT, bytesOfQuery);
    for (int i = 0; i < dimension; i++) {
      bytesOfQuery[i] = (byte) (bytesOfQuery[i] / 2);
    }
    levels = kernels.compareLevels(bytesOfQuery);
  }

  /** Rows of floats. */
  @Benchmark
  @OperationsPerInvocation(ELEMENTS)
  public float[] float32() {
    float32.compare(floats, dimension * Float.BYTES, rows, scales, out, 0);
    return out;
  }

  /** Rows of half floats. */
  @Benchmark
  @OperationsPerInvocation(ELEMENTS)
  public float[] float16() {
    float16.compare(halves, dimension * Short.BYTES, rows, scales, out, 0);
    return out;
  }

  /** Rows of signed bytes that stand for floats. */
  @Benchmark
  @OperationsPerInvocation(ELEMENTS)
  public float[] int8() {
    int8.compare(bytes, dimension, rows, scales, out, 0);
    return out;
  }

  /** Rows of signed bytes, and a query of them. */
  @Benchmark
  @OperationsPerInvocation(ELEMENTS)
  public float[] bytes() {
    byteQuery.compare(bytes, dimension, rows, scales, out, 0);
    return out;
  }

  /** Rows of signed bytes, and a query of small integers. */
  @Benchmark
  @OperationsPerInvocation(ELEMENTS)
  public float[] levels() {
    levels.compare(bytes, dimension, rows, scales, out, 0);
    return out;
  }
}
