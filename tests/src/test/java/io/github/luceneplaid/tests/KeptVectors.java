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
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.Bits;

/**
 * An index of vectors that is written with one version of the format and searched with another. It
 * has a field for each encoding and similarity, one with a graph for each encoding, one of bytes,
 * deletes, and documents without vectors.
 */
final class KeptVectors {

  private static final int DIMENSION = 11;
  private static final int SEGMENTS = 3;
  private static final int DOCUMENTS = 20;
  private static final int QUERIES = 3;
  private static final int K = 4;

  private static final String BYTES = "bytes";
  private static final String GRAPH = "graph-";

  private KeptVectors() {}

  private static List<String> floats() {
    List<String> fields = new ArrayList<>();
    for (FsviEncoding encoding : FsviEncoding.values()) {
      for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
        fields.add(encoding + "-" + similarity);
      }
      fields.add(GRAPH + encoding + "-" + VectorSimilarityFunction.DOT_PRODUCT);
    }
    return fields;
  }

  private static KnnVectorsFormat format(String field) {
    if (field.equals(BYTES)) {
      return new FsviVectorsFormat();
    }
    boolean graph = field.startsWith(GRAPH);
    String name = graph ? field.substring(GRAPH.length()) : field;
    FsviEncoding encoding = FsviEncoding.valueOf(name.split("-", -1)[0]);
    return graph
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

  private static void addVectors(Document document, float[] vector) {
    for (String field : floats()) {
      String similarityName = field.substring(field.lastIndexOf('-') + 1);
      VectorSimilarityFunction similarity = VectorSimilarityFunction.valueOf(similarityName);
      document.add(new KnnFloatVectorField(field, vector, similarity));
    }
    document.add(new KnnByteVectorField(BYTES, bytes(vector), VectorSimilarityFunction.EUCLIDEAN));
  }

  static void write(Directory directory) throws IOException {
    Random random = new Random(29);
    IndexWriterConfig config = config().setMergePolicy(NoMergePolicy.INSTANCE);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int id = 0; id < SEGMENTS * DOCUMENTS; id++) {
        Document document = new Document();
        document.add(new StringField("id", Integer.toString(id), Field.Store.YES));
        if (id % 11 != 3) {
          addVectors(document, UnitVectors.random(random, DIMENSION));
        }
        writer.addDocument(document);
        if (id % DOCUMENTS == DOCUMENTS - 1) {
          writer.flush();
        }
      }
      writer.deleteDocuments(new Term("id", "8"), new Term("id", "77"));
    }
  }

  static void merge(Directory directory) throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, config())) {
      writer.forceMerge(1);
    }
  }

  private static Query query(String field, float[] target) {
    if (field.equals(BYTES)) {
      return new ExactKnnQuery(field, bytes(target), K);
    }
    return field.startsWith(GRAPH)
        ? new KnnFloatVectorQuery(field, target, K)
        : new ExactKnnQuery(field, target, K);
  }

  /** A line for each hit of some queries: field, query, id and score. */
  static List<String> hits(Directory directory) throws IOException {
    List<String> fields = floats();
    fields.add(BYTES);
    List<String> lines = new ArrayList<>();
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexSearcher searcher = new IndexSearcher(reader);
      for (String field : fields) {
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

  /** A number for each vector: field, id, and a product with other numbers. */
  static List<String> values(Directory directory) throws IOException {
    List<String> lines = new ArrayList<>();
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      for (LeafReaderContext leaf : reader.leaves()) {
        for (String field : floats()) {
          FloatVectorValues values = leaf.reader().getFloatVectorValues(field);
          addValues(leaf.reader(), field, values, ord -> product(values.vectorValue(ord)), lines);
        }
        ByteVectorValues values = leaf.reader().getByteVectorValues(BYTES);
        addValues(leaf.reader(), BYTES, values, ord -> product(values.vectorValue(ord)), lines);
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

  private static double product(float[] vector) {
    double sum = 0;
    for (int j = 0; j < vector.length; j++) {
      sum += Math.sin(j + 1) * vector[j];
    }
    return sum;
  }

  private static double product(byte[] vector) {
    double sum = 0;
    for (int j = 0; j < vector.length; j++) {
      sum += Math.sin(j + 1) * vector[j];
    }
    return sum;
  }
}
