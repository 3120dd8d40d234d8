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

import com.fasterxml.jackson.databind.JsonNode;
import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.testframework.TinyModel;
import io.github.luceneplaid.tools.RecallTrial.Setting;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The command recall. */
public class TestRecallCommand extends CommandTestCase {
  private static final int DIMENSION = 8;

  private Path folder;
  private Path index;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    folder = createTempDir();
    index = folder.resolve("index");
  }

  private static float[][] tokens(int count) {
    float[][] tokens = new float[count][DIMENSION];
    for (float[] token : tokens) {
      for (int j = 0; j < DIMENSION; j++) {
        token[j] = (float) random().nextGaussian();
      }
    }
    return tokens;
  }

  private void index(int documents, Object... options) throws IOException {
    Path file = folder.resolve("tokens.npy");
    List<String> lengths = new ArrayList<>();
    try (NpyWriter writer = new NpyWriter(file, ElementType.FLOAT32, DIMENSION)) {
      for (int i = 0; i < documents; i++) {
        float[][] tokens = tokens(1 + random().nextInt(12));
        for (float[] token : tokens) {
          writer.add(token);
        }
        lengths.add(Integer.toString(tokens.length));
      }
      writer.finish();
    }
    Files.writeString(folder.resolve("doclens.json"), lengths.toString());
    List<Object> args = new ArrayList<>(List.of("index", file, "-o", index));
    args.addAll(List.of(options));
    assertEquals(err.toString(), 0, plaid(args.toArray()));
  }

  /**
   * The reported recall is that of the reported options, and the fastest setting with enough recall
   * is chosen.
   */
  public void testSettings() throws IOException {
    index(200, "--training-threshold=100", "--commit-every", 100);
    double atLeast = random().nextInt(11) / 10.0;
    Object[] recall = {
      "recall", index, "--json", "--sample=10", "--tokens=4", "-k5", "--at-least", atLeast
    };
    JsonNode json = json(recall);
    assertEquals(10, json.get("queries").intValue());
    assertEquals(200, json.get("documents").intValue());
    assertTrue(json.get("queriesFile").isNull());
    assertTrue(json.get("exactByCodes").booleanValue());
    JsonNode settings = json.get("settings");
    assertTrue(settings.toString(), settings.size() >= 4);
    assertEquals("", settings.get(0).get("options").textValue());
    assertEquals("--exact", settings.get(settings.size() - 1).get("options").textValue());
    JsonNode fastest = json.get("fastest");
    assertTrue(fastest.get("recall").doubleValue() >= atLeast);
    double lowest = 1;
    try (Directory directory = IndexFolder.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      List<float[][]> queries = PseudoQueries.of(reader, 10, 4);
      double length = queries.stream().mapToInt(query -> query.length).average().orElseThrow();
      assertEquals(length, json.get("tokensPerQuery").doubleValue(), 0);
      for (JsonNode setting : settings) {
        double found = setting.get("recall").doubleValue();
        String name = setting.get("options").textValue();
        assertEquals(name, recall(new IndexSearcher(reader), queries, options(name)), found, 1e-9);
        lowest = Math.min(lowest, found);
        double time = setting.get("milliseconds").doubleValue();
        assertTrue(time > 0);
        assertTrue(found < atLeast || time >= fastest.get("milliseconds").doubleValue());
      }
    }
    // 13 candidates of 200
    assertTrue(settings.toString(), lowest < 1);
    // The same queries again
    JsonNode again = json(recall).get("settings");
    for (int i = 0; i < settings.size(); i++) {
      assertEquals(settings.get(i).get("recall"), again.get(i).get("recall"));
    }
  }

  private static LateInteractionOptions options(String typed) {
    LateInteractionOptions.Builder options = LateInteractionOptions.builder();
    String[] words = typed.split(" ", -1);
    if (typed.equals("--exact")) {
      options.exact();
    } else if (words[0].equals("--at-least")) {
      options.recall(Float.parseFloat(words[1]));
    } else if (typed.isEmpty() == false) {
      assertEquals("--cells", words[0]);
      assertEquals("--candidates", words[2]);
      options.cells(Integer.parseInt(words[1])).candidates(Integer.parseInt(words[3]));
    }
    return options.build();
  }

  private static double recall(
      IndexSearcher searcher, List<float[][]> queries, LateInteractionOptions options)
      throws IOException {
    double sum = 0;
    for (float[][] query : queries) {
      Set<Integer> expected = hits(searcher, query, options("--exact"));
      Set<Integer> found = hits(searcher, query, options);
      found.retainAll(expected);
      sum += found.size() / (double) expected.size();
    }
    return sum / queries.size();
  }

  private static Set<Integer> hits(
      IndexSearcher searcher, float[][] query, LateInteractionOptions options) throws IOException {
    Set<Integer> docs = new HashSet<>();
    var search = new LateInteractionQuery(IndexBuilder.TOKENS, query, 5, null, options);
    for (ScoreDoc hit : searcher.search(search, 5).scoreDocs) {
      docs.add(hit.doc);
    }
    return docs;
  }

  public void testOutput() throws IOException {
    index(40, "--training-threshold=100", "--raw=float32");
    Path plot = folder.resolve("plot.svg");
    Object[] recall = {"recall", index, "--sample=7", "--tokens=1", "--at-least=1", "--plot", plot};
    assertEquals(0, plaid(recall));
    String shown = out.toString();
    String head = index + ", 40 documents: 7 queries of 1.0 tokens, parts of its documents";
    assertTrue(shown, shown.startsWith(head));
    assertTrue(shown, shown.contains("\n  --at-least 0.9 "));
    assertTrue(shown, shown.contains("\n  --cells 32 --candidates 25 "));
    assertTrue(shown, shown.contains("\n  --exact  "));
    assertTrue(shown, shown.contains("scored by their tokens as they are kept"));
    assertTrue(shown, shown.contains("one thread after a warm-up"));
    assertTrue(shown, shown.contains("it depends on the machine"));
    assertTrue(shown, shown.contains("The fastest with a recall of at least 1.0: "));
    assertTrue(shown, shown.contains("  plaid search " + index + " "));
    assertTrue(Files.readString(plot).startsWith("<svg "));

    assertFails(1, "exists (--force replaces it)", recall);
    assertEquals(0, plaid(with(recall, "--force")));
    assertFails(2, "--sample 0: expected 1", "recall", index, "--sample=0");
    assertFails(2, "--tokens 0: expected 1", "recall", index, "--tokens=0");
    assertFails(2, "-k 0: expected 1", "recall", index, "-k0");
    assertFails(2, "--at-least 1.5: expected 0 to 1", "recall", index, "--at-least=1.5");
    assertFails(2, "--at-least NaN: expected 0 to 1", "recall", index, "--at-least=NaN");
    assertFails(2, "expected no --queries", "recall", index, "--tokens=1", "--queries", plot);
    Path missing = folder.resolve("x");
    assertFails(1, "no such folder", "recall", missing);
    assertFails(1, missing.toString(), "recall", index, "--plot", missing.resolve("y.svg"));
  }

  private static Object[] with(Object[] words, Object last) {
    Object[] all = Arrays.copyOf(words, words.length + 1);
    all[words.length] = last;
    return all;
  }

  /** If everything is searched exactly, there are no settings to choose. */
  public void testFlat() throws IOException {
    index(20);
    JsonNode json = json("recall", index, "--json");
    assertEquals(2, json.get("settings").size());
    assertEquals(1, json.get("settings").get(0).get("recall").doubleValue(), 0);
    assertFalse(json.get("exactByCodes").booleanValue());
    assertEquals(20, json.get("queries").intValue());
    assertEquals(0, plaid("recall", index, "--sample=1"));
    assertTrue(out.toString(), out.toString().contains("20 documents: 1 query of "));
    assertTrue(out.toString(), out.toString().contains("searched exactly in any case"));
    // No more than there are documents
    assertEquals(err.toString(), 0, plaid("recall", index, "--sample=2147483647"));
    assertTrue(out.toString(), out.toString().contains("20 documents: 20 queries of "));
  }

  /** Codes of other programs, without texts, ids or metadata. */
  public void testImported() throws IOException {
    Path source = ExchangeTestCase.copyTo(folder.resolve("directory"));
    Files.delete(source.resolve(MetadataDatabase.FILE));
    assertEquals(err.toString(), 0, plaid("import", source, index));
    JsonNode json = json("recall", index, "--json", "-k3");
    assertEquals(20, json.get("queries").intValue());
    assertTrue(json.get("exactByCodes").booleanValue());
    // As many candidates as there are documents find all
    JsonNode settings = json.get("settings");
    double best = 0;
    for (int i = 1; i < settings.size() - 1; i++) {
      best = Math.max(best, settings.get(i).get("recall").doubleValue());
    }
    assertEquals(settings.toString(), 1, best, 0);
  }

  public void testQueries() throws IOException {
    Path model = TinyModel.copyTo(createTempDir());
    Path texts = Files.writeString(folder.resolve("t.txt"), "red cat\nblue moon\nthe river\n");
    assertEquals(0, plaid("index", texts, "-o", index, "--model", model));
    Path queries = Files.writeString(folder.resolve("q.txt"), "cat\n\nred moon\n");
    Object[] recall = {"recall", index, "--queries", queries, "--json", "--model", model};
    JsonNode json = json(recall);
    assertEquals(2, json.get("queries").intValue());
    assertEquals(queries.toString(), json.get("queriesFile").textValue());
    assertTrue(err.toString(), err.toString().contains("no words in it, no hits"));
    assertFails(2, "name it by --model", "recall", index, "--queries", queries);
    Files.writeString(queries, " \n");
    assertFails(1, "no words in it", recall);

    Files.writeString(texts, "., !\n");
    assertEquals(0, plaid("index", texts, "-o", index, "--model", model, "--force"));
    assertFails(1, index + ": expected documents with tokens, found none", "recall", index);
    Files.writeString(queries, "cat\n");
    assertFails(1, "expected documents with tokens, found none", recall);
  }

  /** Each query has consecutive tokens of another document, and none of a deleted one. */
  public void testPseudoQueries() throws IOException {
    int documents = 30;
    float[][][] all = new float[documents][][];
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
        for (int i = 0; i < documents; i++) {
          Document document = new Document();
          document.add(new StringField("id", Integer.toString(i), Field.Store.NO));
          if (i % 5 != 0) {
            all[i] = tokens(1 + random().nextInt(20));
            all[i][0][0] = i == 7 ? Float.NaN : all[i][0][0];
            all[i] = i == 7 ? new float[][] {all[i][0]} : all[i];
            document.add(new LateInteractionField("tokens", all[i]));
          }
          writer.addDocument(document);
          if (random().nextInt(8) == 0) {
            writer.flush();
          }
        }
        writer.deleteDocuments(new Term("id", "8"), new Term("id", "9"));
        all[7] = all[8] = all[9] = null;
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        int length = 1 + random().nextInt(8);
        assertEquals(21, check(PseudoQueries.of(reader, 50, length), all, length));
        int some = check(PseudoQueries.of(reader, 10, length), all, length);
        assertTrue(Integer.toString(some), some == 10 || some == 9);
      }
    }
  }

  /** Counts queries, all of different documents. */
  private static int check(List<float[][]> queries, float[][][] all, int length) {
    Set<Integer> documents = new HashSet<>();
    for (float[][] query : queries) {
      int from = -1;
      for (int i = 0; i < all.length; i++) {
        for (int t = 0; all[i] != null && t + query.length <= all[i].length; t++) {
          float[][] part = Arrays.copyOfRange(all[i], t, t + query.length);
          from = Arrays.deepEquals(part, query) ? i : from;
        }
      }
      assertTrue("of a document", from >= 0);
      assertTrue("another one", documents.add(from));
      assertEquals(Math.min(length, all[from].length), query.length);
    }
    return queries.size();
  }

  /** A plot is XML, whatever the index is called, and shows each setting where it belongs. */
  public void testPlot() throws Exception {
    List<Setting> settings = new ArrayList<>();
    int count = 1 + random().nextInt(12);
    for (int i = 0; i < count; i++) {
      double recall = random().nextInt(5) == 0 ? 1 : random().nextDouble();
      settings.add(new Setting("--cells " + i, recall, Math.exp(random().nextGaussian() * 5)));
    }
    settings.add(new Setting("--exact", 1, random().nextBoolean() ? 0 : 12.5));
    Setting fastest = RecallTrial.fastest(settings, 0.5);
    String svg = new RecallPlot("a<b>&\"\u0007\ud800", 10, settings, fastest).svg();
    Element root =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)))
            .getDocumentElement();
    assertEquals("svg", root.getTagName());
    NodeList circles = root.getElementsByTagName("circle");
    assertEquals(settings.size(), circles.getLength());
    for (int i = 0; i < settings.size(); i++) {
      Element circle = (Element) circles.item(i);
      assertTrue(circle.getTextContent().startsWith(settings.get(i).name() + ": recall "));
      assertEquals(settings.get(i).equals(fastest), circle.getAttribute("class").equals("fastest"));
      assertTrue(svg, at(circle, "cx") >= 64 && at(circle, "cx") <= 728);
      assertTrue(svg, at(circle, "cy") >= 56 && at(circle, "cy") <= 404);
      for (int j = 0; j < i; j++) {
        Element other = (Element) circles.item(j);
        int recall = Double.compare(settings.get(i).recall(), settings.get(j).recall());
        assertTrue(svg, (at(other, "cy") - at(circle, "cy")) * recall >= 0);
        int time = Double.compare(settings.get(i).milliseconds(), settings.get(j).milliseconds());
        assertTrue(svg, (at(circle, "cx") - at(other, "cx")) * time >= 0);
      }
    }
  }

  private static double at(Element circle, String attribute) {
    return Double.parseDouble(circle.getAttribute(attribute));
  }
}
