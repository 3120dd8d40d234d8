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

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Cuts texts that are too long for a model into passages that fit, by the pieces of the model's
 * tokenizer. No part with tokens is left out. A cut is at the end of a paragraph, a sentence, a
 * line or a word: the first of these that the second half of the fitting text has. If it has none,
 * the cut is between two pieces. Passages overlap by up to an eighth. Each passage starts with the
 * title of the text, unless the title takes more than a quarter of the room; then the title is cut
 * like the rest. There are no passages without tokens, as a million brackets would give.
 */
final class TextCutter {
  /** Chars to look at for each piece that fits, until the length of pieces is known. */
  private static final int CHARS_PER_PIECE = 8;

  private static final int OVERLAP = 8;

  /** The longest title that each passage has, even if a long word of it is a single piece. */
  private static final int TITLE_CHARS = 1000;

  private final PieceTokenizer tokenizer;
  private final int room;

  TextCutter(PieceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
    room = tokenizer.room();
  }

  /** The parts of a text: itself, if it fits or has no tokens. */
  List<TextPart> cut(TextPart whole) {
    if (fits(whole.text())) {
      return List.of(whole);
    }
    int heading = whole.title().isEmpty() ? 0 : pieces(whole.title());
    boolean heads = heading <= room / 4 && whole.title().length() <= TITLE_CHARS;
    String title = heads ? whole.title() : "";
    String text = heads ? whole.body() : whole.text();
    List<int[]> spans = new Text(title, text, heads ? room - heading : room).cut();
    if (spans.isEmpty()) {
      return List.of(whole);
    }
    // A single span counts too: what is before it is punctuation, which would take all of the room
    List<TextPart> parts = new ArrayList<>();
    for (int[] span : spans) {
      parts.add(new TextPart(title, text.substring(span[0], span[1])));
    }
    return parts;
  }

  /** Where the parts of a text without a title start and end. */
  List<int[]> spans(String text) {
    List<int[]> spans = fits(text) ? List.of() : new Text("", text, room).cut();
    return spans.isEmpty() ? List.of(new int[] {0, text.length()}) : spans;
  }

  private boolean fits(String text) {
    return text.length() <= (long) room * CHARS_PER_PIECE * 8 && tokenizer.excess(text) <= 0;
  }

  private int pieces(String text) {
    return tokenizer.spans(text)[0].length;
  }

  /** One text that is cut. */
  private final class Text {
    private final String title;
    private final String text;
    private final int room;

    /** The earliest start of the next part, so that it overlaps with this one. */
    private int overlap;

    /** Chars per piece, a little more than in the part before. */
    private double ratio = CHARS_PER_PIECE;

    Text(String title, String text, int room) {
      this.title = title;
      this.text = text;
      this.room = room;
    }

    /** Where each part starts and ends. */
    List<int[]> cut() {
      List<int[]> spans = new ArrayList<>();
      int from = telling(0);
      while (from < text.length()) {
        int to = fitting(from);
        String part = text.substring(from, to).stripLeading();
        int start = to - part.length();
        part = part.stripTrailing();
        if (tokenizer.hasTokens(part)) {
          spans.add(new int[] {start, start + part.length()});
        }
        from = to == text.length() ? to : telling(overlap);
      }
      return spans;
    }

    /** Returns where a part may start. Leading punctuation is skipped if it would fill the part. */
    private int telling(int from) {
      int telling = tokenizer.firstTelling(text, from);
      return telling - from <= room ? from : telling;
    }

    /**
     * Returns the end of a part that fits. Its pieces may differ slightly from those of the whole
     * text.
     */
    private int fitting(int from) {
      int pieces = room;
      while (true) {
        int to = end(from, pieces);
        String part = text.substring(from, to).strip();
        int excess = tokenizer.excess(title.isEmpty() ? part : title + "\n" + part);
        if (excess <= 0 || pieces == 1) {
          return to;
        }
        pieces = Math.max(1, pieces - excess);
      }
    }

    private int end(int from, int pieces) {
      int length = Math.max(64, (int) (room * ratio));
      while (true) {
        int to = whole((int) Math.min(text.length(), from + (long) length));
        int[][] spans = tokenizer.spans(text.substring(from, to));
        ratio = Math.clamp(1.5 * (to - from) / Math.max(1, spans[0].length), 1.5, CHARS_PER_PIECE);
        if (spans[0].length > pieces + 1) {
          return border(from, spans, pieces);
        } else if (to == text.length()) {
          return spans[0].length <= pieces ? to : border(from, spans, pieces);
        }
        length = (int) Math.min(Integer.MAX_VALUE, 2L * length);
      }
    }

    /** The best place to cut, after at most this many pieces. */
    private int border(int from, int[][] spans, int pieces) {
      int latest = whole(from + Math.max(1, spans[1][pieces - 1]));
      int middle = from + (latest - from) / 2;
      int end = best(from, middle, latest);
      int before = 0;
      while (before < pieces && from + spans[1][before] <= end) {
        before++;
      }
      overlap = end;
      int back = Math.min(room / OVERLAP, before / 4);
      if (back > 0) {
        int start = whole(from + spans[0][before - back]);
        BreakIterator words = BreakIterator.getLineInstance(Locale.ROOT);
        words.setText(text.substring(from, end));
        int at = start - from;
        int border = words.isBoundary(at) ? start : from + words.following(at);
        overlap = whole(Math.max(from + 1, border < end ? border : start));
      }
      return end;
    }

    private int best(int from, int middle, int latest) {
      // Looks no farther back, because texts are long
      String second = text.substring(middle, latest);
      int paragraph = second.lastIndexOf("\n\n");
      if (paragraph >= 0) {
        return middle + paragraph + 2;
      }
      // Takes a little more text, because its end counts as the end of a sentence
      String near = text.substring(from, Math.min(text.length(), latest + 64));
      int sentence = before(BreakIterator.getSentenceInstance(Locale.ROOT), near, latest - from);
      if (from + sentence > middle) {
        return from + sentence;
      }
      int line = second.lastIndexOf('\n');
      if (line >= 0) {
        return middle + line + 1;
      }
      int word = before(BreakIterator.getLineInstance(Locale.ROOT), near, latest - from);
      return from + word > middle ? from + word : latest;
    }

    /** The last break up to a position. */
    private static int before(BreakIterator breaks, String near, int at) {
      breaks.setText(near);
      return at >= near.length() || breaks.isBoundary(at) ? at : breaks.preceding(at);
    }

    /** A position, or the next one if it is in a surrogate pair. */
    private int whole(int at) {
      boolean inside =
          at > 0
              && at < text.length()
              && Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
      return inside ? at + 1 : at;
    }
  }
}
