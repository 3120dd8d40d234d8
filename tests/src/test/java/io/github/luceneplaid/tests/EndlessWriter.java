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

import io.github.luceneplaid.fsvi.FsviHnswVectorsFormat;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.RawTokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.MergeScheduler;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * Writes an index, commit after commit, until its process is killed. The content after the n-th
 * commit is a function of n and of a seed. {@code main} takes the folder of the index, the seed,
 * and another seed for everything that does not affect the content. It continues after the last
 * commit, and prints the number of each commit when it is done.
 */
final class EndlessWriter {

  static final String TOKENS = "tokens";
  static final String VECTOR = "vector";
  static final int DIMENSION = 16;
  static final String COMMIT = "commit";

  private static final int ADDED = 40;

  private EndlessWriter() {}

  /** The documents after a commit: the version of each, by id. */
  static SortedMap<Integer, Integer> documents(long seed, int commit) {
    SortedMap<Integer, Integer> documents = new TreeMap<>();
    for (int n = 1; n <= commit; n++) {
      changes(seed, n, documents);
    }
    return documents;
  }

  /**
   * What the n-th commit changes.
   *
   * @param documents the documents before it; changed to those after it
   * @return ids to delete, or to write if they are among the documents afterwards
   */
  private static List<Integer> changes(long seed, int n, SortedMap<Integer, Integer> documents) {
    Random random = new Random(seed * 31 + n);
    List<Integer> changed = new ArrayList<>();
    List<Integer> before = new ArrayList<>(documents.keySet());
    for (int i = random.nextInt(ADDED); i > 0 && before.isEmpty() == false; i--) {
      int id = before.get(random.nextInt(before.size()));
      if (random.nextInt(3) == 0) {
        documents.put(id, n);
      } else {
        documents.remove(id);
      }
      changed.add(id);
    }
    for (int i = random.nextInt(2 * ADDED); i >= 0; i--) {
      int id = n * 2 * ADDED + i;
      documents.put(id, n);
      changed.add(id);
    }
    return changed;
  }

  /** Tokens of a document. */
  static float[][] tokens(long seed, int id, int version) {
    Random random = new Random(seed ^ (id * 1_000_003L + version));
    float[][] tokens = new float[1 + random.nextInt(24)][];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = UnitVectors.random(random, DIMENSION);
    }
    return tokens;
  }

  private static Document document(long seed, int id, int version) {
    Document document = new Document();
    document.add(new StringField("id", Integer.toString(id), Field.Store.YES));
    float[][] tokens = tokens(seed, id, version);
    document.add(new LateInteractionField(TOKENS, tokens));
    document.add(new KnnFloatVectorField(VECTOR, tokens[0], VectorSimilarityFunction.DOT_PRODUCT));
    return document;
  }

  private static IndexWriterConfig config(Random random, MergeScheduler scheduler) {
    TieredMergePolicy merges = new TieredMergePolicy();
    merges.setSegmentsPerTier(2 + random.nextInt(3));
    merges.setFloorSegmentMB(0.001);
    DocValuesFormat plaid =
        PlaidDocValuesFormat.builder().trainingThreshold(1000).raw(RawTokens.FLOAT32).build();
    KnnVectorsFormat fsvi = new FsviHnswVectorsFormat();
    return new IndexWriterConfig()
        .setMergePolicy(merges)
        .setMergeScheduler(scheduler)
        .setMaxBufferedDocs(10 + random.nextInt(20))
        .setUseCompoundFile(random.nextBoolean())
        .setCodec(
            new Lucene104Codec() {
              @Override
              public DocValuesFormat getDocValuesFormatForField(String field) {
                return field.equals(TOKENS) ? plaid : super.getDocValuesFormatForField(field);
              }

              @Override
              public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return fsvi;
              }
            });
  }

  /** The number of the last commit of an index; 0 if there is none. */
  static int lastCommit(Directory directory) throws IOException {
    if (DirectoryReader.indexExists(directory) == false) {
      return 0;
    }
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      return Integer.parseInt(reader.getIndexCommit().getUserData().get(COMMIT));
    }
  }

  /** Opens a writer that continues an index. */
  static IndexWriter open(Directory directory, Random random, MergeScheduler scheduler)
      throws IOException {
    return new IndexWriter(directory, config(random, scheduler));
  }

  /**
   * Makes the changes of the n-th commit, and commits.
   *
   * @param documents the documents before it; changed to those after it
   * @param merge whether segments are first merged to one
   */
  static void commit(
      IndexWriter writer, long seed, int n, SortedMap<Integer, Integer> documents, boolean merge)
      throws IOException {
    for (int id : changes(seed, n, documents)) {
      Term term = new Term("id", Integer.toString(id));
      Integer version = documents.get(id);
      if (version == null) {
        writer.deleteDocuments(term);
      } else {
        writer.updateDocument(term, document(seed, id, version));
      }
    }
    if (merge) {
      writer.forceMerge(1);
    }
    writer.setLiveCommitData(Map.of(COMMIT, Integer.toString(n)).entrySet());
    writer.commit();
  }

  @SuppressWarnings("SystemOut") // the parent process reads it
  public static void main(String[] args) throws IOException {
    long seed = Long.parseLong(args[1]);
    Random random = new Random(Long.parseLong(args[2]));
    try (Directory directory = FSDirectory.open(Path.of(args[0]))) {
      int n = lastCommit(directory);
      try (IndexWriter writer = open(directory, random, new ConcurrentMergeScheduler())) {
        System.out.println(n);
        SortedMap<Integer, Integer> documents = documents(seed, n);
        while (true) {
          commit(writer, seed, ++n, documents, random.nextInt(10) == 0);
          System.out.println(n);
        }
      }
    }
  }
}
