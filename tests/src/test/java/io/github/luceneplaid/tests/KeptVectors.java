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

import io.github.luceneplaid.fsvi.ExactKnnQuery;
import io.github.luceneplaid.fsvi.FsviEncoding;
import io.github.luceneplaid.fsvi.FsviHnswVectorsFormat;
import io.github.luceneplaid.fsvi.FsviStatistics;
import io.github.luceneplaid.fsvi.FsviVectorsFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnByteVectorQuery;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.Bits;

/**
 * An index of vectors that is written with one version of the format and searched with another. It
 * has deletes, segments with and without documents without vectors, and these fields:
 *
 * <ul>
 *   <li>one for each encoding of floats and each similarity, and of bytes for each similarity
 *   <li>one with a graph for each encoding and of bytes. These have all similarities, too
 *   <li>one for each encoding that does not fit all vectors, so that some of its segments have
 *       32-bit floats instead
 * </ul>
 */
final class KeptVectors {

  private static final int DIMENSION = 11;
  private static final int SEGMENTS = 3;
  private static final int DOCUMENTS = 20;
  private static final int QUERIES = 3;
  private static final int K = 4;

  /** Documents whose vectors are too small or too large for 16-bit floats, or for bytes. */
  private static final int SMALL_ID = 24;

  private static final int LARGE_ID = 50;

  // A field is named by what is special about it, its encoding and its similarity
  private static final String BYTES = "BYTES";
  private static final String GRAPH = "graph-";
  private static final String UNFIT = "unfit-";
  private static final Pattern NAME = Pattern.compile("(graph-|unfit-|)(.*)-(.*)");

  private KeptVectors() {}

