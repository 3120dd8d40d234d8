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

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.luceneplaid.encoder.TextEncoder;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.RawTokens;
import io.github.luceneplaid.plaid.TokenPooling;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.index.DirectoryReader;

/**
 * The settings that an index was made with, so that later records are treated like the first ones.
 * Each commit has them in its user data. An index that another program has made may have none of
 * them.
 */
final class IndexSettings {
  private static final String BITS = "plaid.bits";
  private static final String RAW = "plaid.raw";
  private static final String THRESHOLD = "plaid.training-threshold";
  private static final String POOL_FACTOR = "plaid.pool-factor";
  private static final String POOL_PROTECT = "plaid.pool-protect";
  private static final String ENCODING = "plaid.encoding";

  /** A JSON object: names of encodings by absolute paths of files and folders. */
  private static final String ENCODINGS = "plaid.encodings";

  /** A JSON array of absolute paths. */
  private static final String INPUTS = "plaid.inputs";

  /** A JSON array of arrays: the path, the name, the hash, the time and the size of a file. */
  private static final String EMPTIED = "plaid.emptied";

  private final Map<String, String> data;

  /** Those of {@value #ENCODINGS}; null before they are needed. */
  private Map<String, String> encodings;

  /** Those of a new index, to be filled. */
  IndexSettings() {
    data = new TreeMap<>();
  }

  private IndexSettings(Map<String, String> data) {
    this.data = new TreeMap<>(data);
  }

  /** Those of the commit that a reader shows. */
  static IndexSettings of(DirectoryReader reader) throws IOException {
    return new IndexSettings(reader.getIndexCommit().getUserData());
  }

  /** What to commit. */
  Map<String, String> data() {
    return data;
  }

  void setModel(TextEncoder model) {
    data.put(IndexBuilder.MODEL, model.name());
    if (model.fingerprint() != null) {
      data.put(IndexBuilder.FINGERPRINT, model.fingerprint());
    }
  }

  /**
   * Keeps options of the format.
   *
   * @param threshold null for the format's own
   */
  void setFormat(int bits, RawTokens raw, Integer threshold) {
    data.put(BITS, Integer.toString(bits));
    data.put(RAW, raw.name());
    if (threshold != null) {
      data.put(THRESHOLD, threshold.toString());
    }
  }

  /**
   * The format for tokens. If the settings have none, a format that keeps the options of each
   * segment.
   */
  DocValuesFormat format() {
    if (data.containsKey(BITS) == false) {
      return new PlaidDocValuesFormat();
    }
    PlaidDocValuesFormat.Builder builder = PlaidDocValuesFormat.builder().bits(number(BITS, 0));
    builder.raw(RawTokens.valueOf(data.getOrDefault(RAW, RawTokens.NONE.name())));
    if (data.containsKey(THRESHOLD)) {
      builder.trainingThreshold(number(THRESHOLD, 0));
    }
    return builder.build();
  }

  void setPooling(TokenPooling pooling) {
    data.put(POOL_FACTOR, Integer.toString(pooling.factor()));
    data.put(POOL_PROTECT, Integer.toString(pooling.protectedTokens()));
  }

  TokenPooling pooling() {
    return new TokenPooling(number(POOL_FACTOR, 1), number(POOL_PROTECT, 0));
  }

  private int number(String key, int other) {
    String value = data.get(key);
    return value == null ? other : Integer.parseInt(value);
  }

  /**
   * Keeps the encoding of texts.
   *
   * @param name null for the default
   */
  void setEncoding(String name) {
    if (name != null) {
      data.put(ENCODING, name);
    }
  }

  /** Null for the default. */
  String encoding() {
    return data.get(ENCODING);
  }

  /**
   * The encoding of a file; null for the default. If neither the file nor a folder above it has one
   * of its own, it is that of the index.
   */
  String encoding(Path file) throws IOException {
    Map<String, String> own = InputFiles.isRepeatable(file) ? encodings() : Map.of();
    for (Path path = Path.of(SourceFile.path(file)); path != null; path = path.getParent()) {
      if (own.containsKey(path.toString())) {
        return own.get(path.toString());
      }
    }
    return encoding();
  }

  private Map<String, String> encodings() throws IOException {
    if (encodings == null) {
      encodings = new TreeMap<>();
      for (Map.Entry<String, JsonNode> file :
          new ObjectMapper().readTree(data.getOrDefault(ENCODINGS, "{}")).properties()) {
        encodings.put(file.getKey(), file.getValue().asText());
      }
    }
    return encodings;
  }

  /**
   * Keeps the encoding of files, and of all that is in folders.
   *
   * @return whether it was another one
   */
  boolean setEncoding(List<Path> paths, String name) throws IOException {
    Map<String, String> own = encodings();
    Map<String, String> before = Map.copyOf(own);
    for (Path path : paths) {
      if (InputFiles.isRepeatable(path)) {
        Path all = Path.of(SourceFile.path(path));
        own.keySet().removeIf(other -> Path.of(other).startsWith(all));
        if (name.equals(encoding(all)) == false) {
          own.put(all.toString(), name);
        }
      }
    }
    boolean changed = own.equals(before) == false;
    if (changed) {
      data.put(ENCODINGS, json(own));
    }
    return changed;
  }

  /** The files and folders that the index was made of, absolute. */
  List<Path> inputs() throws IOException {
    List<Path> paths = new ArrayList<>();
    if (data.containsKey(INPUTS)) {
      for (JsonNode path : new ObjectMapper().readTree(data.get(INPUTS))) {
        paths.add(Path.of(path.asText()));
      }
    }
    return paths;
  }

  /** Keeps the files and folders that the index is made of, each once. */
  void setInputs(List<Path> inputs) {
    data.put(INPUTS, json(inputs.stream().map(SourceFile::path).distinct().toList()));
  }

  /**
   * Files all of whose records were deleted by their ids. No document is left that could tell their
   * hashes and stamps.
   */
  List<SourceFile> emptied() throws IOException {
    List<SourceFile> files = new ArrayList<>();
    if (data.containsKey(EMPTIED)) {
      for (JsonNode file : new ObjectMapper().readTree(data.get(EMPTIED))) {
        FileStamp stamp = new FileStamp(file.path(4).asLong(), file.path(3).asLong());
        files.add(
            new SourceFile(
                file.path(0).asText(), file.path(1).asText(), file.path(2).asLong(), stamp));
      }
    }
    return files;
  }

  void setEmptied(List<SourceFile> files) {
    List<List<Object>> list = new ArrayList<>();
    for (SourceFile file : files) {
      FileStamp stamp = file.stamp();
      list.add(List.of(file.path(), file.name(), file.hash(), stamp.time(), stamp.size()));
    }
    data.put(EMPTIED, json(list));
  }

  private static String json(Object value) {
    try {
      return new ObjectMapper().writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new AssertionError("strings and numbers", e);
    }
  }
}
