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
package io.github.luceneplaid.fsvi.slab;

import io.github.luceneplaid.fsvi.simd.VectorKernels;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.store.NIOFSDirectory;
import org.apache.lucene.tests.store.MockDirectoryWrapper;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

public class TestSlab extends LuceneTestCase {

  /** Makes numbers that the encoding can represent exactly. */
  private static float[] randomRows(int rows, int dim, SlabEncoding encoding) {
    float[] values = new float[rows * dim];
    for (int i = 0; i < values.length; i++) {
      float value = random().nextFloat() * 2 - 1;
      values[i] =
          switch (encoding) {
            case FLOAT32 -> value;
            case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16(value));
            case INT8 -> Math.round(value * 127);
          };
    }
    return values;
  }

  private static void assertRoundTrip(Directory directory) throws IOException {
    for (SlabEncoding encoding : SlabEncoding.values()) {
      for (int dim : new int[] {1, 3, 8, 16, 48, 100, 128, 129, 5000}) {
        assertRoundTrip(directory, encoding, dim, TestUtil.nextInt(random(), 1, 150));
      }
    }
  }

  private static void assertRoundTrip(Directory directory, SlabEncoding encoding, int dim, int rows)
      throws IOException {
    float[] values = randomRows(rows, dim, encoding);
    byte[] garbage = new byte[random().nextInt(100)];
    String name = encoding + "_" + dim;
    long offset;
    try (IndexOutput out = directory.createOutput(name, IOContext.DEFAULT)) {
      out.writeBytes(garbage, garbage.length);
      SlabWriter writer = new SlabWriter(out, encoding, dim);
      offset = writer.offset();
      for (int row = 0; row < rows; ) {
        int n = TestUtil.nextInt(random(), 0, rows - row);
        writer.append(values, row * dim, n);
        row += n;
        assertEquals(row, writer.rows());
      }
      out.writeBytes(garbage, garbage.length);
    }
    assertEquals(0, offset % 64);
    try (IndexInput file = directory.openInput(name, IOContext.DEFAULT)) {
      assertEquals(offset + (long) rows * dim * encoding.bytes() + garbage.length, file.length());
      assertRows(Slab.open(file, offset, rows, dim, encoding), values, rows, dim);
      // As in a compound file of an old index, whose entries are not aligned
      long odd = offset - Math.min(offset, random().nextInt(7));
      IndexInput slice = file.slice("slice", odd, file.length() - odd);
      Slab slab = Slab.open(slice, offset - odd, rows, dim, encoding);
      assertRows(slab, values, rows, dim);
      assertRows(slab.copy(), values, rows, dim);
    }
  }

  private static void assertRows(Slab slab, float[] values, int rows, int dim) throws IOException {
    assertEquals(rows, slab.rows());
    assertEquals(dim, slab.dimension());
    float[] all = new float[2 + rows * dim];
    slab.readRows(0, rows, all, 2);
    assertArrayEquals(values, Arrays.copyOfRange(all, 2, all.length), 0f);
    for (int i = 0; i < 5; i++) {
      int from = random().nextInt(rows);
      int n = random().nextInt(rows - from + 1);
      float[] some = new float[n * dim];
      slab.readRows(from, n, some, 0);
      assertArrayEquals(Arrays.copyOfRange(values, from * dim, (from + n) * dim), some, 0f);
      assertMaxSim(slab, TestUtil.nextInt(random(), 1, 12), from, n, values, dim);
    }
    assertMaxSim(slab, TestUtil.nextInt(random(), 1, 40), 0, rows, values, dim);
  }

  private static void assertMaxSim(Slab slab, int nq, int from, int n, float[] values, int dim)
      throws IOException {
    float[] queries = randomRows(nq, dim, SlabEncoding.FLOAT32);
    float[] max = new float[nq];
    Arrays.fill(max, -0.25f);
    if (random().nextBoolean()) {
      slab.maxSim(queries, nq, from, n, max);
    } else {
      slab.maxSim(VectorKernels.get().prepare(queries, nq, dim), from, n, max);
    }
    for (int q = 0; q < nq; q++) {
      double expected = -0.25;
      double bound = 0;
      for (int row = from; row < from + n; row++) {
        double product = 0;
        double magnitude = 0;
        for (int j = 0; j < dim; j++) {
          double term = (double) queries[q * dim + j] * values[row * dim + j];
          product += term;
          magnitude += Math.abs(term);
        }
        expected = Math.max(expected, product);
        bound = Math.max(bound, dim * 0x1p-23 * magnitude);
      }
      assertEquals(expected, max[q], bound);
    }
  }

  public void testAnyDirectory() throws IOException {
    try (Directory directory = newDirectory()) {
      assertRoundTrip(directory);
    }
  }

  public void testMemoryMapped() throws IOException {
    try (Directory directory =
        new MockDirectoryWrapper(random(), new MMapDirectory(createTempDir()))) {
      assertRoundTrip(directory);
    }
  }

  /** Rows may lie in two pieces of a mapped file. */
  public void testMemoryMappedInSmallPieces() throws IOException {
    for (int pieceBytes : new int[] {64, 128, 1024}) {
      try (Directory directory = new MMapDirectory(createTempDir(), pieceBytes)) {
        assertRoundTrip(directory, SlabEncoding.FLOAT32, 24, 40);
        assertRoundTrip(directory, SlabEncoding.FLOAT16, 24, 40);
        assertRoundTrip(directory, SlabEncoding.INT8, 24, 40);
        assertRoundTrip(directory, SlabEncoding.FLOAT32, 5, 101);
        assertRoundTrip(directory, SlabEncoding.FLOAT16, 5, 101);
      }
    }
  }

  public void testNIOFS() throws IOException {
    try (Directory directory = new NIOFSDirectory(createTempDir())) {
      assertRoundTrip(directory);
    }
  }

  public void testByteBuffers() throws IOException {
    try (Directory directory = new ByteBuffersDirectory()) {
      assertRoundTrip(directory);
    }
  }

  public void testBytes() throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexOutput out = directory.createOutput("f", IOContext.DEFAULT)) {
        new SlabWriter(out, SlabEncoding.FLOAT32, 2).append(new float[] {1, -2}, 0, 1);
        new SlabWriter(out, SlabEncoding.FLOAT16, 2).append(new float[] {1, -2}, 0, 1);
        // Ties are rounded to even integers
        new SlabWriter(out, SlabEncoding.INT8, 5)
            .append(new float[] {-128.5f, 127.49f, 0.5f, 1.5f, -0.6f}, 0, 1);
      }
      try (IndexInput in = directory.openInput("f", IOContext.DEFAULT)) {
        byte[] bytes = new byte[133];
        assertEquals(bytes.length, in.length());
        in.readBytes(bytes, 0, bytes.length);
        byte[] expected = new byte[133];
        expected[2] = (byte) 0x80;
        expected[3] = 0x3F;
        expected[7] = (byte) 0xC0;
        expected[65] = 0x3C;
        expected[67] = (byte) 0xC0;
        expected[128] = -128;
        expected[129] = 127;
        expected[131] = 2;
        expected[132] = -1;
        assertArrayEquals(expected, bytes);
      }
    }
  }

  public void testRawBytes() throws IOException {
    try (Directory directory = newDirectory()) {
      for (SlabEncoding encoding : SlabEncoding.values()) {
        float[] values = randomRows(20, 7, encoding);
        try (IndexOutput out = directory.createOutput("a" + encoding, IOContext.DEFAULT)) {
          new SlabWriter(out, encoding, 7).append(values, 0, 20);
        }
        byte[] bytes = new byte[1 + 12 * 7 * encoding.bytes()];
        try (IndexInput in = directory.openInput("a" + encoding, IOContext.DEFAULT)) {
          Slab.open(in, 0, 20, 7, encoding).readRawBytes(3, 12, bytes, 1);
        }
        try (IndexOutput out = directory.createOutput("b" + encoding, IOContext.DEFAULT)) {
          SlabWriter writer = new SlabWriter(out, encoding, 7);
          writer.appendRawBytes(bytes, 1, 12);
          assertEquals(12, writer.rows());
        }
        try (IndexInput in = directory.openInput("b" + encoding, IOContext.DEFAULT)) {
          float[] copied = new float[12 * 7];
          Slab.open(in, 0, 12, 7, encoding).readRows(0, 12, copied, 0);
          assertArrayEquals(Arrays.copyOfRange(values, 3 * 7, 15 * 7), copied, 0f);
        }
      }
    }
  }

  public void testFloat32KeepsAllBits() throws IOException {
    float[] values = {Float.NaN, Float.POSITIVE_INFINITY, -0f, Float.MIN_VALUE, -Float.MAX_VALUE};
    try (Directory directory = newDirectory()) {
      try (IndexOutput out = directory.createOutput("f", IOContext.DEFAULT)) {
        new SlabWriter(out, SlabEncoding.FLOAT32, 5).append(values, 0, 1);
      }
      try (IndexInput in = directory.openInput("f", IOContext.DEFAULT)) {
        float[] read = new float[5];
        Slab.open(in, 0, 1, 5, SlabEncoding.FLOAT32).readRows(0, 1, read, 0);
        for (int i = 0; i < 5; i++) {
          assertEquals(Float.floatToIntBits(values[i]), Float.floatToIntBits(read[i]));
        }
      }
    }
  }

  private static void assertRefused(SlabEncoding encoding, float... wrong) throws IOException {
    try (Directory directory = new ByteBuffersDirectory();
        IndexOutput out = directory.createOutput("f", IOContext.DEFAULT)) {
      SlabWriter writer = new SlabWriter(out, encoding, 3);
      for (float value : wrong) {
        // Far from the start: a writer that checks row by row would have written some rows
        float[] values = new float[3 * 2000];
        values[3 * 1999 + 1] = value;
        IllegalArgumentException e =
            expectThrows(IllegalArgumentException.class, () -> writer.append(values, 0, 2000));
        assertTrue(e.getMessage(), e.getMessage().contains("row 1999, element 1: " + value));
        assertEquals(0, writer.rows());
        assertEquals(writer.offset(), out.getFilePointer());
      }
    }
  }

  public void testFloat16RefusesWhatItCannotHold() throws IOException {
    assertRefused(
        SlabEncoding.FLOAT16,
        65520f,
        -65520f,
        1e30f,
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY);
    try (Directory directory = new ByteBuffersDirectory();
        IndexOutput out = directory.createOutput("f", IOContext.DEFAULT)) {
      SlabWriter writer = new SlabWriter(out, SlabEncoding.FLOAT16, 2);
      writer.append(new float[] {Math.nextDown(65520f), -Math.nextDown(65520f)}, 0, 1);
      assertEquals(1, writer.rows());
    }
  }

  public void testInt8RefusesWhatItCannotHold() throws IOException {
    assertRefused(
        SlabEncoding.INT8, 127.5f, 128f, -129f, Float.NaN, Float.POSITIVE_INFINITY, 1e30f);
  }

  public void testRanges() throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexOutput out = directory.createOutput("f", IOContext.DEFAULT)) {
        new SlabWriter(out, SlabEncoding.FLOAT16, 4).append(new float[40], 0, 10);
      }
      try (IndexInput in = directory.openInput("f", IOContext.DEFAULT)) {
        Slab slab = Slab.open(in, 0, 10, 4, SlabEncoding.FLOAT16);
        float[] floats = new float[40];
        byte[] bytes = new byte[80];
        float[] max = new float[1];
        slab.readRows(10, 0, floats, 40);
        slab.maxSim(floats, 1, 10, 0, max);
        for (long row : new long[] {-1, 6, 10, Long.MAX_VALUE / 2}) {
          expectThrows(IndexOutOfBoundsException.class, () -> slab.readRows(row, 5, floats, 0));
          expectThrows(IndexOutOfBoundsException.class, () -> slab.readRawBytes(row, 5, bytes, 0));
          expectThrows(IndexOutOfBoundsException.class, () -> slab.maxSim(floats, 1, row, 5, max));
        }
        expectThrows(
            IllegalArgumentException.class,
            () -> slab.maxSim(VectorKernels.get().prepare(floats, 1, 5), 0, 1, max));
        expectThrows(IndexOutOfBoundsException.class, () -> slab.readRows(0, 10, floats, 1));
        expectThrows(IndexOutOfBoundsException.class, () -> slab.readRows(0, -1, floats, 0));
        expectThrows(IndexOutOfBoundsException.class, () -> slab.readRawBytes(0, 10, bytes, 1));
      }
    }
  }

  public void testOpenChecks() throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexOutput out = directory.createOutput("f", IOContext.DEFAULT)) {
        out.writeBytes(new byte[128], 128);
      }
      try (IndexInput in = directory.openInput("f", IOContext.DEFAULT)) {
        Slab.open(in, 64, 16, 4, SlabEncoding.INT8);
        Slab.open(in, 128, 0, 4, SlabEncoding.INT8);
        expectThrows(
            CorruptIndexException.class, () -> Slab.open(in, 64, 17, 4, SlabEncoding.INT8));
        expectThrows(
            CorruptIndexException.class, () -> Slab.open(in, 129, 0, 4, SlabEncoding.INT8));
        expectThrows(
            CorruptIndexException.class,
            () -> Slab.open(in, 64, Long.MAX_VALUE, Integer.MAX_VALUE, SlabEncoding.FLOAT32));
        expectThrows(
            IllegalArgumentException.class, () -> Slab.open(in, -1, 1, 4, SlabEncoding.INT8));
        expectThrows(
            IllegalArgumentException.class, () -> Slab.open(in, 0, -1, 4, SlabEncoding.INT8));
        expectThrows(
            IllegalArgumentException.class, () -> Slab.open(in, 0, 1, 0, SlabEncoding.INT8));
      }
      try (IndexOutput out = directory.createOutput("g", IOContext.DEFAULT)) {
        expectThrows(
            IllegalArgumentException.class, () -> new SlabWriter(out, SlabEncoding.INT8, 0));
      }
    }
  }

  public void testClosedInput() throws IOException {
    try (Directory directory = new MMapDirectory(createTempDir())) {
      try (IndexOutput out = directory.createOutput("f", IOContext.DEFAULT)) {
        new SlabWriter(out, SlabEncoding.FLOAT32, 40).append(new float[400], 0, 10);
        new SlabWriter(out, SlabEncoding.FLOAT16, 40).append(new float[400], 0, 10);
      }
      IndexInput in = directory.openInput("f", IOContext.DEFAULT);
      Slab floats = Slab.open(in, 0, 10, 40, SlabEncoding.FLOAT32);
      Slab shorts = Slab.open(in, 1600, 10, 40, SlabEncoding.FLOAT16);
      float[] queries = new float[80];
      floats.maxSim(queries, 2, 0, 10, new float[2]);
      shorts.maxSim(queries, 2, 0, 10, new float[2]);
      in.close();
      for (Slab slab : new Slab[] {floats, shorts}) {
        expectThrows(
            AlreadyClosedException.class, () -> slab.maxSim(queries, 2, 0, 10, new float[2]));
        expectThrows(AlreadyClosedException.class, () -> slab.readRows(0, 10, new float[400], 0));
      }
    }
  }

  /** Copies can be read independently, each in its own thread. */
  public void testCopies() throws Exception {
    try (Directory directory = newDirectory()) {
      float[] values = randomRows(200, 17, SlabEncoding.FLOAT16);
      try (IndexOutput out = directory.createOutput("f", IOContext.DEFAULT)) {
        new SlabWriter(out, SlabEncoding.FLOAT16, 17).append(values, 0, 200);
      }
      try (IndexInput in = directory.openInput("f", IOContext.DEFAULT)) {
        Slab slab = Slab.open(in, 0, 200, 17, SlabEncoding.FLOAT16);
        boolean[] equal = new boolean[3];
        Thread[] threads = new Thread[3];
        for (int t = 0; t < threads.length; t++) {
          int thread = t;
          Slab copy = slab.copy();
          threads[t] =
              new Thread(
                  () -> {
                    float[] read = new float[values.length];
                    try {
                      for (int row = 0; row < 200; row++) {
                        copy.readRows(row, 1, read, row * 17);
                      }
                      equal[thread] = Arrays.equals(values, read);
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
        }
        for (Thread thread : threads) {
          thread.start();
        }
        for (Thread thread : threads) {
          thread.join(TimeUnit.MINUTES.toMillis(5));
          assertFalse(thread.isAlive());
        }
        assertArrayEquals(new boolean[] {true, true, true}, equal);
      }
    }
  }

  public void testWireNumbers() {
    assertEquals(1, SlabEncoding.FLOAT32.wireNumber());
    assertEquals(2, SlabEncoding.FLOAT16.wireNumber());
    assertEquals(3, SlabEncoding.INT8.wireNumber());
    for (SlabEncoding encoding : SlabEncoding.values()) {
      assertSame(encoding, SlabEncoding.fromWireNumber(encoding.wireNumber()));
    }
    for (int number : new int[] {-1, 0, 4, 255}) {
      expectThrows(IllegalArgumentException.class, () -> SlabEncoding.fromWireNumber(number));
    }
  }
}