  private static List<String> fields() {
    // Bytes and 32-bit floats fit all vectors, the others do not
    List<String> encodings = new ArrayList<>(List.of(BYTES));
    for (FsviEncoding encoding : FsviEncoding.values()) {
      encodings.add(encoding.name());
    }
    VectorSimilarityFunction[] similarities = VectorSimilarityFunction.values();
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < encodings.size(); i++) {
      String encoding = encodings.get(i);
      for (VectorSimilarityFunction similarity : similarities) {
        fields.add(encoding + "-" + similarity);
      }
      fields.add(GRAPH + encoding + "-" + similarities[i % similarities.length]);
      if (i > 1) {
        fields.add(UNFIT + encoding + "-" + VectorSimilarityFunction.COSINE);
      }
    }
    return fields;
  }

  /** Returns a part of a field's name. */
  private static String part(String field, int group) {
    Matcher name = NAME.matcher(field);
    if (name.matches() == false) {
      throw new AssertionError(field);
    }
    return name.group(group);
  }

  private static boolean isOfBytes(String field) {
    return part(field, 2).equals(BYTES);
  }

  private static boolean hasGraph(String field) {
    return field.startsWith(GRAPH);
  }

  private static KnnVectorsFormat format(String field) {
    FsviEncoding encoding =
        isOfBytes(field) ? FsviEncoding.FLOAT32 : FsviEncoding.valueOf(part(field, 2));
    return hasGraph(field)
        ? FsviHnswVectorsFormat.builder().encoding(encoding).graphThreshold(1).build()
        : new FsviVectorsFormat(encoding);
  }

  private static IndexWriterConfig config() {
    return new IndexWriterConfig()
        .setUseCompoundFile(false)
        .setMergeScheduler(new SerialMergeScheduler())
        .setCodec(
            new Lucene104Codec() {
              @Override
              public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return format(field);
              }
            });
  }

  private static byte[] bytes(float[] vector) {
    byte[] bytes = new byte[vector.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (100 * vector[i]);
    }
    return bytes;
  }

  private static void addVectors(Document document, int id, float[] vector) {
    for (String field : fields()) {
      VectorSimilarityFunction similarity = VectorSimilarityFunction.valueOf(part(field, 3));
      if (isOfBytes(field)) {
        document.add(new KnnByteVectorField(field, bytes(vector), similarity));
      } else if (field.startsWith(UNFIT)) {
        document.add(new KnnFloatVectorField(field, unfit(id, vector), similarity));
      } else {
        document.add(new KnnFloatVectorField(field, vector, similarity));
      }
    }
  }

  private static float[] unfit(int id, float[] vector) {
    float factor = id == SMALL_ID ? 0x1p-101f : id == LARGE_ID ? 0x1p20f : 1;
    float[] scaled = new float[vector.length];
    for (int j = 0; j < vector.length; j++) {
      scaled[j] = factor * vector[j];
    }
    return scaled;
  }

  static void write(Directory directory) throws IOException {
    Random random = new Random(29);
    IndexWriterConfig config = config().setMergePolicy(NoMergePolicy.INSTANCE);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int id = 0; id < SEGMENTS * DOCUMENTS; id++) {
        Document document = new Document();
        document.add(new StringField("id", Integer.toString(id), Field.Store.YES));
        // All documents of the second segment have vectors
        if (id % 11 != 3 || id / DOCUMENTS == 1) {
          addVectors(document, id, UnitVectors.random(random, DIMENSION));
        }
        writer.addDocument(document);
        if (id % DOCUMENTS == DOCUMENTS - 1) {
          writer.flush();
        }
      }
      writer.deleteDocuments(new Term("id", "8"), new Term("id", "47"));
    }
  }

  static void merge(Directory directory) throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, config())) {
      writer.forceMerge(1);
    }
  }

  private static Query query(String field, float[] target) {
    if (isOfBytes(field)) {
      return hasGraph(field)
          ? new KnnByteVectorQuery(field, bytes(target), K)
          : new ExactKnnQuery(field, bytes(target), K);
    }
    return hasGraph(field)
        ? new KnnFloatVectorQuery(field, target, K)
        : new ExactKnnQuery(field, target, K);
  }

  /** A line for each hit of some queries: field, query, id and score. */
  static List<String> hits(Directory directory) throws IOException {
    List<String> lines = new ArrayList<>();
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexSearcher searcher = new IndexSearcher(reader);
      for (String field : fields()) {
        Random random = new Random(31);
        for (int i = 0; i < QUERIES; i++) {
          Query query = query(field, UnitVectors.random(random, DIMENSION));
          for (ScoreDoc hit : searcher.search(query, K).scoreDocs) {
            String id = searcher.storedFields().document(hit.doc).get("id");
            lines.add(String.format(Locale.ROOT, "hit %s %d %s %.4f", field, i, id, hit.score));
          }
        }
      }
    }
    return lines;
  }

  /** The form of each field in each segment, and its bytes per vector. */
  static List<String> forms(Directory directory) throws IOException {
    List<String> lines = new ArrayList<>();
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      for (LeafReaderContext leaf : reader.leaves()) {
        for (FieldInfo field : leaf.reader().getFieldInfos()) {
          if (field.hasVectorValues()) {
            FsviStatistics form = FsviVectorsFormat.statistics(leaf.reader(), field.name);
            lines.add(
                String.format(
                    Locale.ROOT,
                    "form %d %s %s %d",
                    leaf.ord,
                    field.name,
                    form.slabs(),
                    form.bytesPerVector()));
          }
        }
      }
    }
    return lines;
  }

  /** A number for each vector: field, id, and a number that all elements change. */
  static List<String> values(Directory directory) throws IOException {
    List<String> lines = new ArrayList<>();
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      for (LeafReaderContext leaf : reader.leaves()) {
        for (String field : fields()) {
          if (isOfBytes(field)) {
            ByteVectorValues values = leaf.reader().getByteVectorValues(field);
            addValues(leaf.reader(), field, values, ord -> number(values.vectorValue(ord)), lines);
          } else {
            FloatVectorValues values = leaf.reader().getFloatVectorValues(field);
            addValues(leaf.reader(), field, values, ord -> number(values.vectorValue(ord)), lines);
          }
        }
      }
    }
    return lines;
  }

  /** Reads the number of a vector. */
  private interface Numbers {
    double of(int ord) throws IOException;
  }

  private static void addValues(
      LeafReader reader, String field, KnnVectorValues values, Numbers numbers, List<String> lines)
      throws IOException {
    Bits live = reader.getLiveDocs();
    for (int ord = 0; ord < values.size(); ord++) {
      int doc = values.ordToDoc(ord);
      if (live == null || live.get(doc)) {
        String id = reader.storedFields().document(doc).get("id");
        lines.add(String.format(Locale.ROOT, "value %s %s %.4f", field, id, numbers.of(ord)));
      }
    }
  }

  /** A number that changes with the direction and the length of a vector, however short it is. */
  private static double number(float[] vector) {
    double sum = 0;
    double squares = 0;
    for (int j = 0; j < vector.length; j++) {
      sum += Math.sin(j + 1) * vector[j];
      squares += (double) vector[j] * vector[j];
    }
    return sum / Math.sqrt(squares) + Math.log(squares);
  }

  private static double number(byte[] vector) {
    double sum = 0;
    for (int j = 0; j < vector.length; j++) {
      sum += Math.sin(j + 1) * vector[j];
    }
    return sum;
  }
}
