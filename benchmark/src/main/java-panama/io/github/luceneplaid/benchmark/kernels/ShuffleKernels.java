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

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Products of query tokens with one bit of each component of a document token, by byte shuffles: 64
 * tokens, 128 dimensions, 20 query tokens. Four components are an index into a table of 16 bytes,
 * one table for each query token and group of four. The search does not use it; it is here to be
 * compared with {@link TileKernels#dotTile} and {@link TileKernels#decodeBlock4}, which it would
 * replace for a first look at a document.
 *
 * @lucene.internal
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ShuffleKernels {
  private static final int DIM = 128;
  private static final int NQ = 20;
  private static final int TOKENS = 64;
  private static final int GROUPS = DIM / 4;

  /** The longest vector; a table is repeated to fill it. */
  private static final int TABLE = 64;

  /** Sums of three bits stay below 256 in all groups together. */
  private static final int MAX_ENTRY = 7;

  private static final int PRODUCTS = NQ * TOKENS * DIM;

  private final byte[] indexes = new byte[GROUPS * TOKENS];
  private final byte[] tables = new byte[NQ * GROUPS * TABLE];
  private final byte[] sums = new byte[NQ * TOKENS];

  /** Fills codes and tables. */
  @Setup
  public void fill() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < indexes.length; i++) {
      indexes[i] = (byte) random.nextInt(16);
    }
    for (int table = 0; table < tables.length; table += TABLE) {
      for (int i = 0; i < 16; i++) {
        tables[table + i] = (byte) random.nextInt(MAX_ENTRY + 1);
      }
      for (int i = 16; i < TABLE; i++) {
        tables[table + i] = tables[table + i - 16];
      }
    }
  }

  /** Vectors of 128 bits. */
  @Benchmark
  @OperationsPerInvocation(PRODUCTS)
  public byte[] signs128() {
    for (int q = 0; q < NQ; q += 4) {
      fourQueryTokens(ByteVector.SPECIES_128, q);
    }
    return sums;
  }

  /** Vectors of 256 bits. */
  @Benchmark
  @OperationsPerInvocation(PRODUCTS)
  public byte[] signs256() {
    for (int q = 0; q < NQ; q += 4) {
      fourQueryTokens(ByteVector.SPECIES_256, q);
    }
    return sums;
  }

  /** Vectors of 512 bits. */
  @Benchmark
  @OperationsPerInvocation(PRODUCTS)
  public byte[] signs512() {
    for (int q = 0; q < NQ; q += 4) {
      fourQueryTokens(ByteVector.SPECIES_512, q);
    }
    return sums;
  }

  /** Four query tokens at once, so that an index is read once for them. */
  private void fourQueryTokens(VectorSpecies<Byte> species, int q) {
    int next = GROUPS * TABLE;
    for (int token = 0; token < TOKENS; token += species.length()) {
      ByteVector s0 = ByteVector.zero(species);
      ByteVector s1 = s0;
      ByteVector s2 = s0;
      ByteVector s3 = s0;
      for (int group = 0; group < GROUPS; group++) {
        ByteVector index = ByteVector.fromArray(species, indexes, group * TOKENS + token);
        int table = (q * GROUPS + group) * TABLE;
        s0 = s0.add(index.selectFrom(ByteVector.fromArray(species, tables, table)));
        s1 = s1.add(index.selectFrom(ByteVector.fromArray(species, tables, table + next)));
        s2 = s2.add(index.selectFrom(ByteVector.fromArray(species, tables, table + 2 * next)));
        s3 = s3.add(index.selectFrom(ByteVector.fromArray(species, tables, table + 3 * next)));
      }
      s0.intoArray(sums, q * TOKENS + token);
      s1.intoArray(sums, (q + 1) * TOKENS + token);
      s2.intoArray(sums, (q + 2) * TOKENS + token);
      s3.intoArray(sums, (q + 3) * TOKENS + token);
    }
  }
}
