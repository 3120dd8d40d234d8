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

package io.github.luceneplaid.plaid.exchange;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;

/**
 * Writes exported directories to the folder that the property {@code plaid.peers} names, for
 * next-plaid to work with: see tests/peers.
 */
public class TestPeerCases extends ImportTestCase {

  private static final PlaidExport.Options OPTIONS = PlaidExport.Options.ofDefaults();

  private Path folder;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    String name = System.getProperty("plaid.peers", "");
    assumeFalse("no folder for the cases: set the property plaid.peers", name.isEmpty());
    folder = Path.of(name);
  }

  public void testFewDocuments() throws IOException {
    own("few", 60, 48, 4);
  }

  /** More than next-plaid keeps raw tokens of. */
  public void testManyDocuments() throws IOException {
    own("many", 1100, 32, 2);
  }

  public void testOneBit() throws IOException {
    own("one-bit", 200, 64, 1);
  }

  public void testEightBits() throws IOException {
    own("eight-bits", 200, 21, 8);
  }

  private void own(String name, int documents, int dimension, int bits) throws IOException {
    PlaidDocValuesFormat format =
        PlaidDocValuesFormat.builder().bits(8).trainingThreshold(1000).build();
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        for (int i = 0; i < documents; i++) {
          Document document = new Document();
          int n = TestUtil.nextInt(random(), 1, 30);
          float[][] tokens = RandomDirectories.tokens(random(), n, dimension);
          document.add(new LateInteractionField(FIELD, tokens));
          writer.addDocument(document);
        }
      }
      export(name, directory, OPTIONS.withBits(bits).withChunksOf(500));
    }
  }

  /** Codes of other programs, as they came. */
  public void testImported() throws IOException {
    assumeGoldenFiles();
    for (String program : new String[] {"next-plaid", "next-plaid-1.8.5", "fast-plaid"}) {
      for (GoldenDirectory golden : GoldenDirectory.all(program)) {
        try (PlaidDirectory plaid = PlaidDirectory.open(golden.index());
            Directory directory = newDirectory()) {
          try (IndexWriter writer = writer(directory)) {
            PlaidImport.into(writer, plaid, FIELD, ORDER);
          }
          export(golden.name().replace('/', '_'), directory, OPTIONS.orderedBy(ORDER));
        }
      }
    }
  }

  private void export(String name, Directory directory, PlaidExport.Options options)
      throws IOException {
    Path target = folder.resolve(name);
    Files.createDirectory(target);
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      PlaidExport.to(reader, FIELD, target.resolve("index"), options);
    }
    try (PlaidDirectory exported = PlaidDirectory.open(target.resolve("index"))) {
      int dimension = exported.dimension();
      float[][][] queries = texts(5, dimension);
      Double[][] scores = new Double[queries.length][exported.documents()];
      for (int q = 0; q < queries.length; q++) {
        for (int doc = 0; doc < exported.documents(); doc++) {
          float[][] tokens = exported.tokens(doc);
          scores[q][doc] =
              tokens.length == 0
                  ? null
                  : DoubleStream.of(GoldenDirectory.maxima(queries[q], tokens)).sum();
        }
      }
      new ObjectMapper().writeValue(target.resolve("scores.json").toFile(), scores);
      write(target, "queries", queries);
      write(target, "update", texts(7, dimension));
    }
  }

  private static float[][][] texts(int n, int dimension) {
    float[][][] texts = new float[n][][];
    Arrays.setAll(
        texts,
        i -> RandomDirectories.tokens(random(), TestUtil.nextInt(random(), 8, 20), dimension));
    return texts;
  }

  private static void write(Path folder, String name, float[][][] texts) throws IOException {
    int[] lengths = Arrays.stream(texts).mapToInt(text -> text.length).toArray();
    Files.writeString(folder.resolve(name + ".json"), Arrays.toString(lengths));
    int dimension = texts[0][0].length;
    Path file = folder.resolve(name + ".npy");
    try (NpyWriter out = new NpyWriter(file, ElementType.FLOAT32, dimension)) {
      for (float[][] text : texts) {
        for (float[] token : text) {
          out.writeFloats(token, 0, dimension);
        }
      }
      out.finish();
    }
  }
}
