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

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
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
 * length.
 *
 * <p>The built-in model is all-MiniLM-L6-v2, whose last hidden states are projected to 128
 * dimensions. Any other is used as it is.
 */
final class TextEncoder implements Closeable {
  /** How many texts {@link #encodeDocuments} looks at together, to batch those of one length. */
  static final int WINDOW = 64;

  static final String BUILT_IN_NAME = "all-MiniLM-L6-v2";
  private static final String BUILT_IN_MODEL = "/all-minilm-l6-v2.onnx";
  private static final String BUILT_IN_TOKENIZER = "/all-minilm-l6-v2-tokenizer.json";
  private static final String BUILT_IN_PROJECTION = "minilm-128.npy";

  /** Pieces a batch may hold: enough to keep the cores busy, with activations still in cache. */
  private static final int BATCH_PIECES = 1024;

  private final String name;
  private final PieceTokenizer tokenizer;
  private final OnnxModel model;

  private final UnaryOperator<float[]> finish;

  private final String fingerprint;

  private TextEncoder(
      String name,
      String fingerprint,
      PieceTokenizer tokenizer,
      OnnxModel model,
      UnaryOperator<float[]> finish) {
    this.name = name;
    this.fingerprint = fingerprint;
    this.tokenizer = tokenizer;
    this.model = model;
    this.finish = finish;
  }

  /** The model in {@code directory}; the built-in one if that is null. */
  static TextEncoder open(Path directory) throws IOException {
    return directory == null
        ? projected(Projection.resource(BUILT_IN_PROJECTION))
        : load(directory);
  }

  /** The built-in model with a projection of its 384 dimensions. */
  static TextEncoder projected(Projection projection) throws IOException {
    return builtIn(vector -> normalized(projection.apply(vector)));
  }

  /** The built-in model with its hidden states as they are, for fitting a projection. */
  static TextEncoder unprojected() throws IOException {
    return builtIn(UnaryOperator.identity());
  }

  private static TextEncoder builtIn(UnaryOperator<float[]> finish) throws IOException {
    byte[] bytes;
    try (InputStream in = resource(BUILT_IN_MODEL)) {
      bytes = in.readAllBytes();
    }
    PieceTokenizer tokenizer;
    try (InputStream in = resource(BUILT_IN_TOKENIZER)) {
      tokenizer = new PieceTokenizer(in, ModelConfig.PLAIN);
    }
    OnnxModel model = new OnnxModel(BUILT_IN_NAME, bytes);
    return new TextEncoder(BUILT_IN_NAME, null, tokenizer, model, finish);
  }

  private static InputStream resource(String name) throws IOException {
    InputStream in = TextEncoder.class.getResourceAsStream(name);
    if (in == null) {
      throw new IOException("resource " + name + " is missing from the class path");
    }
    return in;
  }

  private static TextEncoder load(Path directory) throws IOException {
    Path onnx = directory.resolve("model.onnx");
    Path pieces = directory.resolve("tokenizer.json");
    for (Path file : List.of(onnx, pieces)) {
      if (Files.isRegularFile(file) == false) {
        throw new UserException(
            "--model "
                + directory
                + ": expected the files model.onnx and tokenizer.json, "
                + file.getFileName()
                + " is missing");
      }
    }
    PieceTokenizer tokenizer;
    try (InputStream in = Files.newInputStream(pieces)) {
      tokenizer = new PieceTokenizer(in, ModelConfig.read(directory));
    }
    return new TextEncoder(
        directory.toString(),
        fingerprint(directory),
        tokenizer,
        new OnnxModel(onnx),
        TextEncoder::normalized);
  }

  /** A hash of all files of a model that affect its vectors. */
  static String fingerprint(Path directory) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files =
          all.filter(Files::isRegularFile)
              .filter(file -> isModel(file.getFileName().toString()))
              .sorted(Comparator.comparing(file -> file.getFileName().toString()))
              .toList();
    } catch (NotDirectoryException | NoSuchFileException e) {
      throw new UserException("--model " + directory + ": no such folder", e);
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
    return name.startsWith("model.onnx")
        || name.equals("tokenizer.json")
        || ModelConfig.FILES.contains(name);
  }

  /** The hash of the model's files; null for the built-in one. */
  String fingerprint() {
    return fingerprint;
  }

  /** What to call the model in messages. */
  String name() {
    return name;
  }

  EncodedText encodeQuery(String text) {
    Pieces pieces = tokenizer.query(text);
    return encode(List.of(pieces)).get(0);
  }

  /** Encodes a query; takes a note if the model does not see all of it. */
  EncodedText encodeQuery(String text, Notes notes) {
    int end = tokenizer.queryEnd(text);
    if (end >= 0) {
      notes.add(
          "query \""
              + Ids.shown(text)
              + "\" is too long for the model: left out from \""
              + Ids.shown(text.substring(end))
              + "\" on");
    }
    return encodeQuery(text);
  }

  /**
   * Encodes records completely, in order. Records that are too long for the model are encoded in
   * parts, see {@link TextCutter}.
   *
   * @param records whose ids are different
   */
  void encodeRecords(List<Passage> records, RecordSink sink) throws IOException {
    Ids ids = new Ids();
    for (Passage record : records) {
      ids.make(record.id(), record.id());
    }
    encodeRecords(records, ids, parts -> false, sink);
  }

  /**
   * As {@link #encodeRecords(List, RecordSink)}.
   *
   * @param ids the ids of the records, and all others that the ids of parts must differ from
   * @param skip chooses, by all parts of a record, the records that are not encoded
   */
  void encodeRecords(List<Passage> records, Ids ids, RecordFilter skip, RecordSink sink)
      throws IOException {
    TextCutter cutter = new TextCutter(tokenizer);
    List<Passage> window = new ArrayList<>();
    for (Passage record : records) {
      List<Passage> parts = cutter.cut(record, ids);
      for (Passage part : skip.test(parts) ? List.<Passage>of() : parts) {
        window.add(part);
        if (window.size() == WINDOW) {
          encodeWindow(window, sink);
        }
      }
    }
    encodeWindow(window, sink);
  }

  private void encodeWindow(List<Passage> window, RecordSink sink) throws IOException {
    if (window.isEmpty()) {
      return;
    }
    List<Pieces> pieces = window.stream().map(part -> tokenizer.document(part.text())).toList();
    EncodedText[] results = encodeWindow(pieces);
    for (int i = 0; i < results.length; i++) {
      sink.accept(window.get(i), results[i]);
    }
    window.clear();
  }

  /** Chooses records by the parts that they were cut into. */
  interface RecordFilter {
    boolean test(List<Passage> parts) throws IOException;
  }

  /** Takes the result for a record, or a part of it. */
  interface RecordSink {
    void accept(Passage passage, EncodedText text) throws IOException;
  }

  /** Whether the model sees all of a document. */
  boolean sees(String text) {
    return tokenizer.excess(text) <= 0;
  }

  /**
   * Encodes texts in order, as much of each as the model sees; {@code sink} gets each result with
   * its position in {@code texts}.
   */
  void encodeDocuments(List<String> texts, Sink sink) throws IOException {
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
  interface Sink {
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
          && (end - start + 1) * window.get(byLength[end]).length() <= BATCH_PIECES) {
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
  Pieces locate(String document) {
    return tokenizer.document(document);
  }

  @Override
  public void close() {
    tokenizer.close();
    model.close();
  }
}
