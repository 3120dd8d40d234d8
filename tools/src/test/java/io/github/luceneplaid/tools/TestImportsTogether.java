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
package io.github.luceneplaid.tools;

import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.testframework.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Imports into an index that has documents already. */
public class TestImportsTogether extends ExchangeTestCase {
  private static final int DIMENSION = 24;

  /** The documents of later imports come after those of earlier ones. */
  public void testOrder() throws Exception {
    List<String> expected = new ArrayList<>();
    for (String prefix : List.of("a", "b", "c")) {
      run("import", source, index, "--id-prefix=" + prefix);
      for (int i = 0; i < DOCUMENTS; i++) {
        expected.add("text " + prefix + i);
      }
      if (random().nextBoolean()) {
        String gone = prefix + random().nextInt(DOCUMENTS);
        run("delete", index, "--id", gone);
        expected.remove("text " + gone);
        run("merge", index);
      }
    }
    assertEquals(expected, values(export(), "id"));
  }

  private static float[] token() {
    float[] token = new float[DIMENSION];
    double squares = 0;
    for (int j = 0; j < DIMENSION; j++) {
      token[j] = (float) random().nextGaussian();
      squares += token[j] * token[j];
    }
    for (int j = 0; j < DIMENSION; j++) {
      token[j] /= (float) Math.sqrt(squares);
    }
    return token;
  }

  /** Writes some tokens of length 1 as an array. */
  private Path tokens() throws IOException {
    Path file = createTempDir().resolve("tokens.npy");
    try (NpyWriter writer = new NpyWriter(file, ElementType.FLOAT32, DIMENSION)) {
      for (int i = 0; i < 10; i++) {
        writer.add(token());
      }
      writer.finish();
    }
    Files.writeString(file.resolveSibling("doclens.json"), "[5, 3, 2]");
    return file;
  }

  /** Makes signs of the residuals of one bit. */
  private static Path signs(Path residuals) throws IOException {
    Path signs = Files.createDirectory(residuals.resolveSibling("signs"));
    try (Stream<Path> files = Files.list(residuals)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.matches("bucket_.*|cluster_threshold.*") == false) {
          Files.copy(file, signs.resolve(name));
        }
      }
    }
    Path metadata = signs.resolve("metadata.json");
    String binary = Files.readString(metadata).replaceAll("\"binary\": *false", "\"binary\": true");
    Files.writeString(metadata, binary);
    return signs;
  }

  /** Signs are longer than other tokens, so they would be the best hits of every query. */
  public void testSigns() throws IOException {
    Path floats = index.resolveSibling("floats");
    run("index", tokens(), "-o", floats, "--bits=1");
    Path residuals = index.resolveSibling("residuals");
    run("export", floats, residuals, "--bits=1", "--no-metadata");
    Path signs = signs(residuals);
    String unit = "vectors of length 1";
    String binary = "signs, as a binary directory has";

    String found = signs + ": tokens: found " + binary + ", expected " + unit + " as in ";
    assertFails(1, found + floats, "import", signs, floats, "--id-prefix=p");
    run("import", residuals, index);
    assertFails(1, found + index, "import", signs, index, "--id-prefix=p");
    run("import", residuals, index, "--id-prefix=p");
    run("merge", index);
    assertFails(1, found + index, "import", signs, index, "--id-prefix=q");

    Path other = index.resolveSibling("other");
    run("import", signs, other);
    found = residuals + ": tokens: found " + unit + ", expected " + binary + " as in " + other;
    assertFails(1, found, "import", residuals, other, "--id-prefix=p");
    run("import", signs, other, "--id-prefix=p");
    run("merge", other);
    run("import", signs, other, "--id-prefix=q");
    run("check", other);
  }

  /** Nothing tells the model of imported tokens, so the user has to know it. */
  public void testModel() throws IOException {
    Path model = TinyModel.copyTo(createTempDir());
    Path texts = Files.writeString(createTempDir().resolve("a.md"), "red cat\n");
    run("index", texts, "-o", index, "--model", model, "--bits=4");
    Path target = index.resolveSibling("target");
    run("export", index, target, "--bits=4", "--no-metadata");
    run("import", target, index, "--id-prefix=p");
    String note = "plaid: " + index + ": its tokens are of the model ";
    assertTrue(err.toString(), err.toString().startsWith(note));
    assertEquals(err.toString(), 1, err.toString().lines().count());
    Path other = index.resolveSibling("other");
    for (String prefix : List.of("p", "q")) {
      run("import", target, other, "--id-prefix=" + prefix);
      assertEquals("", err.toString());
    }
  }
}
