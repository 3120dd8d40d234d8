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
package io.github.luceneplaid.fsvi.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Copies of vectors from one kind of file to another and back are equal. */
public class TestVectorRows extends VectorFilesTestCase {

  private enum Kind {
    NPY,
    MMAP,
    FSVI,
    MVEC;

    boolean hasIds() {
      return this == FSVI || this == MVEC;
    }

    VectorRowsWriter writer(Path path, int dimension) throws IOException {
      return switch (this) {
        case NPY -> new NpyWriter(path, ElementType.FLOAT32, dimension);
        case MMAP -> new MmapArrayWriter(path, ElementType.FLOAT32, dimension);
        case FSVI -> new FsviFileWriter(path, "e", "r", ElementType.FLOAT32, dimension);
        case MVEC -> new MvecFileWriter(path, MvecFile.Metric.COSINE, dimension);
      };
    }

    VectorRows open(Path path) throws IOException {
      return switch (this) {
        case NPY -> NpyFile.open(path).vectors();
        case MMAP -> MmapArray.open(path, MmapArray.Mode.READ_ONLY).vectors();
        case FSVI -> FsviFile.open(path);
        case MVEC -> MvecFile.open(path);
      };
    }
  }

  private static Map<String, List<Float>> content(VectorRows rows) throws IOException {
    Map<String, List<Float>> result = new TreeMap<>();
    float[] vector = new float[rows.dimension()];
    for (long row = 0; row < rows.rows(); row++) {
      rows.read(row, vector);
      List<Float> elements = new ArrayList<>();
      for (float element : vector) {
        elements.add(element);
      }
      result.put(rows.id(row), elements);
    }
    return result;
  }

  public void testFromFileToFile() throws IOException {
    Path folder = createTempDir();
    int dimension = 64 + random().nextInt(10);
    Kind kind = Kind.NPY;
    Path path = folder.resolve("0");
    try (VectorRowsWriter writer = kind.writer(path, dimension)) {
      for (int i = 0; i < 50; i++) {
        float[] vector = new float[dimension];
        for (int j = 0; j < dimension; j++) {
          vector[j] = random().nextFloat();
        }
        writer.add(null, vector);
      }
      writer.finish();
    }
    for (int step = 1; step < 10; step++) {
      Kind nextKind = Kind.values()[random().nextInt(4)];
      Path next = folder.resolve(Integer.toString(step));
      try (VectorRows rows = kind.open(path);
          VectorRowsWriter writer = nextKind.writer(next, dimension)) {
        assertEquals(50, rows.copyTo(writer));
        writer.finish();
        try (VectorRows copy = nextKind.open(next)) {
          assertEquals(dimension, copy.dimension());
          if (nextKind.hasIds()) {
            assertEquals(content(rows), content(copy));
          } else {
            assertRowsInOrder(rows, copy);
          }
        }
      }
      kind = nextKind;
      path = next;
    }
  }

  private static void assertRowsInOrder(VectorRows expected, VectorRows found) throws IOException {
    assertEquals(expected.rows(), found.rows());
    float[] expectedVector = new float[expected.dimension()];
    float[] vector = new float[expected.dimension()];
    for (long row = 0; row < expected.rows(); row++) {
      expected.read(row, expectedVector);
      found.read(row, vector);
      assertArrayEquals(expectedVector, vector, 0);
      assertEquals(Long.toString(row), found.id(row));
    }
  }

  public void testGoldenMatrix() throws IOException {
    try (NpyFile file = NpyFile.open(resource("npy/v1-f4-2d-fortran.npy"));
        VectorRows rows = file.vectors()) {
      float[] row = new float[rows.dimension()];
      rows.read(2, row);
      for (int i = 0; i < row.length; i++) {
        assertEquals(file.floatAt(2L * row.length + i), row[i], 0);
      }
      assertEquals("2", rows.id(2));
      assertFalse(rows.isDeleted(2));
      expectThrows(IndexOutOfBoundsException.class, () -> rows.id(6));
      expectThrows(IndexOutOfBoundsException.class, () -> rows.read(6, row));
    }
  }

