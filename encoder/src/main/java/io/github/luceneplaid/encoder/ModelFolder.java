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

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Pattern;

/**
 * The models of a server: the folders in a folder, and the built-in one. A model is opened when it
 * is first asked for. Several threads may encode together.
 *
 * <p>A name is refused by an {@link EncoderException} if there is no such model.
 *
 * @lucene.experimental
 */
public final class ModelFolder implements Closeable {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");

  private static final int SHOWN = 30;

  /**
   * The most vectors of a document: fields for vectors in search engines have no more, and all
   * passages of a text are in memory at once.
   */
  private static final int MOST_VECTORS = 1 << 16;

  private final Path folder;
  private final EncoderOptions options;
  private final int mostVectors;
  private final Map<String, TextEncoder> encoders = new ConcurrentHashMap<>();

  /** Closing waits for what is being encoded, because native code would crash without a model. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private boolean closed;

  /**
   * For a server.
   *
   * @param folder with a folder for each model; it need not be there
   * @param options of each model
   */
  public ModelFolder(Path folder, EncoderOptions options) {
    this(folder, options, MOST_VECTORS);
  }

  /** With another limit than that of search engines. */
  ModelFolder(Path folder, EncoderOptions options, int mostVectors) {
    this.folder = folder;
    this.options = options;
    this.mostVectors = mostVectors;
  }

  /**
   * Encodes a text completely: in parts if it is too long for the model.
   *
   * @param model its name; null for the built-in one
   * @return parts that have tokens
   * @throws EncoderException if it has more than 65,536 tokens
   */
  public List<EncodedPart> encodeDocument(String model, String text) throws IOException {
    return use(
        model,
        encoder -> {
          List<String> parts = encoder.cut("", text).stream().map(TextPart::text).toList();
          checkLength(encoder, parts);
          List<EncodedPart> encoded = new ArrayList<>();
          encoder.encodeDocuments(
              parts,
              (i, part) -> {
                if (part.vectors().length > 0) {
                  encoded.add(new EncodedPart(parts.get(i), part.vectors()));
                }
              });
          return encoded;
        });
  }

  /** Refuses a text of too many tokens before the model runs, and before they take memory. */
  private void checkLength(TextEncoder encoder, List<String> parts) {
    if ((long) parts.size() * encoder.mostTokens() <= mostVectors) {
      return; // Few parts need no counting, which cuts each into pieces once more
    }
    long tokens = 0;
    for (String part : parts) {
      tokens += encoder.locate(part).tokens();
    }
    if (tokens > mostVectors) {
      throw new EncoderException(
          String.format(
              Locale.ROOT,
              "the text is too long for one document: found %,d tokens, expected at most %,d;"
                  + " split it into several documents",
              tokens,
              mostVectors));
    }
  }

  /**
   * Encodes a query, as much of it as the model sees.
   *
   * @param model its name; null for the built-in one
   * @throws EncoderException if there are no words in it
   */
  public EncodedQuery encodeQuery(String model, String text) throws IOException {
    return use(
        model,
        encoder -> {
          float[][] vectors = encoder.encodeQuery(text).vectors();
          int end = encoder.queryEnd(text);
          String unseen = end < 0 ? "" : shown(text.substring(end));
          if (vectors.length == 0) {
            throw new EncoderException(
                "the query has no words" + (end < 0 ? "" : " before \"" + unseen + "\""));
          }
          return new EncodedQuery(vectors, unseen);
        });
  }

  /**
   * Finds the tokens that {@link #encodeDocument} makes of a text in the text.
   *
   * @param model its name; null for the built-in one
   * @return for each token where its piece starts and ends, in chars; twice the same if it is not
   *     in the text
   */
  public int[][] locate(String model, String text) throws IOException {
    return use(model, encoder -> encoder.locateInParts(text));
  }

  /** As much of a text as fits into a warning. */
  private static String shown(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }

  /** What is done with a model. */
  private interface Work<T> {
    T apply(TextEncoder encoder) throws IOException;
  }

  private <T> T use(String model, Work<T> work) throws IOException {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the models are closed");
      }
      String name = model == null ? TextEncoder.BUILT_IN_NAME : model;
      return work.apply(encoders.computeIfAbsent(name, this::open));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      lock.readLock().unlock();
    }
  }

  private TextEncoder open(String name) {
    try {
      if (name.equals(TextEncoder.BUILT_IN_NAME)) {
        return TextEncoder.open(null, options);
      }
      Path model = NAME.matcher(name).matches() ? folder.resolve(name) : null;
      if (model == null || Files.isDirectory(model) == false) {
        throw new EncoderException(
            "found no model ["
                + name
                + "], expected "
                + TextEncoder.BUILT_IN_NAME
                + " or a folder in "
                + folder);
      }
      return TextEncoder.open(model, options);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      closed = true;
      encoders.values().forEach(TextEncoder::close);
      encoders.clear();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
