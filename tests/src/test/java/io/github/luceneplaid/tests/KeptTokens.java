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
package io.github.luceneplaid.tests;

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.RawTokens;
import io.github.luceneplaid.plaid.exchange.PlaidFolder;
import io.github.luceneplaid.plaid.exchange.PlaidImport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Term;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.BytesRef;

/**
 * An index of tokens that has every form and every option of the format, with a field for each.
 *
 * <ul>
 *   <li>Two segments as they were flushed, with deletes, and one that was merged of two and has
 *       several codebooks. Tokens have an odd number of components, so that groups of codes have
 *       unused bits. Documents have 1 to 20 tokens, so that blocks are cut or full. In every other
 *       of these segments, fields of all bits have tokens of any length.
 *   <li>One field has updates: they are laid over one of these segments, and are written with all
 *       other values of another one. One field was merged with other bits, so its tokens were
 *       encoded twice.
 *   <li>Segments as they were imported, one for each field: residuals of all bits, with and without
 *       raw tokens, and signs. In one more segment, two folders for each field are merged with
 *       other tokens.
 * </ul>
 */
final class KeptTokens {

  private static final String FLAT = "flat";
  private static final String PROVISIONAL = "provisional";
  private static final String LENGTHS = "lengths";
  private static final String ESCAPED = "escaped";
  private static final String UPDATED = "updated";
  private static final String TWICE = "twice";
  private static final String BITS = "bits-";
  private static final String IMPORTED = "imported-";
  private static final String SIGNS = "signs";

  private static final List<String> OWN =
      List.of(
          "bits-1",
          "bits-2",
          "bits-3",
          "bits-4",
          "bits-8",
          "float16",
          "float32",
          LENGTHS,
          ESCAPED,
          FLAT,
          PROVISIONAL,
          UPDATED,
          TWICE);

  /** Fields with imported codes. */
  private static final List<String> IMPORTS =
      List.of("imported-1", "imported-2", "imported-4", "imported-8", "imported-raw", SIGNS);

  /** Documents of a segment that is flushed. */
  private static final int DOCUMENTS = 12;

  /** Updates of as many tokens are trained, as fewer would be encoded by a merge. */
  private static final int UPDATES_TRAINED = 30;

  private KeptTokens() {}

  /** All fields. */
  static List<String> fields() {
    List<String> fields = new ArrayList<>(OWN);
    fields.addAll(IMPORTS);
    return fields;
  }

  static int dimension(String field) {
    if (IMPORTS.contains(field)) {
      // Codes of a token are whole bytes
      return 8;
    }
    // Many tokens with small dimension
    return field.equals(FLAT) || field.equals(PROVISIONAL) ? 3 : 13;
  }

  private static DocValuesFormat format(String field) {
    PlaidDocValuesFormat.Builder trained = PlaidDocValuesFormat.builder().trainingThreshold(50);
    return switch (field) {
      case "bits-1", "bits-2", "bits-3", "bits-4", "bits-8" ->
          trained.bits(Integer.parseInt(field.substring(BITS.length()))).build();
      case "float16" ->
          trained.raw(RawTokens.FLOAT16).tokensPerCell(4).seed(-123_456_789_012L).build();
      case "float32" -> trained.raw(RawTokens.FLOAT32).bits(2).build();
      case LENGTHS -> trained.build();
      case ESCAPED -> trained.trainingThreshold(20).build();
      case UPDATED -> trained.trainingThreshold(UPDATES_TRAINED).build();
      case TWICE -> trained.bits(3).build();
      case "imported-raw" -> PlaidDocValuesFormat.builder().raw(RawTokens.FLOAT16).build();
      default -> new PlaidDocValuesFormat();
    };
  }

  private static IndexWriterConfig config() {
    return config(format(TWICE));
  }

  /**
   * Returns the configuration of all writers.
   *
   * @param twice format of the field whose tokens are encoded twice, with other bits at first
   */
  private static IndexWriterConfig config(DocValuesFormat twice) {
    // One format for each field, made once, as formats are compared by identity
    Map<String, DocValuesFormat> formats = new TreeMap<>();
    fields().forEach(field -> formats.put(field, format(field)));
    formats.put(TWICE, twice);
    return new IndexWriterConfig()
        .setUseCompoundFile(false)
        .setMergeScheduler(new SerialMergeScheduler())
        // Keeps the order of segments
        .setMergePolicy(new LogDocMergePolicy())
        .setCodec(
            new Lucene104Codec() {
              @Override
              public DocValuesFormat getDocValuesFormatForField(String field) {
                DocValuesFormat format = formats.get(field);
                return format == null ? super.getDocValuesFormatForField(field) : format;
              }
            });
  }

  private static IndexWriter unmerged(Directory directory, IndexWriterConfig config)
      throws IOException {
    return new IndexWriter(directory, config.setMergePolicy(NoMergePolicy.INSTANCE));
  }

  private static int tokenCount(String field, int id) {
    return switch (field) {
      case FLAT -> 1 + id % 3;
      // Only one segment has enough tokens for provisional codes
      case PROVISIONAL -> id < DOCUMENTS ? 47 + id % 5 : 1 + id % 3;
      default -> 1 + id * 7 % 20;
    };
  }

  static float[][] tokens(Random random, int n, int dimension) {
    float[][] tokens = new float[n][];
    for (int i = 0; i < n; i++) {
      tokens[i] = UnitVectors.random(random, dimension);
    }
    return tokens;
  }

