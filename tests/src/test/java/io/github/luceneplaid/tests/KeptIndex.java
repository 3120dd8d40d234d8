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

import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.RawTokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Executor;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.perfield.PerFieldDocValuesFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * An index that is written with one version of Lucene and of the format and searched with another:
 * the one on the class path. It has flat and trained segments, fields with and without raw tokens,
 * deletes, and documents without tokens. {@code main} takes {@code write}, {@code read} or {@code
 * merge}, and the folder; {@code read} prints the hits.
 */
final class KeptIndex {

  static final List<String> FIELDS = List.of("coded", "raw", "flat");

  private static final int DIMENSION = 24;
  private static final int SEGMENTS = 3;
  private static final int DOCUMENTS = 40;
  private static final int QUERIES = 10;
  private static final int K = 5;

  private KeptIndex() {}

  private static DocValuesFormat format(String field) {
    return switch (field) {
      case "coded" -> PlaidDocValuesFormat.builder().trainingThreshold(300).bits(2).build();
      case "raw" ->
          PlaidDocValuesFormat.builder().trainingThreshold(300).raw(RawTokens.FLOAT16).build();
      default -> PlaidDocValuesFormat.builder().build();
    };
  }

  private static IndexWriterConfig config(Codec stock) {
    PerFieldDocValuesFormat others = (PerFieldDocValuesFormat) stock.docValuesFormat();
    DocValuesFormat formats =
        new PerFieldDocValuesFormat() {
          @Override
          public DocValuesFormat getDocValuesFormatForField(String field) {
            return FIELDS.contains(field)
                ? format(field)
                : others.getDocValuesFormatForField(field);
          }
        };
    return new IndexWriterConfig()
        .setUseCompoundFile(false)
        .setMergeScheduler(new SerialMergeScheduler())
        .setCodec(
            new FilterCodec(stock.getName(), stock) {
              @Override
              public DocValuesFormat docValuesFormat() {
                return formats;
              }
            });
  }

  private static float[][] tokens(Random random, int n) {
    float[][] tokens = new float[n][];
    for (int i = 0; i < n; i++) {
      tokens[i] = UnitVectors.random(random, DIMENSION);
    }
    return tokens;
  }

  static void write(Directory directory, Codec stock) throws IOException {
    // The documents and queries are always the same, because the hits of the last version are kept
    // with its index
    Random random = new Random(17);
    IndexWriterConfig config = config(stock).setMergePolicy(NoMergePolicy.INSTANCE);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int id = 0; id < SEGMENTS * DOCUMENTS; id++) {
        Document document = new Document();
        document.add(new StringField("id", Integer.toString(id), Field.Store.YES));
        document.add(new NumericDocValuesField("number", id));
        // The last segment is too small to be trained
        boolean small = id >= (SEGMENTS - 1) * DOCUMENTS;
        float[][] tokens = tokens(random, small ? 1 + id % 3 : 5 + id % 20);
        for (String field : FIELDS) {
          if (id % 13 != 5) {
            document.add(new LateInteractionField(field, tokens));
          }
        }
        writer.addDocument(document);
        if (id % DOCUMENTS == DOCUMENTS - 1) {
          writer.flush();
        }
      }
      writer.deleteDocuments(new Term("id", "7"), new Term("id", "61"));
    }
  }

  static void merge(Directory directory, Codec stock) throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, config(stock))) {
      writer.forceMerge(1);
    }
  }

  /**
   * Returns a line for each hit of some queries: field, query, id, score, and a sum over its
   * tokens.
   */
  static List<String> hits(Directory directory) throws IOException {
    return hits(directory, null);
  }

  /** The same, searched by the threads of an executor if there is one. */
  static List<String> hits(Directory directory, Executor executor) throws IOException {
    List<String> lines = new ArrayList<>();
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexSearcher searcher = new IndexSearcher(reader, executor);
      for (String field : FIELDS) {
        Random random = new Random(23);
        for (int query = 0; query < QUERIES; query++) {
          LateInteractionQuery best = new LateInteractionQuery(field, tokens(random, 4), K);
          for (ScoreDoc hit : searcher.search(best, K).scoreDocs) {
            String id = searcher.storedFields().document(hit.doc).get("id");
            // The last digits of a sum depend on the width of the machine's vectors
            lines.add(String.format(Locale.ROOT, "%s %d %s %.3f", field, query, id, hit.score));
          }
        }
      }
    }
    return lines;
  }

  @SuppressWarnings("SystemOut") // the parent process reads it
  public static void main(String[] args) throws IOException {
    try (Directory directory = FSDirectory.open(Path.of(args[1]))) {
      switch (args[0]) {
        case "write" -> write(directory, Codec.getDefault());
        case "merge" -> merge(directory, Codec.getDefault());
        default -> hits(directory).forEach(System.out::println);
      }
    }
  }
}
