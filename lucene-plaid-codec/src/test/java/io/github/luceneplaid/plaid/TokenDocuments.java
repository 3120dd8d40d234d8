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

package io.github.luceneplaid.plaid;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.codecs.asserting.AssertingCodec;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.BytesRef;

/** Random tokens, small indexes of them, and what can be read back. */
public final class TokenDocuments {

  public static final String FIELD = "tokens";
  public static final String ID = "id";

  private TokenDocuments() {}

  /** A token of length 1, in any direction. */
  public static float[] unit(Random random, int dimension) {
    float[] token = new float[dimension];
    double squares = 0;
    while (squares < 1e-6) {
      squares = 0;
      for (int j = 0; j < dimension; j++) {
        token[j] = (float) random.nextGaussian();
        squares += (double) token[j] * token[j];
      }
    }
    return scaled(token, 1 / Math.sqrt(squares));
  }

  public static float[] scaled(float[] token, double factor) {
    float[] scaled = new float[token.length];
    for (int j = 0; j < token.length; j++) {
      scaled[j] = (float) (token[j] * factor);
    }
    return scaled;
  }

  /** Tokens of length 1, in any direction. */
  public static float[][] unit(Random random, int n, int dimension) {
    float[][] tokens = new float[n][];
    for (int i = 0; i < n; i++) {
      tokens[i] = unit(random, dimension);
    }
    return tokens;
  }

  /** Tokens of lengths from 0.1 to 10. */
  public static float[][] anyLength(Random random, int n, int dimension) {
    float[][] tokens = unit(random, n, dimension);
    for (int i = 0; i < n; i++) {
      tokens[i] = scaled(tokens[i], Math.pow(10, random.nextDouble() * 2 - 1));
    }
    return tokens;
  }

  public static Document document(int id, float[][] tokens) {
    Document document = document(id);
    document.add(new LateInteractionField(FIELD, tokens));
    return document;
  }

  public static Document document(int id, BytesRef value) {
    Document document = document(id);
    document.add(new BinaryDocValuesField(FIELD, value));
    return document;
  }

  /** A document without tokens. */
  public static Document document(int id) {
    Document document = new Document();
    document.add(new StringField(ID, Integer.toString(id), Field.Store.NO));
    document.add(new NumericDocValuesField(ID, id));
    return document;
  }

  public static Term term(int id) {
    return new Term(ID, Integer.toString(id));
  }

  /** Adds documents of one random length each, and commits them as one segment. */
  public static void addSegment(
      IndexWriter writer, Random random, int firstId, int docs, int dimension) throws IOException {
    for (int i = 0; i < docs; i++) {
      writer.addDocument(document(firstId + i, unit(random, 1 + random.nextInt(40), dimension)));
    }
    writer.commit();
  }

  /** A codec that writes fields whose name starts with that of {@link #FIELD} with a format. */
  public static Codec codec(DocValuesFormat format) {
    DocValuesFormat others = TestUtil.getDefaultDocValuesFormat();
    return new AssertingCodec() {
      @Override
      public DocValuesFormat getDocValuesFormatForField(String field) {
        return field.startsWith(FIELD) ? format : others;
      }
    };
  }

  /** Each commit makes one segment, and segments are merged only when asked for. */
  public static IndexWriterConfig config(DocValuesFormat format) {
    return config(codec(format));
  }

  public static IndexWriterConfig config(Codec codec) {
    LogDocMergePolicy mergePolicy = new LogDocMergePolicy();
    mergePolicy.setMergeFactor(10_000);
    return new IndexWriterConfig()
        .setCodec(codec)
        .setMergePolicy(mergePolicy)
        .setMergeScheduler(new SerialMergeScheduler())
        .setRAMBufferSizeMB(256);
  }

  /** The values of all live documents by id, as deep copies. */
  public static NavigableMap<Integer, BytesRef> valuesById(IndexReader reader) throws IOException {
    return valuesById(reader, FIELD);
  }

