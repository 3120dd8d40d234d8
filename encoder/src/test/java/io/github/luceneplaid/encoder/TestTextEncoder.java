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

import io.github.luceneplaid.testframework.Mutator;
import io.github.luceneplaid.testframework.TinyModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;

/**
 * With a model of a few pieces, whose vectors can be told from their ids, and once with the real
 * one.
 */
public class TestTextEncoder extends LuceneTestCase {
  private static final int DIMENSION = 8;

  public void testTokens() throws IOException {
    try (TextEncoder encoder = TextEncoder.open(tinyModel())) {
      String text = "Red cats, singing!";
      EncodedText document = document(encoder, text);
      assertArrayEquals(new String[] {"Red", "cat", "s", "sing", "ing"}, pieces(text, document));
      int[] ids = {10, 13, 24, 22, 23};
      for (int i = 0; i < ids.length; i++) {
        assertArrayEquals(vector(ids[i]), document.vectors()[i], 1e-5f);
      }
      // A query keeps its punctuation.
      assertArrayEquals(
          new String[] {"Red", "cat", "s", ",", "sing", "ing", "!"},
          pieces(text, encoder.encodeQuery(text)));
    }
  }

  /** Offsets count chars, although the tokenizer counts code points. */
  public void testSupplementaryCharacters() throws IOException {
    try (TextEncoder encoder = TextEncoder.open(tinyModel())) {
      String text = "the \ud83d\ude00 cat \ud83c\udf33 runs";
      EncodedText document = document(encoder, text);
      String[] pieces = pieces(text, document);
      assertEquals("cat", pieces[2]);
      assertEquals("runs", pieces[4]);
    }
  }

  public void testLengths() throws IOException {
    try (TextEncoder encoder = TextEncoder.open(tinyModel())) {
      String text = String.join(" ", Collections.nCopies(400, "sun"));
      assertEquals(178, document(encoder, text).vectors().length);
      assertEquals(30, encoder.encodeQuery(text).vectors().length);
      assertEquals(0, document(encoder, "").vectors().length);
      assertEquals(0, document(encoder, " ., ").vectors().length);
    }
  }

  /** Batching and its order do not affect the result. */
  public void testBatches() throws IOException {
    String[] words = {"red", "cat", "sleeps", "over", "trees", "moon", "unknown", ",", "stone"};
    List<String> texts = new ArrayList<>();
    int count = 1 + random().nextInt(2 * TextEncoder.WINDOW);
    for (int i = 0; i < count; i++) {
      StringBuilder text = new StringBuilder();
      for (int w = random().nextInt(30); w > 0; w--) {
        text.append(words[random().nextInt(words.length)]).append(' ');
      }
      texts.add(text.toString());
    }
    try (TextEncoder encoder = TextEncoder.open(tinyModel())) {
      List<EncodedText> all = new ArrayList<>();
      encoder.encodeDocuments(
          texts,
          (position, encoded) -> {
            assertEquals(all.size(), position);
            all.add(encoded);
          });
      assertEquals(texts.size(), all.size());
      for (int i = 0; i < count; i += 1 + random().nextInt(20)) {
        EncodedText alone = document(encoder, texts.get(i));
        assertArrayEquals(alone.vectors(), all.get(i).vectors());
        assertArrayEquals(alone.starts(), all.get(i).starts());
        Pieces located = encoder.locate(texts.get(i));
        assertArrayEquals(alone.starts(), located.starts());
        assertArrayEquals(alone.ends(), located.ends());
      }
    }
  }

  /** The settings that exports of ColBERT models have beside them. */
  public void testColbertSettings() throws IOException {
    Path model = tinyModel();
    Files.writeString(
        model.resolve("onnx_config.json"),
        "{\"query_length\": 8, \"document_length\": 6, \"query_prefix_id\": 5,"
            + " \"document_prefix_id\": 6, \"do_query_expansion\": true, \"mask_token_id\": 4,"
            + " \"attend_to_expansion_tokens\": true, \"skiplist_words\": [\",\"]}");
    try (TextEncoder encoder = TextEncoder.open(model)) {
      EncodedText document = document(encoder, "red, green ! blue cat dog");
      // [CLS] [D] red , green [SEP], without the comma
      int[] ids = {2, 6, 10, 11, 3};
      assertEquals(ids.length, document.vectors().length);
      for (int i = 0; i < ids.length; i++) {
        assertArrayEquals(vector(ids[i]), document.vectors()[i], 1e-5f);
      }
      assertArrayEquals(new int[] {-1, -1, 0, 5, -1}, document.starts());
      EncodedText query = encoder.encodeQuery("red cat");
      int[] queryIds = {2, 5, 10, 13, 3, 4, 4, 4};
      assertEquals(queryIds.length, query.vectors().length);
      for (int i = 0; i < queryIds.length; i++) {
        assertArrayEquals(vector(queryIds[i]), query.vectors()[i], 1e-5f);
      }
      assertArrayEquals(new int[] {-1, -1, 0, 4, -1, -1, -1, -1}, query.starts());
    }
  }

