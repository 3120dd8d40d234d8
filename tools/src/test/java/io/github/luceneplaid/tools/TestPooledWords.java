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
import io.github.luceneplaid.encoder.EncodedText;
import io.github.luceneplaid.encoder.Pieces;
import io.github.luceneplaid.encoder.TextEncoder;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.TokenMatch;
import io.github.luceneplaid.plaid.TokenPooling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;

/** Words of pooled tokens; the tiny model has "blue", "under" and "moon" close together. */
public class TestPooledWords extends ChangeTestCase {
  private static final String RIVER = "a blue river under the moon, and a red cat.";
  private static final String MARKED = "a [blue] river [under] the [moon], and a red [cat].";
  private static final String UNMARKED = "the red house runs";

  private void index(String... options) throws IOException {
    Path texts = write("a", RIVER + "\n" + UNMARKED + "\n");
    run(concat(with("index", texts, "-o", index, "--pool-factor=2"), (Object[]) options));
  }

  /** The lines that show the best hit of a query. */
  private List<String> search(String query) {
    run(with("search", index, query, "-k1"));
    return out.toString().lines().skip(2).toList();
  }

  private void assertMarked() {
    List<String> lines = search("blue cat");
    assertEquals(MARKED, lines.get(1).strip());
    assertTrue(lines.get(2), lines.get(2).matches(" +blue→blue, under, moon \\S+ +cat→cat \\S+"));
  }

  public void testSearch() throws IOException {
    index();
    assertMarked();
    run("merge", index);
    assertMarked();
  }

  /** Records that are added or replaced later are stored like the first ones. */
  public void testChanges() throws IOException {
    run(with("index", write("b", UNMARKED + "\n"), "-o", index, "--pool-factor=2"));
    Path added = write("c", RIVER + "\n");
    run(with("add", index, added));
    assertMarked();
    write("c", "a green tree\n" + RIVER + "\n");
    run(with("update", index, added));
    assertMarked();
    assertTrue(search("blue cat").toString().contains("c:2"));
  }

  public void testExplain() throws IOException {
    index();
    Object[] explain = with("explain", index, "--query", "blue cat", "--doc", "1");
    run(explain);
    List<String> lines = out.toString().lines().toList();
    assertEquals(5, lines.size());
    assertTrue(
        lines.get(3),
        lines.get(3).matches(" +blue .* {2}a \\[blue\\] river \\[under\\] the \\[moon\\], .*"));
    assertTrue(lines.get(4), lines.get(4).matches(" +cat .* a red \\[cat\\]\\."));

    JsonNode json = json(concat(explain, "--json"));
    int n = json.get("documentTokens").size();
    assertEquals(n, json.get("similarities").get(0).size());
    List<String> words = new ArrayList<>();
    json.get("documentTokens").forEach(token -> words.add(token.get("text").asText()));
    assertTrue(words.toString(), words.contains("blue under moon"));
    JsonNode blue = json.get("words").get(0);
    assertEquals(RIVER.indexOf("blue"), blue.get("start").asInt());
    assertEquals(2, blue.get("pooled").size());
    assertEquals(RIVER.indexOf("moon"), blue.get("pooled").get(1).get("start").asInt());
    assertFalse(json.get("words").get(1).has("pooled"));
  }

  /** A field of a record with the same name is not read as clusters. */
  public void testTakenName() throws IOException {
    Path texts = write("r.jsonl", "{\"text\": \"" + RIVER + "\", \"plaid.clusters\": 7}\n");
    run(with("index", texts, "-o", index, "--pool-factor=2"));
    assertMarked();
    run(with("search", index, "red", "--filter", "plaid.clusters_:7"));
    assertTrue(out.toString(), out.toString().contains("1."));
  }

  /** A token has one column, and its colour in all of its words. */
  public void testPage() throws IOException {
    index();
    Path file = folder.resolve("page.html");
    run(with("explain", index, "--query", "blue cat", "--doc", "1", "--html", file));
    String page = Files.readString(file);
    assertEquals(2, page.split("<th>blue under moon</th>", -1).length);
    assertTrue(page, page.contains("Tokens were pooled"));
    Pattern text = Pattern.compile("<p class=\"text\">(.*?)</p>", Pattern.DOTALL);
    String shown = text.matcher(page).results().findFirst().orElseThrow().group(1);
    assertEquals(RIVER, shown.replaceAll("<[^>]*>", ""));
    List<String> colours = new ArrayList<>();
    for (String word : new String[] {"blue", "under", "moon"}) {
      Pattern span = Pattern.compile("<span([^>]*)>" + word + "</span>");
      colours.add(span.matcher(shown).results().findFirst().orElseThrow().group(1));
    }
    assertTrue(colours.get(0), colours.get(0).contains("blue → blue under moon: "));
    assertEquals(List.of(colours.get(0), colours.get(0), colours.get(0)), colours);
  }

