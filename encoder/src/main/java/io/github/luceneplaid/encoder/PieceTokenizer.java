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

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** Cuts texts into {@link Pieces} with a {@code tokenizer.json}. */
final class PieceTokenizer implements Closeable {
  /** The most chars of a query to look at for each of its pieces, so that its length is bounded. */
  private static final int QUERY_CHARS_PER_PIECE = 64;

  private final HuggingFaceTokenizer tokenizer;
  private final ModelConfig config;

  /**
   * @param name what to call the tokenizer in messages
   * @param in the content of {@code tokenizer.json}
   * @param config lengths, markers and what to drop
   */
  PieceTokenizer(String name, InputStream in, ModelConfig config) throws IOException {
    this.config = config;
    NativeLibraries.load();
    // Texts are cut here, so that the user can be told
    Map<String, String> options = Map.of("truncation", "false", "padding", "false");
    try {
      tokenizer = HuggingFaceTokenizer.newInstance(in, options);
    } catch (RuntimeException e) {
      throw new EncoderException(
          name + ": not a tokenizer that can be loaded: " + e.getMessage(), e);
    }
  }

  /**
   * All pieces of a text.
   *
   * @param starts per piece, where it starts in the text (in chars); −1 if it is not in the text
   * @param ends per piece, where it ends in the text (in chars, exclusive); −1 likewise
   * @param head how many pieces, such as [CLS], stand before those of the text
   * @param tail how many pieces, such as [SEP], stand after those of the text
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Cut(long[] ids, String[] names, int[] starts, int[] ends, int head, int tail) {
    int content() {
      return ids.length - head - tail;
    }

    /** Leaves out the last pieces of the text, so that there are no more than {@code length}. */
    Cut first(int length) {
      if (ids.length <= length) {
        return this;
      }
      int kept = Math.max(0, length - tail);
      int from = ids.length - tail;
      long[] fewer = Arrays.copyOf(ids, length);
      String[] fewerNames = Arrays.copyOf(names, length);
      int[] fewerStarts = Arrays.copyOf(starts, length);
      int[] fewerEnds = Arrays.copyOf(ends, length);
      System.arraycopy(ids, from, fewer, kept, tail);
      System.arraycopy(names, from, fewerNames, kept, tail);
      System.arraycopy(starts, from, fewerStarts, kept, tail);
      System.arraycopy(ends, from, fewerEnds, kept, tail);
      return new Cut(fewer, fewerNames, fewerStarts, fewerEnds, head, tail);
    }
  }

  private Cut cut(String text) {
    String cased = wellFormed(text);
    Encoding encoding = tokenizer.encode(config.lowerCase() ? lowerCase(cased) : cased);
    String[] names = encoding.getTokens();
    long[] special = encoding.getSpecialTokenMask();
    CharSpan[] spans = encoding.getCharTokenSpans();
    int n = names.length;
    int head = 0;
    while (head < n && special[head] == 1) {
      head++;
    }
    int tail = 0;
    while (tail < n - head && special[n - 1 - tail] == 1) {
      tail++;
    }
    int[] starts = new int[n];
    int[] ends = new int[n];
    CodePoints points = new CodePoints(text);
    for (int i = 0; i < n; i++) {
      boolean inText = special[i] == 0 && spans[i] != null;
      starts[i] = inText ? points.offset(spans[i].getStart()) : -1;
      ends[i] = inText ? points.offset(spans[i].getEnd()) : -1;
      // Some tokenizers make the space before a word a part of it
      while (starts[i] < ends[i] - 1 && Character.isWhitespace(text.charAt(starts[i]))) {
        starts[i]++;
      }
    }
    return new Cut(encoding.getIds(), names, starts, ends, head, tail);
  }

  /** Makes a text lower-case, and keeps the number of its characters, by which pieces are found. */
  private static String lowerCase(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return lower.length() == text.length()
        ? lower
        : text.codePoints()
            .map(Character::toLowerCase)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
  }

  /** Replaces halves of surrogate pairs, which the tokenizer cannot take, by as many chars. */
  private static String wellFormed(String text) {
    StringBuilder result = null;
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (i + 1 < text.length()
            && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
          i++;
        } else {
          result = result == null ? new StringBuilder(text) : result;
          result.setCharAt(i, '\ufffd');
        }
      }
    }
    return result == null ? text : result.toString();
  }

  /**
   * Maps the tokenizer's code points to Java's chars. It is fast for positions that nearly ascend.
   */
  private static final class CodePoints {
    private final String text;
    private int points;
    private int chars;

    CodePoints(String text) {
      this.text = text;
    }

    int offset(int codePoints) {
      chars = text.offsetByCodePoints(chars, codePoints - points);
      points = codePoints;
      return chars;
    }
  }

  Pieces query(String text) {
    Cut cut = cut(text.substring(0, queryChars(text))).first(queryLength());
    long[] ids = withMarker(cut.ids, config.queryMarker());
    long[] attention = new long[ids.length];
    Arrays.fill(attention, 1);
    if (config.expansion() >= 0) {
      int length = ids.length;
      ids = Arrays.copyOf(ids, config.queryLength());
      attention = Arrays.copyOf(attention, config.queryLength());
      Arrays.fill(ids, length, ids.length, config.expansion());
      Arrays.fill(attention, length, ids.length, config.attendExpansion() ? 1 : 0);
    }
    return pieces(cut, ids, attention, config.queryMarker() >= 0, false);
  }

  /**
   * Returns the start of the part of a query that the model does not see; −1 if it sees the whole
   * query.
   */
  int queryEnd(String text) {
    int end = queryChars(text);
    Cut cut = cut(text.substring(0, end));
    int length = queryLength();
    if (cut.ids.length > length) {
      return Math.max(0, cut.starts[length - cut.tail]);
    }
    while (end < text.length() && Character.isWhitespace(text.charAt(end))) {
      end++;
    }
    return end == text.length() ? -1 : end;
  }

  /** Returns how many chars of a query are cut into pieces: whole words, if it has several. */
  private int queryChars(String text) {
    long most = (long) config.queryLength() * QUERY_CHARS_PER_PIECE;
    if (text.length() <= most) {
      return text.length();
    }
    int end = (int) most;
    int word = end;
    while (word > 0 && Character.isWhitespace(text.charAt(word - 1)) == false) {
      word--;
    }
    if (Character.isWhitespace(text.charAt(end)) == false
        && text.substring(0, word).isBlank() == false) {
      return word;
    }
    return Character.isSurrogatePair(text.charAt(end - 1), text.charAt(end)) ? end - 1 : end;
  }

  Pieces document(String text) {
    Cut cut = cut(text).first(documentLength());
    long[] ids = withMarker(cut.ids, config.documentMarker());
    long[] attention = new long[ids.length];
    Arrays.fill(attention, 1);
    return pieces(cut, ids, attention, config.documentMarker() >= 0, true);
  }

  /** Returns the most tokens of a document, with its marker. */
  int mostTokens() {
    return config.documentLength();
  }

  private int queryLength() {
    return config.queryLength() - (config.queryMarker() < 0 ? 0 : 1);
  }

  private int documentLength() {
    return config.documentLength() - (config.documentMarker() < 0 ? 0 : 1);
  }

  /**
   * Returns how many pieces of a text do not fit into a document.
   *
   * @return 0 or less if it fits
   */
  int excess(String text) {
    return cut(text).ids.length - documentLength();
  }

  /** Returns how many pieces of text fit into a document. */
  int room() {
    Cut cut = cut("a");
    return Math.max(1, documentLength() - cut.head - cut.tail);
  }

  /** Whether any piece of a text becomes a token. */
  boolean hasTokens(String text) {
    Cut cut = cut(text);
    for (int i = cut.head; i < cut.head + cut.content(); i++) {
      if (config.skips(cut.names[i]) == false) {
        return true;
      }
    }
    return false;
  }

  /** Returns the first char, from a position on, that may become part of a token. */
  int firstTelling(String text, int from) {
    return config.firstTelling(text, from);
  }

  /** Where the pieces of a text lie, without those that stand before and after it. */
  int[][] spans(String text) {
    Cut cut = cut(text);
    int end = cut.head + cut.content();
    return new int[][] {
      Arrays.copyOfRange(cut.starts, cut.head, end), Arrays.copyOfRange(cut.ends, cut.head, end)
    };
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

  private Pieces pieces(Cut cut, long[] ids, long[] attention, boolean marked, boolean skipping) {
    int[] kept = new int[ids.length];
    int[] starts = new int[ids.length];
    int[] ends = new int[ids.length];
    int count = 0;
    for (int position = 0; position < ids.length; position++) {
      int piece = marked && position > 0 ? position - 1 : position;
      boolean inserted = marked && position == 1;
      boolean inText = inserted == false && piece < cut.names.length && cut.starts[piece] >= 0;
      if (inText ? skipping && config.skips(cut.names[piece]) : config.keepSpecial() == false) {
        continue;
      }
      kept[count] = position;
      starts[count] = inText ? cut.starts[piece] : -1;
      ends[count++] = inText ? cut.ends[piece] : -1;
    }
    return new Pieces(
        ids,
        attention,
        Arrays.copyOf(kept, count),
        Arrays.copyOf(starts, count),
        Arrays.copyOf(ends, count));
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