  private static ModelConfig settings(Path model, String json) throws IOException {
    Files.writeString(model.resolve("config_sentence_transformers.json"), json);
    return ModelConfig.read(model);
  }

  /** Settings that name pieces, and not their ids, and say nothing of expansion. */
  public void testNamesOfPieces() throws IOException {
    Path model = tinyModel();
    String lengths = "{\"query_length\": 8, \"document_length\": 9";
    String more = ", \"query_prefix\": \"[Q] \", \"document_prefix\": \"[D]\"";
    ModelConfig config = settings(model, lengths + more + "}");
    assertEquals(5, config.queryMarker());
    assertEquals(6, config.documentMarker());
    assertEquals(4, config.expansion());
    config = settings(model, lengths + more + ", \"document_prefix_id\": 7, \"mask_token_id\": 8}");
    assertEquals(7, config.documentMarker());
    assertEquals(8, config.expansion());
    config = settings(model, lengths + ", \"query_prefix\": \"\", \"do_query_expansion\": false}");
    assertEquals(-1, config.queryMarker());
    assertEquals(-1, config.documentMarker());
    assertEquals(-1, config.expansion());
    // Those of a model that is none of ColBERT
    assertSame(ModelConfig.PLAIN, settings(model, "{\"prompts\": {\"query\": \"\"}}"));

    Path file = model.resolve("config_sentence_transformers.json");
    String[][] wrong = {
      {
        lengths + ", \"query_prefix\": \"red cat\"}",
        "query_prefix: found \"red cat\", expected a pi"
      },
      {"{\"query_length\": 8}", "document_length: found none, expected a number of pieces"},
      {"{\"document_prefix\": \"[D]\"}", "query_length: found none, expected a number of pieces"},
    };
    for (String[] settings : wrong) {
      EncoderException e = expectThrows(EncoderException.class, () -> settings(model, settings[0]));
      assertTrue(e.getMessage(), e.getMessage().startsWith(file + ": " + settings[1]));
    }

    // Other tokenizers
    Path tokenizer = model.resolve("tokenizer.json");
    Files.writeString(tokenizer, "{\"model\": {\"vocab\": [[\"a\", 0], [\"<mask>\", -1.5]]}}");
    assertEquals(1, settings(model, lengths + "}").expansion());
    Files.writeString(tokenizer, "{\"added_tokens\": [{\"id\": 9, \"content\": \"[MASK]\"}]}");
    assertEquals(9, settings(model, lengths + "}").expansion());
    Files.writeString(tokenizer, "{\"model\": {\"vocab\": {\"a\": 0}}}");
    EncoderException e = expectThrows(EncoderException.class, () -> settings(model, lengths + "}"));
    assertTrue(e.getMessage(), e.getMessage().startsWith(file + ": mask_token_id: found none"));
    for (String odd :
        List.of("", "[", "{\"model\": []}", "{\"added_tokens\": [{\"id\": \"x\"}]}")) {
      Files.writeString(tokenizer, odd);
      e = expectThrows(EncoderException.class, () -> settings(model, lengths + "}"));
      assertTrue(e.getMessage(), e.getMessage().contains(tokenizer + ": not a tokenizer"));
    }
  }

  /** For a tokenizer that tells upper and lower case apart. Places in the text stay. */
  public void testLowerCase() throws IOException {
    Path model = tinyModel();
    Path tokenizer = model.resolve("tokenizer.json");
    String json = Files.readString(tokenizer);
    String cased = json.replaceAll("\"lowercase\": *true", "\"lowercase\":false");
    assertNotEquals(json, cased);
    Files.writeString(tokenizer, cased);
    String lengths = "{\"query_length\": 9, \"document_length\": 9, \"do_query_expansion\": false";
    String text = "\u0130\ud83d\udc3b RED Cat";
    for (boolean lower : new boolean[] {false, true}) {
      settings(model, lengths + ", \"do_lower_case\": " + lower + "}");
      try (TextEncoder encoder = TextEncoder.open(model)) {
        EncodedText encoded = document(encoder, text);
        int last = encoded.pieces().length - 2;
        assertEquals(lower ? 13 : 1, encoded.pieces()[last]);
        assertEquals(lower ? 10 : 1, encoded.pieces()[last - 1]);
        assertEquals("Cat", text.substring(encoded.starts()[last], encoded.ends()[last]));
      }
    }
  }

