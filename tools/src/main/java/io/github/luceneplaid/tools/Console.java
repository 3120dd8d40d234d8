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

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.Writer;

/**
 * The streams of a command, and whether a person reads and types at a terminal.
 *
 * <p>Java cannot tell which of the three streams is a terminal; the launcher can, and passes the
 * numbers of those that are as the property {@value #TERMINALS} ("012" for all). Without the
 * property, no stream counts as a terminal.
 */
final class Console {
  static final String TERMINALS = "plaid.terminals";

  /** The property that names a file for errors, in place of standard error. */
  private static final String ERRORS = "plaid.errors";

  private final BufferedReader in;
  private final PrintWriter out;
  private final PrintWriter err;
  private final StandardOutput standard;
  private final boolean interactive;
  private final boolean progress;
  private boolean colours;

  private Console(Reader in, StandardOutput standard, Writer out, Writer err, String terminals) {
    this.standard = standard;
    this.in = new BufferedReader(in);
    this.out = new PrintWriter(out, true);
    this.err = new PrintWriter(err, true);
    interactive = terminals.contains("0") && terminals.contains("1");
    colours =
        terminals.contains("1")
            && System.getenv("NO_COLOR") == null
            && "dumb".equals(System.getenv("TERM")) == false;
    progress = terminals.contains("2");
  }

  /** The process's own streams, in UTF-8. */
  static Console system() {
    openErrors();
    StandardOutput out = new StandardOutput(new FileOutputStream(FileDescriptor.out));
    return new Console(
        new InputStreamReader(System.in, UTF_8),
        out,
        new OutputStreamWriter(out, UTF_8),
        utf8(System.err),
        System.getProperty(TERMINALS, ""));
  }

  /** Writes errors to the file that the launcher names, to bypass its filter. */
  private static void openErrors() {
    String file = System.getProperty(ERRORS);
    if (file != null) {
      try {
        System.setErr(new PrintStream(new FileOutputStream(file, true), true, UTF_8));
      } catch (FileNotFoundException ignored) {
        // Errors then pass the filter, and only the progress bar is lost.
      }
    }
  }

  private static Writer utf8(PrintStream stream) {
    return new PrintWriter(stream, false, UTF_8);
  }

  /** For tests: writes to the given writers; {@code input} is typed on a terminal unless null. */
  static Console of(String input, Writer out, Writer err) {
    return new Console(
        new StringReader(input == null ? "" : input), null, out, err, input == null ? "" : "01");
  }

  /** For tests: writes to a stream that may fail. */
  static Console of(StandardOutput out, Writer err) {
    return new Console(new StringReader(""), out, new OutputStreamWriter(out, UTF_8), err, "");
  }

  /**
   * The reason why output could not be written; null if all was written, or if the reader has
   * closed the stream.
   */
  IOException failure() {
    out.flush();
    return standard == null || standard.isClosed() ? null : standard.failure();
  }

  /** Whether printed output no longer reaches anybody. */
  boolean isDeaf() {
    return standard != null && standard.failure() != null;
  }

  PrintWriter out() {
    return out;
  }

  PrintWriter err() {
    return err;
  }

  /** Prints a note for the user; the command goes on. */
  void note(String line) {
    err.println("plaid: " + oneLine(line));
  }

  /** Prints where an error comes from. Its message may be of any characters. */
  void trace(Throwable e) {
    StringWriter trace = new StringWriter();
    e.printStackTrace(new PrintWriter(trace));
    trace
        .toString()
        .lines()
        .map(line -> visible(line).replace('\u2409', '\t'))
        .forEach(err::println);
  }

  /**
   * A text that is safe to show: control characters, which could move the cursor or worse, become
   * symbols. The length stays the same.
   */
  static String visible(String text) {
    StringBuilder result = null;
    for (int i = 0; i < text.length(); i++) {
      char symbol = visible(text.charAt(i));
      if (symbol != text.charAt(i)) {
        result = result == null ? new StringBuilder(text) : result;
        result.setCharAt(i, symbol);
      }
    }
    return result == null ? text : result.toString();
  }

  private static char visible(char c) {
    if (c < ' ') {
      return (char) ('\u2400' + c);
    } else if (c == '\u007f') {
      return '\u2421';
    } else if (c == '\u0085' || c == '\u2028' || c == '\u2029') {
      return '\u2424'; // line breaks of other kinds
    } else if ((c >= '\u0080' && c <= '\u009f') || isOverride(c)) {
      return '\ufffd';
    }
    return c;
  }

  /** Whether a character changes the direction of all that follows. */
  static boolean isOverride(char c) {
    return (c >= '\u202a' && c <= '\u202e') || (c >= '\u2066' && c <= '\u2069');
  }

  /**
   * A message as one line. It may contain names that somebody else has chosen, so it is made safe.
   */
  static String oneLine(String message) {
    return visible(message.replaceAll("\\s+", " "));
  }

  /** The next line that is typed; null at the end. */
  String readLine() throws IOException {
    return in.readLine();
  }

  /** Whether a person can type answers. */
  boolean interactive() {
    return interactive;
  }

  boolean colours() {
    return colours;
  }

  void setColours(boolean colours) {
    this.colours = colours;
  }

  /**
   * Shows the progress of a long task on a terminal.
   *
   * @param task name of the task
   * @param unit name of the things that are counted, with a space before it
   * @param total the number of things to do
   */
  Progress progress(String task, String unit, long total) {
    return new Progress(task, unit, total, progress);
  }

  /** In bold, on a terminal. */
  String bold(String text) {
    return styled("1", text);
  }

  /** In a faint colour, on a terminal. */
  String faint(String text) {
    return styled("2", text);
  }

  /** In one of six colours that stand out, on a terminal; the number, from 0, says which. */
  String colour(int number, String text) {
    return styled("1;3" + (1 + number % 6), text);
  }

  /** Marked so that it stands out, on a terminal or anywhere else. */
  String mark(String text) {
    return colours ? styled("1;33", text) : "[" + text + "]";
  }

  private String styled(String style, String text) {
    return colours ? "\u001b[" + style + "m" + text + "\u001b[0m" : text;
  }
}