  public static NavigableMap<Integer, BytesRef> valuesById(IndexReader reader, String field)
      throws IOException {
    NavigableMap<Integer, BytesRef> all = new TreeMap<>();
    for (LeafReaderContext context : reader.leaves()) {
      BinaryDocValues values = context.reader().getBinaryDocValues(field);
      NumericDocValues ids = context.reader().getNumericDocValues(ID);
      while (values != null && values.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
        int doc = values.docID();
        if (context.reader().getLiveDocs() == null || context.reader().getLiveDocs().get(doc)) {
          if (ids.advanceExact(doc) == false) {
            throw new AssertionError("document " + doc + " has no id");
          }
          BytesRef before =
              all.put((int) ids.longValue(), BytesRef.deepCopyOf(values.binaryValue()));
          if (before != null) {
            throw new AssertionError("id " + ids.longValue() + " is there twice");
          }
        }
      }
    }
    return all;
  }

  public static NavigableMap<Integer, BytesRef> valuesById(Directory directory) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      return valuesById(reader);
    }
  }

  /** Statistics of all segments that hold the field in PLAID's format. */
  public static List<PlaidStatistics> statistics(IndexReader reader) throws IOException {
    List<PlaidStatistics> all = new ArrayList<>();
    for (LeafReaderContext context : reader.leaves()) {
      PlaidStatistics statistics = PlaidDocValuesFormat.statistics(context.reader(), FIELD);
      if (statistics != null) {
        all.add(statistics);
      }
    }
    return all;
  }

  /** Statistics of the only segment of an index. */
  public static PlaidStatistics statistics(Directory directory) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      if (reader.leaves().size() != 1) {
        throw new AssertionError(reader.leaves().size() + " segments");
      }
      return PlaidDocValuesFormat.statistics(reader.leaves().get(0).reader(), FIELD);
    }
  }

  /** Merges all segments of an index into another one, even if it is only one. */
  public static void rewrite(Directory from, Directory to, IndexWriterConfig config)
      throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(from);
        IndexWriter writer = new IndexWriter(to, config)) {
      writer.addIndexes(codecReaders(reader));
    }
  }

  /** Deletes documents of an index without merging it. */
  public static void delete(Directory directory, IndexWriterConfig config, IntPredicate ids)
      throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int id : valuesById(directory).keySet()) {
        if (ids.test(id)) {
          writer.deleteDocuments(term(id));
        }
      }
    }
  }

  public static CodecReader[] codecReaders(IndexReader reader) {
    return reader.leaves().stream()
        .map(context -> (CodecReader) context.reader())
        .toArray(CodecReader[]::new);
  }

  /** What 16-bit floats keep of values. */
  public static NavigableMap<Integer, BytesRef> roundedToFloat16(
      NavigableMap<Integer, BytesRef> values) {
    NavigableMap<Integer, BytesRef> rounded = new TreeMap<>();
    for (int id : values.keySet()) {
      float[][] tokens = LateInteractionField.decode(values.get(id));
      for (float[] token : tokens) {
        for (int j = 0; j < token.length; j++) {
          token[j] = Float.float16ToFloat(Float.floatToFloat16(token[j]));
        }
      }
      rounded.put(id, LateInteractionField.encode(tokens));
    }
    return rounded;
  }

  /** The mean over all tokens of the squared distance between two values of a document. */
  public static double squaredError(BytesRef expected, BytesRef found) {
    float[][] a = LateInteractionField.decode(expected);
    float[][] b = LateInteractionField.decode(found);
    if (a.length != b.length || a[0].length != b[0].length) {
      throw new AssertionError(a.length + " tokens, found " + b.length);
    }
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[i].length; j++) {
        sum += ((double) a[i][j] - b[i][j]) * ((double) a[i][j] - b[i][j]);
      }
    }
    return sum / a.length;
  }

  public static double length(float[] token) {
    double squares = 0;
    for (float component : token) {
      squares += (double) component * component;
    }
    return Math.sqrt(squares);
  }
}
