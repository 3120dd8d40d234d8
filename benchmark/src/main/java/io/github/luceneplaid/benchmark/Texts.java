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

import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.VectorRows;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Encoded texts in a folder: the tokens of each and its id. Read by any number of threads. */
final class Texts implements Closeable {
  static final String TOKENS = "tokens.npy";
  static final String LENGTHS = "doclens.json";
  static final String IDS = "ids.json";
  static final String PIECES = "pieces.json";
  static final String POOLED = "pooled.npy";

  private final NpyFile tokens;
  private final VectorRows matrix;
  private final int[] lengths;
  private final long[] starts;
  private final List<String> ids;

  private Texts(NpyFile tokens, int[] lengths, List<String> ids) throws IOException {
    this.tokens = tokens;
    this.matrix = tokens.vectors();
    this.lengths = lengths;
    this.ids = ids;
    starts = new long[lengths.length + 1];
    for (int i = 0; i < lengths.length; i++) {
      starts[i + 1] = starts[i] + lengths[i];
    }
  }

  static Texts open(Path folder) throws IOException {
    int[] lengths = Json.read(folder.resolve(LENGTHS), int[].class);
    Path idFile = folder.resolve(IDS);
    List<String> ids =
        Files.exists(idFile)
            ? List.of(Json.read(idFile, String[].class))
            : IntStream.range(0, lengths.length).mapToObj(Integer::toString).toList();
    NpyFile tokens = NpyFile.open(folder.resolve(TOKENS));
    Texts texts = new Texts(tokens, lengths, ids);
    if (texts.tokens() != tokens.rows() || ids.size() != lengths.length) {
      tokens.close();
      throw new IOException(
          folder + ": " + tokens.rows() + " rows, " + texts.tokens() + " by the lengths");
    }
    return texts;
  }

  int size() {
    return lengths.length;
  }

  long tokens() {
    return starts[lengths.length];
  }

  int dimension() {
    return matrix.dimension();
  }

  int length(int text) {
    return lengths[text];
  }

  int[] lengths() {
    return lengths.clone();
  }

  List<String> ids() {
    return ids;
  }

  /** Token of the whole folder that a text starts with. */
  long start(int text) {
    return starts[text];
  }

  float[][] vectors(int text) {
    return matrix.read(starts[text], lengths[text]);
  }

  /** The tokens of the texts {@code from} to {@code to}, without gaps. */
  float[] flat(int from, int to) {
    int count = Math.toIntExact(starts[to] - starts[from]);
    float[] result = new float[Math.multiplyExact(count, dimension())];
    tokens.readFloats(starts[from] * dimension(), result, 0, result.length);
    return result;
  }

  /**
   * The end of a run of texts that starts at {@code from}. It has at most {@code tokens} tokens,
   * but at least one text.
   */
  int runEnd(int from, int tokens) {
    int end = Arrays.binarySearch(starts, starts[from] + tokens);
    end = end < 0 ? -end - 2 : end;
    return Math.min(size(), Math.max(end, from + 1));
  }

  @Override
  public void close() {
    tokens.close();
  }
}
