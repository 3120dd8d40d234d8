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

import io.github.luceneplaid.fsvi.simd.RowComparison.Measure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Both twins against sums in double precision, of arrays and of mapped files. */
public class TestRowComparison extends LuceneTestCase {

  private static final int[] DIMENSIONS = {
    1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 96, 100, 127, 128, 300, 768,
    1025
  };

  private enum Kind {
    FLOATS(4),
    HALVES(2),
    SCALED_BYTES(1),
    BYTES(1),
    LEVELS(1);

    private final int elementBytes;

    Kind(int elementBytes) {
      this.elementBytes = elementBytes;
    }

    Measure[] measures() {
      return this == LEVELS ? new Measure[] {Measure.DOT} : Measure.values();
    }

    boolean isExact() {
      return this == BYTES || this == LEVELS;
    }
  }

  /** Rows of one form, with some bytes after each, and their numbers. */
  private record Rows(Kind kind, int dim, int rowBytes, byte[] bytes, float[] scales) {

    static Rows make(Kind kind, int dim, int n, boolean extreme) {
      int rowBytes = dim * kind.elementBytes + random().nextInt(3) * 5;
      ByteBuffer buffer = ByteBuffer.allocate(rowBytes * n).order(ByteOrder.LITTLE_ENDIAN);
      float[] scales = new float[n];
      for (int r = 0; r < n; r++) {
        scales[r] = random().nextFloat();
        for (int i = 0; i < dim; i++) {
          int at = r * rowBytes + i * kind.elementBytes;
          switch (kind) {
            case FLOATS -> buffer.putFloat(at, (float) random().nextGaussian());
            case HALVES -> buffer.putShort(at, extreme ? anyHalf() : half());
            case LEVELS -> buffer.put(at, (byte) (extreme ? -127 : random().nextInt(-127, 128)));
            default -> buffer.put(at, (byte) (extreme ? -128 : random().nextInt()));
          }
        }
      }
      return new Rows(kind, dim, rowBytes, buffer.array(), scales);
    }

    private static short half() {
      return Float.floatToFloat16((float) random().nextGaussian());
    }

    /** Any finite one, with subnormal ones and the largest. */
    private static short anyHalf() {
      short half = (short) random().nextInt();
      return (half & 0x7c00) == 0x7c00 ? (short) (half & 0x83ff) : half;
    }

    int count() {
      return scales.length;
    }

