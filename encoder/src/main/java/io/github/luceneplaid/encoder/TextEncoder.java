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

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Turns texts into tokens: cuts them into pieces, which a transformer turns into vectors of unit
 * length. Several threads may use it together.
 *
 * <p>The built-in model is all-MiniLM-L6-v2, whose last hidden states are projected to 128
 * dimensions. Any other is used as it is.
 *
 * @lucene.experimental
 */
public final class TextEncoder implements Closeable {
  /** How many texts {@link #encodeDocuments} looks at together, to batch those of one length. */
  public static final int WINDOW = 64;

  /** Name of the built-in model. */
  public static final String BUILT_IN_NAME = "all-MiniLM-L6-v2";

  private static final String BUILT_IN_MODEL = "/all-minilm-l6-v2.onnx";
  private static final String BUILT_IN_TOKENIZER = "/all-minilm-l6-v2-tokenizer.json";
  private static final String BUILT_IN_PROJECTION = "minilm-128.npy";

  private static final String MODEL = "model.onnx";

  private final String name;
  private final PieceTokenizer tokenizer;
  private final OnnxModel model;
  private final EncoderOptions options;
  private final UnaryOperator<float[]> finish;
  private final String fingerprint;

  private TextEncoder(
      String name,
      String fingerprint,
      PieceTokenizer tokenizer,
      OnnxModel model,
      EncoderOptions options,
      UnaryOperator<float[]> finish) {
    this.name = name;
    this.fingerprint = fingerprint;
    this.tokenizer = tokenizer;
    this.model = model;
    this.options = options;
    this.finish = finish;
  }

  /**
   * The model in {@code directory}; the built-in one if that is null.
   *
   * @throws EncoderException if it cannot be used
   */
  public static TextEncoder open(Path directory) throws IOException {
    return open(directory, EncoderOptions.DEFAULT);
  }

  /**
   * As {@link #open(Path)}.
   *
   * @param options what it may use of the machine
   */
  public static TextEncoder open(Path directory, EncoderOptions options) throws IOException {
    if (directory != null) {
      return load(directory, options);
    }
    Projection projection = Projection.resource(BUILT_IN_PROJECTION);
    return builtIn(options, vector -> normalized(projection.apply(vector)));
  }

  /** The built-in model with its 384 hidden states as they are, for fitting a projection. */
  public static TextEncoder unprojected() throws IOException {
    return builtIn(EncoderOptions.DEFAULT, UnaryOperator.identity());
  }

  private static TextEncoder builtIn(EncoderOptions options, UnaryOperator<float[]> finish)
      throws IOException {
    PieceTokenizer tokenizer;
    try (InputStream in = resource(BUILT_IN_TOKENIZER)) {
      tokenizer = new PieceTokenizer(BUILT_IN_NAME, in, ModelConfig.PLAIN);
    }
    return orClosed(tokenizer, () -> builtIn(tokenizer, options, finish));
  }

  private static TextEncoder builtIn(
      PieceTokenizer tokenizer, EncoderOptions options, UnaryOperator<float[]> finish)
      throws IOException {
    // By way of a file, because the model is too large for a small heap
    Path file = Files.createTempFile("plaid-model", ".onnx");
    try (InputStream in = resource(BUILT_IN_MODEL)) {
      Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
      OnnxModel model = new OnnxModel(BUILT_IN_NAME, file, options.threads());
      return new TextEncoder(BUILT_IN_NAME, null, tokenizer, model, options, finish);
    } finally {
      Files.delete(file);
    }
  }

  private static InputStream resource(String name) throws IOException {
    InputStream in = TextEncoder.class.getResourceAsStream(name);
    if (in == null) {
      throw new IOException("resource " + name + " is missing from the class path");
    }
    return in;
  }

  private static TextEncoder load(Path directory, EncoderOptions options) throws IOException {
    Path onnx = directory.resolve(MODEL);
    Path pieces = directory.resolve("tokenizer.json");
    for (Path file : List.of(onnx, pieces)) {
      if (Files.isRegularFile(file) == false) {
        throw new EncoderException(
            "model "
                + directory
                + ": expected the files model.onnx and tokenizer.json, "
                + file.getFileName()
                + " is missing");
      }
    }
    PieceTokenizer tokenizer;
    try (InputStream in = Files.newInputStream(pieces)) {
      tokenizer = new PieceTokenizer(pieces.toString(), in, ModelConfig.read(directory));
    }
    return load(directory, tokenizer, options);
  }

  /** The model in a folder, with its tokenizer, which is closed if the model cannot be used. */
  static TextEncoder load(Path directory, PieceTokenizer tokenizer, EncoderOptions options)
      throws IOException {
    Path onnx = directory.resolve(MODEL);
    return orClosed(
        tokenizer,
        () ->
            new TextEncoder(
                directory.toString(),
                fingerprint(directory),
                tokenizer,
                new OnnxModel(onnx.toString(), onnx, options.threads()),
                options,
                TextEncoder::normalized));
  }

  /** What is opened with a tokenizer. */
  private interface Opening {
    TextEncoder open() throws IOException;
  }

  /** Closes a tokenizer if what is opened with it fails, because its memory is native. */
  private static TextEncoder orClosed(PieceTokenizer tokenizer, Opening opening)
      throws IOException {
    boolean success = false;
    try {
      TextEncoder encoder = opening.open();
      success = true;
      return encoder;
    } finally {
      if (success == false) {
        tokenizer.close();
      }
    }
  }