  public void testArraysThatAreNoMatrix() throws IOException {
    for (String name : new String[] {"v1-f4-1d", "v1-f4-3d", "v1-u1-2d", "v1-i8-1d"}) {
      Path path = resource("npy/" + name + ".npy");
      try (NpyFile file = NpyFile.open(path)) {
        VectorFileException e = expectThrows(VectorFileException.class, file::vectors);
        assertNames(e, path);
        assertTrue(e.getMessage(), e.getMessage().contains(Arrays.toString(file.shape())));
      }
    }
  }

  /** A 64-bit float that would become 0 or infinite is refused. One that is rounded is not. */
  public void testDoublesOutOfRange() throws IOException {
    double infinite = Double.POSITIVE_INFINITY;
    for (double odd : new double[] {1e-50, -1e-50, Double.MIN_VALUE, 1e39, -1e300}) {
      double[] doubles = {0.1, -0.0, Float.MIN_VALUE, infinite, Double.NaN, odd};
      String expected = Math.abs(odd) < 1 ? "0 or at least 1.4E-45, " : "at most 3.4028235E38, ";
      Path matrix = createTempDir().resolve("a.npy");
      write(matrix, doubles, 2);
      try (VectorRows rows = NpyFile.open(matrix).vectors()) {
        assertArrayEquals(new float[] {0.1f, -0.0f}, rows.read(0, 1)[0], 0);
        float[] smallest = {Float.MIN_VALUE, Float.POSITIVE_INFINITY};
        assertArrayEquals(smallest, rows.read(1, 1)[0], 0);
        VectorFileException e = refused(() -> rows.read(2, new float[2]));
        assertNames(e, matrix);
        assertEquals("row 2, component 1", e.field());
        assertEquals(128 + 5 * Double.BYTES, e.offset());
        assertEquals(Double.toString(odd), e.found());
        assertTrue(e.expected(), e.expected().startsWith(expected));
      }
      write(matrix, doubles, 3, 2);
      try (NpyFile array = NpyFile.open(matrix)) {
        float[] floats = new float[7];
        array.readCheckedFloats(0, floats, 1, 5);
        assertArrayEquals(new float[] {0, 0.1f}, Arrays.copyOf(floats, 2), 0);
        VectorFileException e = refused(() -> array.readCheckedFloats(1, floats, 2, 5));
        assertEquals("element [0, 2, 1]", e.field());
        assertEquals(Double.toString(odd), e.found());
      }
    }
  }

  private static void write(Path file, double[] doubles, int... rowShape) throws IOException {
    try (NpyWriter writer = new NpyWriter(file, ElementType.FLOAT64, rowShape)) {
      writer.writeDoubles(doubles, 0, doubles.length);
      writer.finish();
    }
  }

  private static VectorFileException refused(ThrowingRunnable read) {
    return (VectorFileException) expectThrows(UncheckedIOException.class, read).getCause();
  }

  /** The dimension of a file without rows takes no memory. */
  public void testNoRows() throws IOException {
    Path path = createTempDir().resolve("a.fsvi");
    int dimension = Integer.MAX_VALUE;
    try (VectorRowsWriter writer =
        new FsviFileWriter(path, "e", "", ElementType.FLOAT16, dimension)) {
      expectThrows(IllegalArgumentException.class, () -> writer.add("a", new float[1]));
      writer.finish();
    }
    Path copy = path.resolveSibling("copy.npy");
    try (VectorRows rows = FsviFile.open(path);
        VectorRowsWriter writer = new NpyWriter(copy, ElementType.FLOAT16, dimension)) {
      assertEquals(dimension, rows.dimension());
      assertEquals(0, rows.copyTo(writer));
      writer.finish();
    }
    try (VectorRows rows = NpyFile.open(copy).vectors()) {
      assertEquals(0, rows.rows());
      assertEquals(dimension, rows.dimension());
    }
  }
}