  private static BytesRef value(String field, int id) {
    Random random = new Random(31L * field.hashCode() + id);
    float[][] tokens = tokens(random, tokenCount(field, id), dimension(field));
    boolean anyLength = field.startsWith(BITS) && id / DOCUMENTS % 2 == 1;
    if (field.equals(LENGTHS) || anyLength) {
      for (float[] token : tokens) {
        scale(token, 0.25f + 4 * random.nextFloat());
      }
    }
    if (field.equals(ESCAPED)) {
      switch (id % 6) {
        case 0 -> scale(tokens[tokens.length - 1], 0);
        case 1 -> tokens[0][3] = Float.NaN;
        case 2 -> tokens = tokens(random, 3, 7);
        case 3 -> {
          return new BytesRef("no tokens".getBytes(StandardCharsets.UTF_8));
        }
        default -> {}
      }
    }
    return LateInteractionField.encode(tokens);
  }

  private static void scale(float[] token, float factor) {
    for (int j = 0; j < token.length; j++) {
      token[j] *= factor;
    }
  }

  /** Adds documents as one segment. */
  private static void add(IndexWriter writer, List<String> fields, int firstId) throws IOException {
    for (int id = firstId; id < firstId + DOCUMENTS; id++) {
      Document document = new Document();
      document.add(new StringField("id", Integer.toString(id), Field.Store.NO));
      for (String field : fields) {
        // All documents have two of the fields
        if (id % 9 != 4 || field.equals(FLAT) || field.equals(LENGTHS)) {
          document.add(new BinaryDocValuesField(field, value(field, id)));
        }
      }
      writer.addDocument(document);
    }
    writer.flush();
  }

  /** Imports a folder for each field. */
  private static void addImported(IndexWriter writer, Path parent, int number) throws IOException {
    for (String field : IMPORTS) {
      Path path = Files.createTempDirectory(parent, field);
      Random random = new Random(37L * field.hashCode() + number);
      KeptFolder.write(path, random, dimension(field), importedBits(field), field.equals(SIGNS));
      try (PlaidFolder folder = PlaidFolder.open(path)) {
        PlaidImport.into(writer, folder, field, field + "-order");
      }
    }
  }

  private static int importedBits(String field) {
    return switch (field) {
      case SIGNS -> 1;
      case "imported-raw" -> 4;
      default -> Integer.parseInt(field.substring(IMPORTED.length()));
    };
  }

  /** Updates documents, each with this number of tokens, and commits. */
  private static void update(IndexWriter writer, int tokenCount, int... ids) throws IOException {
    for (int id : ids) {
      float[][] tokens = tokens(new Random(id + tokenCount), tokenCount, dimension(UPDATED));
      writer.updateBinaryDocValue(term(id), UPDATED, LateInteractionField.encode(tokens));
    }
    writer.commit();
  }

  private static void delete(IndexWriter writer, int id) throws IOException {
    writer.deleteDocuments(term(id));
  }

  private static Term term(int id) {
    return new Term("id", Integer.toString(id));
  }

  /**
   * Writes the index.
   *
   * @param folder receives PLAID folders
   */
  static void write(Directory directory, Path folder) throws IOException {
    try (Directory merged = new ByteBuffersDirectory();
        Directory mixed = new ByteBuffersDirectory();
        IndexWriter writer = unmerged(directory, config().setMaxDocValuesOverlays(8))) {
      add(writer, OWN, 0);
      add(writer, OWN, DOCUMENTS);
      update(writer, UPDATES_TRAINED / 3, 0, 1, 2);
      // One of them is updated again, one had no value, and one gets a value without tokens
      writer.updateBinaryDocValue(term(6), UPDATED, new BytesRef("no tokens"));
      update(writer, UPDATES_TRAINED / 2, 2, 4);
      addImported(writer, folder, 0);
      delete(writer, 7);
      delete(writer, 2 * DOCUMENTS - 1);
      writeMerged(merged);
      writeMixed(mixed, folder);
      writer.addIndexes(merged, mixed);
    }
    try (IndexWriter writer = unmerged(directory, config().setMaxDocValuesOverlays(0))) {
      update(writer, UPDATES_TRAINED / 5, DOCUMENTS, DOCUMENTS + 1);
    }
  }

  private static void writeMerged(Directory directory) throws IOException {
    DocValuesFormat otherBits = PlaidDocValuesFormat.builder().trainingThreshold(50).build();
    try (IndexWriter writer = unmerged(directory, config(otherBits))) {
      add(writer, OWN, 2 * DOCUMENTS);
      add(writer, OWN, 3 * DOCUMENTS);
      delete(writer, 3 * DOCUMENTS + 1);
    }
    merge(directory);
  }

  private static void writeMixed(Directory directory, Path folder) throws IOException {
    try (IndexWriter writer = unmerged(directory, config())) {
      addImported(writer, folder, 0);
      addImported(writer, folder, 1);
      List<String> fields = new ArrayList<>(IMPORTS);
      // All tokens of this field have imported codes
      fields.remove(SIGNS);
      add(writer, fields, 4 * DOCUMENTS);
    }
    merge(directory);
  }

  static void merge(Directory directory) throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, config())) {
      writer.forceMerge(1);
    }
  }
}
