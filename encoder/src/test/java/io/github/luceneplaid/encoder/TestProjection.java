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
package io.github.luceneplaid.encoder;

import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.tests.util.LuceneTestCase;

public class TestProjection extends LuceneTestCase {
  public void testFile() throws IOException {
    float[] mean = {1, 2, 3, 4};
    Projection projection = new Projection(mean, new float[][] {{1, 0, 0, 0}, {0, 0, 0, 2}});
    Path file = createTempDir().resolve("p.npy");
    projection.write(file);
    Projection read = Projection.read(file);
    assertEquals(4, read.from());
    assertArrayEquals(new float[] {4, 12}, read.apply(new float[] {5, 5, 5, 10}), 0);
    expectThrows(EncoderException.class, () -> read.apply(new float[3]));
    Path wrong = createTempDir().resolve("p.npy");
    try (NpyWriter writer = new NpyWriter(wrong, ElementType.FLOAT32, 4)) {
      writer.writeFloats(new float[6 * 4], 0, 6 * 4);
      writer.finish();
    }
    EncoderException e = expectThrows(EncoderException.class, () -> Projection.read(wrong));
    assertTrue(e.getMessage(), e.getMessage().contains("1 to 4 components, found 6 rows"));
  }

  /** The one in the jar: 128 orthonormal components of 384 dimensions. */
  public void testShipped() throws IOException {
    Projection projection = Projection.resource("minilm-128.npy");
    assertEquals(384, projection.from());
    assertEquals(128, projection.to());
    float[] origin = projection.apply(new float[384]);
    double squares = 0;
    for (int i = 0; i < 384; i++) {
      float[] axis = new float[384];
      axis[i] = 1;
      float[] column = projection.apply(axis);
      for (int c = 0; c < 128; c++) {
        squares += Math.pow(column[c] - origin[c], 2);
      }
    }
    assertEquals(128, squares, 0.01);
  }
}
