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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/**
 * Searches an index in several threads, while another thread adds, replaces and deletes documents
 * and reopens the reader, and merges run. Each hit is compared with the content of the index when
 * its reader was opened. {@code main} takes the folder, a seed, the number of tokens before the
 * searches begin, the seconds that they run, and the number of threads. It prints a report, and
 * fails on a wrong hit. For 0 seconds it merges to one segment instead, and prints the time of the
 * merge.
 */
final class LoadRun {

  private static final String FIELD = "tokens";
  private static final int DIMENSION = 48;
  private static final int TOPICS = 500;
  private static final int TOKENS = 50;
  private static final int QUERY_TOKENS = 8;
  private static final int K = 10;

  /** Documents with ids below this are never changed. */
  private static final int PINNED = 100;

  private static final int CHANGES_PER_REOPEN = 40;
  private static final long REOPEN_MILLIS = 200;

  /**
   * The open files beyond those of the first half that are no leak yet, because merges come and go.
   */
  private static final int SLACK = 100;

  /** The content of a reader: the version of each document, -1 for documents that do not exist. */
  private record Snapshot(DirectoryReader reader, int[] versions) {}

  private final IndexWriter writer;
  private final long seed;
  private final int documents;
  private final int[] versions;
  private final float[][] topics = new float[TOPICS][];
  private final AtomicReference<Snapshot> current = new AtomicReference<>();
  private final AtomicLong missed = new AtomicLong();
  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Long> latencies = new ConcurrentLinkedQueue<>();
  private volatile boolean done;

  private LoadRun(IndexWriter writer, int documents, long seed) {
    this.seed = seed;
    this.writer = writer;
    this.documents = documents;
    this.versions = new int[documents + documents / 10];
    Arrays.fill(versions, -1);
    Random random = new Random(seed);
    for (int i = 0; i < TOPICS; i++) {
      topics[i] = unit(random, new float[DIMENSION], 1);
    }
  }

