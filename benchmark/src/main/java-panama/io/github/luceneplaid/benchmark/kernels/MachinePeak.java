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

import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * The peak of the machine: multiply-adds of floats, and bytes from memory. Multiply-adds use 256
 * bits; processors with two such units reach the same rate with them as with 512 bits.
 *
 * @lucene.internal
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MachinePeak {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_256;
  private static final int LANES = 8;
  private static final int STEPS = 1024;
  private static final int CHAINS = 10;
  private static final int FLOATS = 1 << 26;

  private final float[] memory = new float[FLOATS];
  private final float one = 1;
  private final float small = 0x1p-20f;

  /** Multiply-adds in independent chains. */
  @Benchmark
  @OperationsPerInvocation(STEPS * CHAINS * LANES)
  public FloatVector multiplyAdds() {
    FloatVector a = FloatVector.broadcast(SPECIES, one);
    FloatVector b = FloatVector.broadcast(SPECIES, small);
    FloatVector c0 = a;
    FloatVector c1 = a;
    FloatVector c2 = a;
    FloatVector c3 = a;
    FloatVector c4 = a;
    FloatVector c5 = a;
    FloatVector c6 = a;
    FloatVector c7 = a;
    FloatVector c8 = a;
    FloatVector c9 = a;
    for (int i = 0; i < STEPS; i++) {
      c0 = a.fma(b, c0);
      c1 = a.fma(b, c1);
      c2 = a.fma(b, c2);
      c3 = a.fma(b, c3);
      c4 = a.fma(b, c4);
      c5 = a.fma(b, c5);
      c6 = a.fma(b, c6);
      c7 = a.fma(b, c7);
      c8 = a.fma(b, c8);
      c9 = a.fma(b, c9);
    }
    return c0.add(c1).add(c2).add(c3).add(c4).add(c5).add(c6).add(c7).add(c8).add(c9);
  }

  /** A sum of 256 MB; counts bytes. */
  @Benchmark
  @OperationsPerInvocation(FLOATS * Float.BYTES)
  public float memoryBytes() {
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int step = SPECIES.length();
    for (int i = 0; i < FLOATS; i += 4 * step) {
      s0 = s0.add(FloatVector.fromArray(SPECIES, memory, i));
      s1 = s1.add(FloatVector.fromArray(SPECIES, memory, i + step));
      s2 = s2.add(FloatVector.fromArray(SPECIES, memory, i + 2 * step));
      s3 = s3.add(FloatVector.fromArray(SPECIES, memory, i + 3 * step));
    }
    return s0.add(s1).add(s2).add(s3).lane(0);
  }
}
