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
 *       unused bits. Documents have 1 to 20 tokens, so that blocks are cut or full.
 *   <li>Two segments as they were imported: a folder with residuals and a folder with signs. In a
 *       third one both are merged with other tokens.
 * </ul>
 */
final class KeptTokens {

  /** Fields with imported codes, and the folder of each. */
  static final Map<String, String> IMPORTED =
      new TreeMap<>(
          Map.of(
              "imported", "next-plaid-1.8.5/d24-b4-metadata/created/index",
              "signs", "next-plaid-1.8.5/d40-binary-metadata/created/index"));

  private static final String FLAT = "flat";
  private static final String PROVISIONAL = "provisional";
  private static final String LENGTHS = "lengths";
  private static final String ESCAPED = "escaped";

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
          PROVISIONAL);

  private static final int DOCUMENTS = 25;

  private KeptTokens() {}

  /** All fields. */
  static List<String> fields() {
    List<String> fields = new ArrayList<>(OWN);
    fields.addAll(IMPORTED.keySet());
    return fields;
  }

  static int dimension(String field) {
    return switch (field) {
      case "imported" -> 24;
      case "signs" -> 40;
      // Many tokens with small dimension
      case FLAT, PROVISIONAL -> 5;
      default -> 13;
    };
  }

  private static DocValuesFormat format(String field) {
    PlaidDocValuesFormat.Builder trained = PlaidDocValuesFormat.builder().trainingThreshold(100);
    return switch (field) {
      case "bits-1", "bits-2", "bits-3", "bits-4", "bits-8" ->
          trained.bits(Integer.parseInt(field.substring("bits-".length()))).build();
      case "float16" -> trained.raw(RawTokens.FLOAT16).tokensPerCell(4).build();
      case "float32" -> trained.raw(RawTokens.FLOAT32).bits(2).build();
      case LENGTHS -> trained.build();
      case ESCAPED -> trained.trainingThreshold(50).build();
      default -> new PlaidDocValuesFormat();
    };
  }

  private static IndexWriterConfig config() {
    // One format for each field, made once, as formats are compared by identity
    Map<String, DocValuesFormat> formats = new TreeMap<>();
    fields().forEach(field -> formats.put(field, format(field)));
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

  private static IndexWriter unmerged(Directory directory) throws IOException {
    return new IndexWriter(directory, config().setMergePolicy(NoMergePolicy.INSTANCE));
  }

  private static int tokenCount(String field, int id) {
    return switch (field) {
      case FLAT -> 1 + id % 3;
      case PROVISIONAL -> 22 + id % 5;
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
    if (field.equals(LENGTHS)) {
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

  private static void addImported(IndexWriter writer, Path golden) throws IOException {
    for (Map.Entry<String, String> field : IMPORTED.entrySet()) {
      try (PlaidFolder folder = PlaidFolder.open(golden.resolve(field.getValue()))) {
        PlaidImport.into(writer, folder, field.getKey(), field.getKey() + "-order");
      }
    }
  }

  private static void delete(IndexWriter writer, int id) throws IOException {
    writer.deleteDocuments(new Term("id", Integer.toString(id)));
  }

  /**
   * Writes the index.
   *
   * @param golden folder with PLAID folders
   */
  static void write(Directory directory, Path golden) throws IOException {
    try (Directory merged = new ByteBuffersDirectory();
        Directory mixed = new ByteBuffersDirectory();
        IndexWriter writer = unmerged(directory)) {
      add(writer, OWN, 0);
      add(writer, OWN, DOCUMENTS);
      addImported(writer, golden);
      delete(writer, 7);
      delete(writer, 2 * DOCUMENTS - 1);
      try (IndexWriter two = unmerged(merged)) {
        add(two, OWN, 2 * DOCUMENTS);
        add(two, OWN, 3 * DOCUMENTS);
        delete(two, 3 * DOCUMENTS + 1);
      }
      merge(merged);
      try (IndexWriter own = unmerged(mixed)) {
        addImported(own, golden);
        add(own, List.copyOf(IMPORTED.keySet()), 4 * DOCUMENTS);
      }
      merge(mixed);
      writer.addIndexes(merged, mixed);
    }
  }

  static void merge(Directory directory) throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, config())) {
      writer.forceMerge(1);
    }
  }
}
