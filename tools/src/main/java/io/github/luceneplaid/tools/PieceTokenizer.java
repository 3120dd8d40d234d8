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

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Cuts texts into {@link Pieces} with a {@code tokenizer.json}. */
final class PieceTokenizer implements Closeable {
  static {
    // Without these the library looks for a logger, a GPU and a server to report its use to.
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("RUST_FLAVOR", "cpu");
  }

  private final HuggingFaceTokenizer queries;
  private final HuggingFaceTokenizer documents;
  private final ModelConfig config;

  /**
   * @param source gives the content of {@code tokenizer.json}; called twice
   * @param config lengths, markers and what to drop
   */
  PieceTokenizer(Source source, ModelConfig config) throws IOException {
    this.config = config;
    queries = open(source, config.queryLength() - (config.queryMarker() < 0 ? 0 : 1));
    documents = open(source, config.documentLength() - (config.documentMarker() < 0 ? 0 : 1));
  }

  /** Where a file's content comes from. */
  interface Source {
    InputStream open() throws IOException;
  }

  private static HuggingFaceTokenizer open(Source source, int length) throws IOException {
    Map<String, String> options = new HashMap<>();
    options.put("truncation", "true");
    options.put("maxLength", Integer.toString(length));
    options.put("padding", "false");
    try (InputStream in = source.open()) {
      return HuggingFaceTokenizer.newInstance(in, options);
    }
  }

  Pieces query(String text) {
    Encoding encoding = queries.encode(text);
    long[] ids = withMarker(encoding.getIds(), config.queryMarker());
    long[] attention = new long[ids.length];
    Arrays.fill(attention, 1);
    if (config.expansion() >= 0) {
      int length = ids.length;
      ids = Arrays.copyOf(ids, config.queryLength());
      attention = Arrays.copyOf(attention, config.queryLength());
      Arrays.fill(ids, length, ids.length, config.expansion());
      Arrays.fill(attention, length, ids.length, config.attendExpansion() ? 1 : 0);
    }
    return pieces(text, encoding, ids, attention, config.queryMarker() >= 0, false);
  }

  Pieces document(String text) {
    Encoding encoding = documents.encode(text);
    long[] ids = withMarker(encoding.getIds(), config.documentMarker());
    long[] attention = new long[ids.length];
    Arrays.fill(attention, 1);
    return pieces(text, encoding, ids, attention, config.documentMarker() >= 0, true);
  }

  private static long[] withMarker(long[] ids, long marker) {
    if (marker < 0 || ids.length == 0) {
      return ids;
    }
    long[] result = new long[ids.length + 1];
    result[0] = ids[0];
    result[1] = marker;
    System.arraycopy(ids, 1, result, 2, ids.length - 1);
    return result;
  }

  private Pieces pieces(
      String text,
      Encoding encoding,
      long[] ids,
      long[] attention,
      boolean marked,
      boolean skipping) {
    String[] names = encoding.getTokens();
    long[] special = encoding.getSpecialTokenMask();
    CharSpan[] spans = encoding.getCharTokenSpans();
    // The tokenizer counts code points, Java chars.
    boolean wide = text.length() != text.codePointCount(0, text.length());
    int[] kept = new int[ids.length];
    int[] starts = new int[ids.length];
    int[] ends = new int[ids.length];
    int count = 0;
    for (int position = 0; position < ids.length; position++) {
      int piece = marked && position > 0 ? position - 1 : position;
      boolean inserted = marked && position == 1;
      boolean inText = inserted == false && piece < names.length && special[piece] == 0;
      if (inText ? skipping && config.skips(names[piece]) : config.keepSpecial() == false) {
        continue;
      }
      CharSpan span = inText ? spans[piece] : null;
      kept[count] = position;
      starts[count] = span == null ? -1 : offset(text, span.getStart(), wide);
      ends[count++] = span == null ? -1 : offset(text, span.getEnd(), wide);
    }
    return new Pieces(
        ids,
        attention,
        Arrays.copyOf(kept, count),
        Arrays.copyOf(starts, count),
        Arrays.copyOf(ends, count));
  }

  private static int offset(String text, int codePoints, boolean wide) {
    return wide ? text.offsetByCodePoints(0, codePoints) : codePoints;
  }

  @Override
  public void close() {
    queries.close();
    documents.close();
  }
}