  private static float[] unit(Random random, float[] around, float noise) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = around[i] + noise * (float) (random.nextGaussian() / Math.sqrt(DIMENSION));
    }
    return UnitVectors.normalize(vector);
  }

  private float[][] tokens(int id, int version) {
    Random random = new Random(seed ^ (id * 1_000_003L + version));
    float[][] tokens = new float[TOKENS][];
    for (int i = 0; i < TOKENS; i++) {
      tokens[i] = unit(random, topics[random.nextInt(TOPICS)], 0.8f);
    }
    return tokens;
  }

  private void write(int id, int version) throws IOException {
    Document document = new Document();
    document.add(new StringField("id", Integer.toString(id), Field.Store.NO));
    document.add(new NumericDocValuesField("number", id));
    document.add(new NumericDocValuesField("version", version));
    document.add(new LateInteractionField(FIELD, tokens(id, version)));
    writer.updateDocument(new Term("id", Integer.toString(id)), document);
    versions[id] = version;
  }

  private void fill() throws IOException {
    for (int id = 0; id < documents; id++) {
      write(id, 0);
    }
  }

  private void change(Random random) throws IOException {
    for (int i = 0; i < CHANGES_PER_REOPEN; i++) {
      int id = random.nextInt(versions.length);
      if (id % PINNED == 0) {
        continue;
      }
      if (random.nextInt(3) == 0) {
        writer.deleteDocuments(new Term("id", Integer.toString(id)));
        versions[id] = -1;
      } else {
        write(id, random.nextInt(1, 1000));
      }
    }
  }

  private void reopen() throws IOException {
    Snapshot old = current.get();
    DirectoryReader reader = DirectoryReader.openIfChanged(old.reader, writer);
    if (reader != null) {
      current.set(new Snapshot(reader, versions.clone()));
      old.reader.decRef();
    }
  }

  private Snapshot acquire() {
    while (true) {
      Snapshot snapshot = current.get();
      if (snapshot.reader.tryIncRef()) {
        return snapshot;
      }
    }
  }

  private void search(Random random) throws IOException {
    Snapshot snapshot = acquire();
    try {
      int target = random.nextInt(documents / PINNED) * PINNED;
      float[][] query = Arrays.copyOf(tokens(target, 0), QUERY_TOKENS);
      IndexSearcher searcher = new IndexSearcher(snapshot.reader);
      long start = System.nanoTime();
      ScoreDoc[] hits = searcher.search(new LateInteractionQuery(FIELD, query, K), K).scoreDocs;
      latencies.add(System.nanoTime() - start);
      boolean found = false;
      for (ScoreDoc hit : hits) {
        int id = number(searcher, "number", hit.doc);
        int version = number(searcher, "version", hit.doc);
        if (snapshot.versions[id] != version) {
          throw new AssertionError(
              "hit " + id + ": version " + version + ", expected " + snapshot.versions[id]);
        }
        double exact = score(query, tokens(id, version));
        if (Math.abs(exact - hit.score) > 0.02 * QUERY_TOKENS) {
          throw new AssertionError("hit " + id + ": score " + hit.score + ", exact " + exact);
        }
        found |= id == target;
      }
      if (hits.length != K) {
        throw new AssertionError("found " + hits.length + " hits, expected " + K);
      }
      missed.addAndGet(found ? 0 : 1);
    } finally {
      snapshot.reader.decRef();
    }
  }

  private static int number(IndexSearcher searcher, String field, int doc) throws IOException {
    var leaves = searcher.getIndexReader().leaves();
    var leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
    NumericDocValues values = leaf.reader().getNumericDocValues(field);
    if (values.advanceExact(doc - leaf.docBase) == false) {
      throw new AssertionError("document " + doc + " has no " + field);
    }
    return (int) values.longValue();
  }

  private static double score(float[][] query, float[][] tokens) {
    double sum = 0;
    for (float[] q : query) {
      double best = -1;
      for (float[] t : tokens) {
        double dot = 0;
        for (int i = 0; i < DIMENSION; i++) {
          dot += q[i] * t[i];
        }
        best = Math.max(best, dot);
      }
      sum += (1 + best) / 2;
    }
    return sum;
  }

  private Thread searcher(int number) {
    Thread thread =
        new Thread(
            () -> {
              Random random = new Random(seed + 1 + number);
              try {
                while (done == false) {
                  search(random);
                }
              } catch (Throwable e) {
                failures.add(e);
                done = true;
              }
            });
    thread.start();
    return thread;
  }

  private static long handles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }

  /** How many files of the index are mapped; deleted ones that a reader holds are, too. */
  private static long mappings(Path folder) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.filter(line -> line.contains(folder.toString())).count();
    }
  }

  /** Changes and reopens for some time; returns the most handles and mappings of each half. */
  private long[] run(Path folder, int seconds, int threads)
      throws IOException, InterruptedException {
    Thread[] searchers = new Thread[threads];
    for (int i = 0; i < threads; i++) {
      searchers[i] = searcher(i);
    }
    long[] most = new long[4];
    Random random = new Random(~seed);
    long start = System.nanoTime();
    long end = start + TimeUnit.SECONDS.toNanos(seconds);
    try {
      while (done == false && System.nanoTime() < end) {
        change(random);
        reopen();
        int half = System.nanoTime() - start < (end - start) / 2 ? 0 : 1;
        most[half] = Math.max(most[half], handles());
        most[2 + half] = Math.max(most[2 + half], mappings(folder));
        Thread.sleep(REOPEN_MILLIS);
      }
    } finally {
      done = true;
      for (Thread searcher : searchers) {
        searcher.join();
      }
    }
    return most;
  }

  private String report(long[] most) {
    long[] nanos = latencies.stream().mapToLong(Long::longValue).sorted().toArray();
    return String.format(
        Locale.ROOT,
        "%d searches, p50 %.1f ms, p99 %.1f ms, %d missed; handles at most %d, then %d;"
            + " mappings %d, then %d",
        nanos.length,
        nanos[nanos.length / 2] / 1e6,
        nanos[nanos.length * 99 / 100] / 1e6,
        missed.get(),
        most[0],
        most[1],
        most[2],
        most[3]);
  }

  private static IndexWriterConfig config() {
    return new IndexWriterConfig()
        .setCodec(PlaidCodec.of(FIELD, PlaidDocValuesFormat.builder().build()));
  }

  @SuppressWarnings("SystemOut") // the parent process reads it
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    long seed = Long.parseLong(args[1]);
    int documents = Math.toIntExact(Long.parseLong(args[2]) / TOKENS);
    int seconds = Integer.parseInt(args[3]);
    try (Directory directory = FSDirectory.open(folder)) {
      System.out.println(
          seconds == 0
              ? merge(directory, seed, documents)
              : search(directory, folder, seed, documents, seconds, Integer.parseInt(args[4])));
    }
    if (mappings(folder) > 0) {
      throw new AssertionError(mappings(folder) + " files are still mapped");
    }
  }

  private static String search(
      Directory directory, Path folder, long seed, int documents, int seconds, int threads)
      throws IOException, InterruptedException {
    LoadRun load;
    long[] most;
    try (IndexWriter writer = new IndexWriter(directory, config())) {
      load = new LoadRun(writer, documents, seed);
      load.fill();
      load.current.set(new Snapshot(DirectoryReader.open(writer), load.versions.clone()));
      most = load.run(folder, seconds, threads);
      load.current.get().reader().close();
    }
    String report = load.report(most);
    if (load.failures.isEmpty() == false) {
      throw new AssertionError(report, load.failures.peek());
    }
    if (load.missed.get() * 200 > load.latencies.size()) {
      throw new AssertionError("searches miss what is there: " + report);
    }
    if (most[1] > 2 * most[0] + SLACK || most[3] > 2 * most[2] + SLACK) {
      throw new AssertionError("files pile up: " + report);
    }
    return report;
  }

  private static String merge(Directory directory, long seed, int documents) throws IOException {
    long start = System.nanoTime();
    int segments;
    try (IndexWriter writer = new IndexWriter(directory, config())) {
      new LoadRun(writer, documents, seed).fill();
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        segments = reader.leaves().size();
      }
      writer.forceMerge(1);
    }
    return String.format(
        Locale.ROOT,
        "%d documents, %d segments merged to one in %d s",
        documents,
        segments,
        (System.nanoTime() - start) / 1_000_000_000);
  }
}
