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
package io.github.luceneplaid.fsvi.simd;

import java.io.IOException;
import java.util.Arrays;
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

/** Makes sure that memory-mapped files are read in place where they should be. */
public class TestMappedInput extends LuceneTestCase {

  private final VectorKernels kernels = VectorKernels.get();

  private static void write(Directory directory) throws IOException {
    try (IndexOutput out = directory.createOutput("f", IOContext.DEFAULT)) {
      for (int i = 0; i < 256; i++) {
        out.writeInt(Float.floatToIntBits(i));
      }
    }
  }

  private static void assumePanama() {
    assumeFalse("there is no in-place access", VectorKernels.get().name().equals("scalar"));
  }

  private static float sum(int from, int n) {
    float total = 0;
    for (int i = from; i < from + n; i++) {
      total += i;
    }
    return total;
  }

  public void testNotMapped() throws IOException {
    try (Directory directory = new NIOFSDirectory(createTempDir());
        Directory heap = new ByteBuffersDirectory()) {
      for (Directory each : new Directory[] {directory, heap}) {
        write(each);
        try (IndexInput in = each.openInput("f", IOContext.DEFAULT)) {
          assertNull(kernels.mapped(in));
        }
      }
    }
  }

  public void testScalarKernelsWorkOnArrays() throws IOException {
    try (Directory directory = new MMapDirectory(createTempDir())) {
      write(directory);
      try (IndexInput in = directory.openInput("f", IOContext.DEFAULT)) {
        assertNull(new ScalarKernels().mapped(in));
      }
    }
  }

  public void testInPlace() throws IOException {
    assumePanama();
    Directory plain = new MMapDirectory(createTempDir());
    try (Directory directory = new MockDirectoryWrapper(random(), plain)) {
      write(directory);
      try (IndexInput in = directory.openInput("f", IOContext.DEFAULT)) {
        MappedInput mapped = kernels.mapped(in.slice("slice", 4, 1020));
        QueryMatrix query = kernels.prepare(ones(17), 1, 17);
        float[] max = {-1};
        assertTrue(query.maxSim(mapped, 0, 3, max));
        assertEquals(sum(1 + 34, 17), max[0], 0f);
        max[0] = -1;
        assertTrue(query.maxSim(mapped, 1020 - 68, 1, max));
        assertEquals(sum(256 - 17, 17), max[0], 0f);
        max[0] = -1;
        assertTrue(query.maxSim(mapped, 1020, 0, max));
        assertEquals(-1, max[0], 0f);

        short[] shorts = new short[5];
        assertTrue(mapped.readShorts(0, shorts, 1, 4));
        assertArrayEquals(new short[] {0, 0, 0x3F80, 0, 0x4000}, shorts);

        expectThrows(IndexOutOfBoundsException.class, () -> query.maxSim(mapped, 953, 1, max));
        expectThrows(IndexOutOfBoundsException.class, () -> query.maxSim(mapped, -1, 1, max));
        expectThrows(
            IndexOutOfBoundsException.class, () -> query.maxSim(mapped, 0, 1, new float[0]));
        expectThrows(IndexOutOfBoundsException.class, () -> mapped.readShorts(1020, shorts, 0, 1));
        expectThrows(IndexOutOfBoundsException.class, () -> mapped.readShorts(0, shorts, 2, 4));
      }
    }
  }

  public void testBordersOfPieces() throws IOException {
    assumePanama();
    try (Directory directory = new MMapDirectory(createTempDir(), 64)) {
      write(directory);
      try (IndexInput in = directory.openInput("f", IOContext.DEFAULT)) {
        MappedInput mapped = kernels.mapped(in);
        QueryMatrix query = kernels.prepare(ones(5), 1, 5);
        float[] max = {-1};
        assertTrue(query.maxSim(mapped, 64, 3, max));
        assertEquals(sum(16 + 10, 5), max[0], 0f);
        max[0] = -1;
        assertFalse(query.maxSim(mapped, 64 + 48, 1, max));
        assertEquals(-1, max[0], 0f);
        assertFalse(mapped.readShorts(62, new short[2], 0, 2));
        assertTrue(mapped.readShorts(62, new short[1], 0, 1));
      }
    }
  }

  public void testClosed() throws IOException {
    assumePanama();
    try (Directory directory = new MMapDirectory(createTempDir())) {
      write(directory);
      IndexInput in = directory.openInput("f", IOContext.DEFAULT);
      MappedInput mapped = kernels.mapped(in);
      in.close();
      QueryMatrix query = kernels.prepare(ones(5), 1, 5);
      expectThrows(AlreadyClosedException.class, () -> query.maxSim(mapped, 0, 1, new float[1]));
      expectThrows(AlreadyClosedException.class, () -> mapped.readShorts(0, new short[1], 0, 1));
    }
  }

  private static float[] ones(int n) {
    float[] ones = new float[n];
    Arrays.fill(ones, 1);
    return ones;
  }
}