  /** A hash of all files of a model that affect its vectors. */
  public static String fingerprint(Path directory) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files =
          all.filter(Files::isRegularFile)
              .filter(file -> isModel(file.getFileName().toString()))
              .sorted(Comparator.comparing(file -> file.getFileName().toString()))
              .toList();
    } catch (NotDirectoryException | NoSuchFileException e) {
      throw new EncoderException("model " + directory + ": no such folder", e);
    }
    try {
      MessageDigest hash = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (Path file : files) {
        hash.update((file.getFileName() + "\0" + Files.size(file) + "\0").getBytes(UTF_8));
        try (InputStream in = Files.newInputStream(file)) {
          for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
            hash.update(buffer, 0, n);
          }
        }
      }
      return HexFormat.of().formatHex(hash.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JVM has it", e);
    }
  }

  /** The graph with data that lies beside it, the vocabulary and the settings. */
  private static boolean isModel(String name) {
    return name.startsWith(MODEL)
        || name.equals("tokenizer.json")
        || ModelConfig.FILES.contains(name);
  }

  /** The hash of the model's files; null for the built-in one. */
  public String fingerprint() {
    return fingerprint;
  }

  /** What to call the model in messages. */
  public String name() {
    return name;
  }

  /** Encodes a query, as much of it as the model sees. */
  public EncodedText encodeQuery(String text) {
    Pieces pieces = tokenizer.query(text);
    return encode(List.of(pieces)).get(0);
  }

  /**
   * Returns the start of the part of a query that the model does not see; −1 if it sees the whole
   * query. It sees no more than 64 chars for each of the pieces that fit.
   */
  public int queryEnd(String text) {
    return tokenizer.queryEnd(text);
  }

  /**
   * Cuts a text that is too long for the model into parts that it sees completely. No part with
   * tokens is left out. A cut is at the end of a paragraph, a sentence, a line or a word, as the
   * model's tokenizer has pieces, and parts overlap a little. Each part has the title, unless that
   * is long.
   *
   * @param title empty if there is none
   * @return the text itself if it fits or has no tokens
   */
  public List<TextPart> cut(String title, String body) {
    return new TextCutter(tokenizer).cut(new TextPart(title, body));
  }

  /** Whether the model sees all of a document. */
  public boolean sees(String text) {
    return tokenizer.excess(text) <= 0;
  }

  /**
   * Encodes texts in order, as much of each as the model sees; {@code sink} gets each result with
   * its position in {@code texts}.
   */
  public void encodeDocuments(List<String> texts, Sink sink) throws IOException {
    for (int from = 0; from < texts.size(); from += WINDOW) {
      List<Pieces> window = new ArrayList<>();
      for (String text : texts.subList(from, Math.min(texts.size(), from + WINDOW))) {
        window.add(tokenizer.document(text));
      }
      EncodedText[] results = encodeWindow(window);
      for (int i = 0; i < results.length; i++) {
        sink.accept(from + i, results[i]);
      }
    }
  }

  /** Takes the result for one text. */
  public interface Sink {
    /** Takes the result for the text at a position. */
    void accept(int position, EncodedText text) throws IOException;
  }

  /**
   * Batches texts of similar length, because the cost of a batch is the length of its longest text
   * times its size.
   */
  private EncodedText[] encodeWindow(List<Pieces> window) {
    int[] byLength =
        IntStream.range(0, window.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> window.get(i).length()))
            .mapToInt(Integer::intValue)
            .toArray();
    EncodedText[] results = new EncodedText[window.size()];
    int start = 0;
    while (start < byLength.length) {
      int end = start + 1;
      while (end < byLength.length
          && (end - start + 1) * window.get(byLength[end]).length() <= options.batchPieces()) {
        end++;
      }
      List<Pieces> batch = new ArrayList<>();
      for (int i = start; i < end; i++) {
        batch.add(window.get(byLength[i]));
      }
      List<EncodedText> encoded = encode(batch);
      for (int i = start; i < end; i++) {
        results[byLength[i]] = encoded.get(i - start);
      }
      start = end;
    }
    return results;
  }

  private List<EncodedText> encode(List<Pieces> batch) {
    boolean any = batch.stream().anyMatch(pieces -> pieces.tokens() > 0);
    float[][][] vectors = any ? model.run(batch) : new float[batch.size()][0][];
    List<EncodedText> results = new ArrayList<>();
    for (int i = 0; i < vectors.length; i++) {
      for (int t = 0; t < vectors[i].length; t++) {
        vectors[i][t] = finish.apply(vectors[i][t]);
      }
      results.add(batch.get(i).with(vectors[i]));
    }
    return results;
  }

  private static float[] normalized(float[] vector) {
    double squares = 0;
    for (float component : vector) {
      squares += (double) component * component;
    }
    if (squares > 0) {
      float factor = (float) (1 / Math.sqrt(squares));
      for (int i = 0; i < vector.length; i++) {
        vector[i] *= factor;
      }
    }
    return vector;
  }

  /** Where the tokens of a document lie in its text, without running the model. */
  public Pieces locate(String document) {
    return tokenizer.document(document);
  }

  /** Returns the most tokens of a document that {@link #locate} finds. */
  int mostTokens() {
    return tokenizer.mostTokens();
  }

  /**
   * Where the tokens of all parts of a text lie in it, without running the model. The parts are
   * those of {@link #cut} without a title.
   *
   * @return for each token where its piece starts and ends, in chars; twice the same if it is not
   *     in the text
   */
  public int[][] locateInParts(String text) {
    List<int[]> places = new ArrayList<>();
    for (int[] span : new TextCutter(tokenizer).spans(text)) {
      Pieces pieces = locate(text.substring(span[0], span[1]));
      for (int token = 0; token < pieces.tokens(); token++) {
        places.add(
            new int[] {
              span[0] + Math.max(0, pieces.starts()[token]),
              span[0] + Math.max(0, pieces.ends()[token])
            });
      }
    }
    return places.toArray(int[][]::new);
  }

  @Override
  public void close() {
    tokenizer.close();
    model.close();
  }
}