  /** Words that are far apart have a line each. */
  public void testContext() {
    String text = "sun and moon" + " more".repeat(20) + " star.";
    int star = text.indexOf("star");
    WordMatch match =
        new WordMatch("sky", 0, 3, 0.5f, List.of(new Span(8, 12), new Span(star, star + 4)));
    HitExplanation hit =
        new HitExplanation(
            "sky",
            "id",
            null,
            text,
            null,
            1,
            List.of(),
            List.of(),
            List.of(match),
            List.of(),
            new float[1][0]);
    new ExplanationPrinter(Console.of(null, out, err), hit).print();
    List<String> lines = out.toString().lines().toList();
    assertEquals(5, lines.size());
    int column = lines.get(3).indexOf("[sun] and [moon] more");
    assertTrue(lines.get(3), column > 0);
    assertEquals(column, lines.get(4).indexOf("… more"));
    assertTrue(lines.get(4), lines.get(4).endsWith(" more [star]."));
  }

  /** A word of several pieces is listed once, and punctuation only if there is nothing else. */
  public void testWords() {
    String text = "singing, birds.";
    // sing ing , bird s .
    int[] starts = {-1, 0, 4, 7, 9, 13, 14};
    int[] ends = {-1, 4, 7, 8, 13, 14, 15};
    Pieces pieces = new Pieces(null, null, new int[7], starts, ends);
    EncodedText query = new EncodedText(null, null, new int[] {0}, new int[] {4});
    int[][] members = PoolClusters.members(new int[] {0, 1, 1, 1, 1, 1, 1}, 2);
    assertEquals(
        List.of(new WordMatch("song", 0, 7, 1, List.of(new Span(9, 14)))),
        WordMatch.of(
            "song",
            query,
            text,
            new TokenPieces(pieces, members),
            List.of(new TokenMatch(0, 1, 1))));
    members = PoolClusters.members(new int[] {0, 1, 1, 2, 1, 1, 2}, 3);
    TokenPieces pooled = new TokenPieces(pieces, members);
    assertEquals(
        List.of(new WordMatch("song", 7, 8, 1, List.of(new Span(14, 15)))),
        WordMatch.of("song", query, text, pooled, List.of(new TokenMatch(0, 2, 1))));
    assertEquals(
        List.of(), WordMatch.of("song", query, text, pooled, List.of(new TokenMatch(0, 0, 1))));
  }

  /** An index that was pooled before clusters were kept shows hits without words. */
  public void testUnknownClusters() throws IOException {
    TokenPooling pooling = new TokenPooling(2, 1);
    try (TextEncoder encoder = TextEncoder.open(model);
        NewIndex folder = new NewIndex(index, false)) {
      IndexSettings settings = new IndexSettings();
      settings.setModel(encoder);
      settings.setPooling(pooling);
      try (IndexBuilder builder =
          IndexBuilder.create(folder, new PlaidDocValuesFormat(), settings)) {
        float[][][] tokens = new float[1][][];
        encoder.encodeDocuments(List.of(RIVER), (i, text) -> tokens[i] = text.vectors());
        builder.add(new Passage("1", "", RIVER), pooling.pool(tokens[0]));
        builder.finish();
        folder.finish();
      }
    }
    assertEquals(RIVER, search("blue cat").get(1).strip());
    run(with("explain", index, "--query", "blue cat", "--doc", "1"));
    assertTrue(out.toString(), out.toString().lines().toList().get(3).matches(" +blue .*  #\\d"));
    // The clusters of records added later are known
    run(with("add", index, write("b", RIVER + "\n")));
    run(with("search", index, "blue cat"));
    assertTrue(out.toString(), out.toString().contains(RIVER) && out.toString().contains(MARKED));
  }

  /** If the clusters do not fit the tokens, no words are shown. */
  public void testClustersOfOtherTokens() {
    assertNull(PoolClusters.members(new int[] {0, 1, 2}, 2));
    assertNull(PoolClusters.members(new int[] {0, 1, 1}, 3));
    assertNull(PoolClusters.members(new int[] {0, -1}, 1));
    assertEquals(0, PoolClusters.members(new int[0], 0).length);
    int[][] members = PoolClusters.members(new int[] {0, 1, 0}, 2);
    assertArrayEquals(new int[] {0, 2}, members[0]);
    assertArrayEquals(new int[] {1}, members[1]);
  }

  /** Clusters are read back unchanged, from any segment and with any number of bytes. */
  public void testBytes() throws IOException {
    List<int[]> all = new ArrayList<>();
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer =
          new IndexWriter(directory, newIndexWriterConfig().setMergePolicy(newLogMergePolicy()))) {
        for (int doc = 0; doc < 20; doc++) {
          int[] clusters = random().nextInt(4) == 0 ? null : new int[1 + random().nextInt(50)];
          Document document = new Document();
          if (clusters != null) {
            int bound = 1 << random().nextInt(1, 20);
            Arrays.setAll(clusters, i -> random().nextInt(bound));
            document.add(PoolClusters.field(clusters));
          }
          all.add(clusters);
          writer.addDocument(document);
          if (random().nextInt(5) == 0) {
            writer.flush();
          }
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        for (int doc = 0; doc < 20; doc++) {
          assertArrayEquals(all.get(doc), PoolClusters.read(reader, doc));
        }
      }
    }
  }
}