  public void testRefusals() throws IOException {
    Path model = tinyModel();
    Files.delete(model.resolve("tokenizer.json"));
    EncoderException e = expectThrows(EncoderException.class, () -> TextEncoder.open(model));
    assertTrue(e.getMessage(), e.getMessage().contains("tokenizer.json is missing"));
    Path broken = tinyModel();
    Files.writeString(broken.resolve("model.onnx"), "not a model");
    e = expectThrows(EncoderException.class, () -> TextEncoder.open(broken));
    assertTrue(e.getMessage(), e.getMessage().contains("not a model ONNX Runtime can load"));
    for (String json : new String[] {"{}", "[", ""}) {
      Path tokenizer = tinyModel();
      Files.writeString(tokenizer.resolve("tokenizer.json"), json);
      e = expectThrows(EncoderException.class, () -> TextEncoder.open(tokenizer));
      assertTrue(e.getMessage(), e.getMessage().contains("tokenizer.json: not a tokenizer"));
    }
  }

  /** A model that cannot be loaded leaves no tokenizer in native memory. */
  public void testClosedOnFailure() throws IOException {
    Path model = tinyModel();
    Files.writeString(model.resolve("model.onnx"), "not a model");
    try (InputStream in = Files.newInputStream(model.resolve("tokenizer.json"))) {
      PieceTokenizer tokenizer = new PieceTokenizer("tiny", in, ModelConfig.PLAIN);
      assertEquals(1, tokenizer.document("red").tokens());
      expectThrows(
          EncoderException.class, () -> TextEncoder.load(model, tokenizer, EncoderOptions.DEFAULT));
      // Closed
      expectThrows(IllegalStateException.class, () -> tokenizer.document("red"));
    }
  }

  /** Damaged settings are refused, by the name of their file. */
  public void testHostileSettings() throws IOException {
    Path model = tinyModel();
    Path file = model.resolve("onnx_config.json");
    Mutator mutator = new Mutator(random());
    byte[] settings =
        ("{\"query_length\": 8, \"document_length\": 6, \"query_prefix_id\": 5,"
                + " \"mask_token_id\": null, \"skiplist_words\": [\",\"], \"x\": {\"y\": []}}")
            .getBytes(StandardCharsets.UTF_8);
    Files.write(file, settings);
    assertEquals(8, ModelConfig.read(model).queryLength());
    for (int i = 0; i < 2_000; i++) {
      Files.write(file, mutator.mutate(settings));
      try {
        assertTrue(ModelConfig.read(model).queryLength() >= 4);
      } catch (EncoderException e) {
        assertTrue(e.getMessage(), e.getMessage().startsWith(file.toString()));
      }
    }
  }

  /** The built-in model gives related texts high scores. */
  public void testBuiltIn() throws IOException {
    try (TextEncoder encoder = TextEncoder.open(null)) {
      EncodedText cat = document(encoder, "A kitten sleeps on the sofa.");
      EncodedText bank = document(encoder, "The bank raised its interest rates.");
      assertEquals(6, cat.vectors().length);
      assertEquals(128, cat.vectors()[0].length);
      assertEquals(1, dot(cat.vectors()[0], cat.vectors()[0]), 1e-4);
      EncodedText query = encoder.encodeQuery("cat on a couch");
      assertTrue(maxSim(query, cat) > maxSim(query, bank) + 0.5);
    }
  }

  private static float maxSim(EncodedText query, EncodedText document) {
    float sum = 0;
    for (float[] q : query.vectors()) {
      float max = -1;
      for (float[] d : document.vectors()) {
        max = Math.max(max, dot(q, d));
      }
      sum += max;
    }
    return sum;
  }

  private static float dot(float[] a, float[] b) {
    float sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static EncodedText document(TextEncoder encoder, String text) throws IOException {
    List<EncodedText> results = new ArrayList<>();
    encoder.encodeDocuments(List.of(text), (position, encoded) -> results.add(encoded));
    assertEquals(1, results.size());
    return results.get(0);
  }

  private static String[] pieces(String text, EncodedText encoded) {
    String[] result = new String[encoded.starts().length];
    for (int i = 0; i < result.length; i++) {
      result[i] = text.substring(encoded.starts()[i], encoded.ends()[i]);
    }
    return result;
  }

  /** The model's vector of a piece: 3 sin(0.7 (id + 1) (j + 1)), brought to unit length. */
  private static float[] vector(int id) {
    float[] result = new float[DIMENSION];
    double squares = 0;
    for (int j = 0; j < DIMENSION; j++) {
      result[j] = (float) Math.sin(0.7 * (id + 1) * (j + 1));
      squares += result[j] * result[j];
    }
    for (int j = 0; j < DIMENSION; j++) {
      result[j] /= (float) Math.sqrt(squares);
    }
    return result;
  }

  private static Path tinyModel() throws IOException {
    return TinyModel.copyTo(createTempDir());
  }
}
