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
package io.github.luceneplaid.tests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.plaid.exchange.PlaidFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;

/**
 * A PLAID directory in a folder with queries, the scores of all documents, and texts to add.
 *
 * @param folder of all of it
 */
record PeerDirectory(Path folder) {

  /** Makes the folder. */
  static PeerDirectory make(Path folder) throws IOException {
    return new PeerDirectory(Files.createDirectory(folder));
  }

  Path index() {
    return folder.resolve("index");
  }

  /** Random tokens of length 1. */
  static float[][] tokens(Random random, int n, int dimension) {
    float[][] tokens = new float[n][dimension];
    for (float[] token : tokens) {
      for (int j = 0; j < dimension; j++) {
        token[j] = (float) random.nextGaussian();
      }
      VectorUtil.l2normalize(token);
    }
    return tokens;
  }

  /** The sum, over the query's tokens, of the largest dot product with one of the document. */
  static double score(float[][] query, float[][] document) {
    double score = 0;
    for (float[] token : query) {
      double best = Double.NEGATIVE_INFINITY;
      for (float[] other : document) {
        double dot = 0;
        for (int j = 0; j < token.length; j++) {
          dot += (double) token[j] * other[j];
        }
        best = Math.max(best, dot);
      }
      score += best;
    }
    return score;
  }

  /** Writes queries, scores and more texts beside the directory. */
  void describe(Random random) throws IOException {
    try (PlaidFolder plaid = PlaidFolder.open(index())) {
      float[][][] queries = texts(random, 5, plaid.dimension());
      Double[][] scores = new Double[queries.length][plaid.documents()];
      for (int doc = 0; doc < plaid.documents(); doc++) {
        float[][] tokens = plaid.tokens(doc);
        for (int q = 0; q < queries.length && tokens.length > 0; q++) {
          scores[q][doc] = score(queries[q], tokens);
        }
      }
      new ObjectMapper().writeValue(folder.resolve("scores.json").toFile(), scores);
      write("queries", queries);
      write("update", texts(random, 7, plaid.dimension()));
    }
  }

  private static float[][][] texts(Random random, int n, int dimension) {
    float[][][] texts = new float[n][][];
    Arrays.setAll(texts, i -> tokens(random, TestUtil.nextInt(random, 8, 20), dimension));
    return texts;
  }

  private void write(String name, float[][][] texts) throws IOException {
    int[] lengths = Arrays.stream(texts).mapToInt(text -> text.length).toArray();
    Files.writeString(folder.resolve(name + ".json"), Arrays.toString(lengths));
    int dimension = texts[0][0].length;
    Path file = folder.resolve(name + ".npy");
    try (NpyWriter out = new NpyWriter(file, ElementType.FLOAT32, dimension)) {
      for (float[][] text : texts) {
        for (float[] token : text) {
          out.add(token);
        }
      }
      out.finish();
    }
  }

  /** Reads texts that are beside the directory. */
  float[][][] texts(String name) throws IOException {
    JsonNode lengths = TestPeers.json(folder.resolve(name + ".json"));
    try (NpyFile file = NpyFile.open(folder.resolve(name + ".npy"))) {
      float[][][] texts = new float[lengths.size()][][];
      long at = 0;
      for (int i = 0; i < texts.length; i++) {
        texts[i] = new float[lengths.get(i).asInt()][(int) file.rowSize()];
        for (float[] token : texts[i]) {
          file.readFloats(at, token, 0, token.length);
          at += token.length;
        }
      }
      return texts;
    }
  }

  /** Writes the stored fields of the documents of an index without deletions. */
  void describeMetadata(Path index) throws IOException {
    List<Map<String, Object>> rows = new ArrayList<>();
    try (Directory directory = FSDirectory.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      for (int doc = 0; doc < reader.maxDoc(); doc++) {
        Document document = reader.storedFields().document(doc);
        Map<String, Object> row = new TreeMap<>();
        for (IndexableField field : document) {
          Number number = field.numericValue();
          row.put(field.name(), number == null ? field.stringValue() : number);
        }
        rows.add(row);
      }
    }
    new ObjectMapper().writeValue(folder.resolve("metadata.json").toFile(), rows);
  }
}