    double element(int row, int i) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      int at = row * rowBytes + i * kind.elementBytes;
      return switch (kind) {
        case FLOATS -> buffer.getFloat(at);
        case HALVES -> Float.float16ToFloat(buffer.getShort(at));
        case SCALED_BYTES, BYTES, LEVELS -> buffer.get(at);
      };
    }
  }

  private static RowComparison comparison(
      VectorKernels kernels, Kind kind, Measure measure, float[] query) {
    return switch (kind) {
      case FLOATS -> kernels.compareFloat32(measure, query);
      case HALVES -> kernels.compareFloat16(measure, query);
      case SCALED_BYTES -> kernels.compareInt8(measure, query);
      case BYTES -> kernels.compareBytes(measure, bytes(query));
      case LEVELS -> kernels.compareLevels(bytes(query));
    };
  }

  private static byte[] bytes(float[] query) {
    byte[] bytes = new byte[query.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) query[i];
    }
    return bytes;
  }

  private static float[] query(Kind kind, int dim, boolean extreme) {
    float[] query = new float[dim];
    for (int i = 0; i < dim; i++) {
      query[i] =
          switch (kind) {
            case BYTES -> extreme ? 127 : random().nextInt(-128, 128);
            case LEVELS -> extreme ? 64 : random().nextInt(-64, 65);
            default -> (float) random().nextGaussian();
          };
    }
    return query;
  }

  private static void assertRow(
      Measure measure, float[] query, Rows rows, int row, float actual, boolean exact) {
    double sum = 0;
    double magnitude = 0;
    for (int i = 0; i < query.length; i++) {
      double x = rows.element(row, i);
      if (measure == Measure.DOT) {
        sum += query[i] * x;
        magnitude += Math.abs(query[i] * x);
      } else {
        double scale = rows.kind == Kind.SCALED_BYTES ? rows.scales[row] : 1;
        double difference = query[i] - scale * x;
        sum += difference * difference;
        // The difference itself is rounded as well.
        magnitude += Math.pow(Math.abs(query[i]) + Math.abs(scale * x), 2);
      }
    }
    if (exact) {
      assertEquals((float) sum, actual, 0);
    } else {
      assertEquals(sum, actual, (query.length + 4) * 0x1p-23 * magnitude);
    }
  }

  public void testAgainstDoubles() throws IOException {
    for (Kind kind : Kind.values()) {
      for (Measure measure : kind.measures()) {
        for (int dim : DIMENSIONS) {
          boolean extreme = random().nextBoolean();
          int n = random().nextInt(12);
          Rows rows = Rows.make(kind, dim, n, extreme);
          float[] query = query(kind, 1 + random().nextInt(dim), extreme);
          for (VectorKernels kernels :
              new VectorKernels[] {VectorKernels.get(), new ScalarKernels()}) {
            RowComparison comparison = comparison(kernels, kind, measure, query);
            assertEquals(query.length, comparison.dimension());
            float[] out = new float[n];
            float[] scales = kind == Kind.SCALED_BYTES ? rows.scales : null;
            comparison.compare(rows.bytes, rows.rowBytes, n, scales, out, 0);
            for (int r = 0; r < n; r++) {
              assertRow(measure, query, rows, r, out[r], kind.isExact());
            }
          }
        }
      }
    }
  }

  public void testLongBytes() {
    int dim = 65_535;
    for (Kind kind : new Kind[] {Kind.BYTES, Kind.LEVELS}) {
      for (Measure measure : kind.measures()) {
        Rows rows = Rows.make(kind, dim, 5, true);
        float[] query = query(kind, dim, true);
        for (VectorKernels kernels :
            new VectorKernels[] {VectorKernels.get(), new ScalarKernels()}) {
          float[] out = new float[5];
          comparison(kernels, kind, measure, query)
              .compare(rows.bytes, rows.rowBytes, 5, null, out, 0);
          for (float each : out) {
            assertRow(measure, query, rows, 0, each, true);
          }
        }
      }
    }
  }

  public void testLevelsTooLarge() {
    for (VectorKernels kernels : new VectorKernels[] {VectorKernels.get(), new ScalarKernels()}) {
      kernels.compareLevels(new byte[] {64, -64});
      for (byte level : new byte[] {65, -65, -128}) {
        expectThrows(
            IllegalArgumentException.class, () -> kernels.compareLevels(new byte[] {0, level}));
      }
    }
  }

  /** Rows of files, in one piece or several, give what rows of arrays give, bit for bit. */
  public void testMapped() throws IOException {
    assumeFalse("there is no in-place access", VectorKernels.get().name().equals("scalar"));
    for (Kind kind : Kind.values()) {
      for (Measure measure : kind.measures()) {
        int dim = DIMENSIONS[random().nextInt(DIMENSIONS.length)];
        int n = 1 + random().nextInt(20);
        Rows rows = Rows.make(kind, dim, n, false);
        float[] query = query(kind, dim, false);
        RowComparison comparison = comparison(VectorKernels.get(), kind, measure, query);
        float[] expected = new float[n];
        comparison.compare(rows.bytes, rows.rowBytes, n, rows.scales, expected, 0);
        long chunk = random().nextBoolean() ? 1 << 12 : 1 << 30;
        int start = random().nextInt(70);
        try (Directory directory = new MMapDirectory(createTempDir(), chunk)) {
          try (IndexOutput out = directory.createOutput("f", IOContext.DEFAULT)) {
            out.writeBytes(new byte[start], start);
            out.writeBytes(rows.bytes, rows.bytes.length);
          }
          IndexInput in = directory.openInput("f", IOContext.DEFAULT);
          MappedInput file = VectorKernels.get().mapped(in);
          for (int count = 1; count <= n; count++) {
            assertPicked(comparison, file, start, rows, count, expected);
          }
          in.close();
          expectThrows(
              AlreadyClosedException.class,
              () ->
                  comparison.compare(
                      file, start, rows.rowBytes, new int[1], 1, rows.scales, new float[1]));
        }
      }
    }
  }

  private static void assertPicked(
      RowComparison comparison, MappedInput file, int start, Rows rows, int n, float[] expected)
      throws IOException {
    int[] picked = new int[n];
    float[] scales = new float[n];
    for (int i = 0; i < n; i++) {
      picked[i] = random().nextInt(rows.count());
      scales[i] = rows.scales[picked[i]];
    }
    float[] out = new float[n];
    boolean done = comparison.compare(file, start, rows.rowBytes, picked, n, scales, out);
    boolean inOnePiece = start + rows.bytes.length <= 1 << 12;
    assertTrue(done || inOnePiece == false);
    for (int i = 0; done && i < n; i++) {
      assertEquals(expected[picked[i]], out[i], 0);
    }
  }

  public void testRanges() {
    for (VectorKernels kernels : new VectorKernels[] {VectorKernels.get(), new ScalarKernels()}) {
      RowComparison comparison = kernels.compareFloat32(Measure.DOT, new float[3]);
      float[] out = new float[4];
      comparison.compare(new byte[28], 16, 2, null, out, 2);
      expectThrows(
          IndexOutOfBoundsException.class,
          () -> comparison.compare(new byte[27], 16, 2, null, out, 0));
      expectThrows(
          IndexOutOfBoundsException.class,
          () -> comparison.compare(new byte[100], 11, 2, null, out, 0));
      expectThrows(
          IndexOutOfBoundsException.class,
          () -> comparison.compare(new byte[100], 12, 2, null, out, 3));
      expectThrows(
          IllegalArgumentException.class,
          () -> kernels.compareFloat16(Measure.SQUARE_DISTANCE, new float[0]));
    }
  }
}
