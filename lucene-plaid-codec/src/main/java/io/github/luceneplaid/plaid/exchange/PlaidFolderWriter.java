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

package io.github.luceneplaid.plaid.exchange;

import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.codebook.PlaidQuantizer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.IOUtils;

/**
 * Writes a PLAID folder that next-plaid 1.8.5 loads, searches and changes. Inverse norms, merged
 * files and raw tokens are not written. Next-plaid creates the first two when it loads a folder.
 */
final class PlaidFolderWriter implements Closeable {

  /** Documents of a chunk, as in next-plaid. */
  static final int CHUNK_DOCUMENTS = 50_000;

  /** The value that next-plaid writes for binary folders, in which it has no meaning. */
  private static final int BITS_OF_SIGNS = 4;

  private static final int BATCH = 1 << 12;

  /** Postings that one pass through the codes collects, for each document of a chunk: 100 MB. */
  private static final int POSTINGS_A_DOCUMENT = 512;

  /** Largest number of postings that one pass through the codes collects: 512 MB. */
  static final int MAX_POSTINGS_A_PASS = 1 << 27;

  private final Path folder;
  private final Codebook codebook;
  private final int chunkDocuments;
  private final int width;
  private long[] longs = new long[0];

  private int chunks;
  private long documents;
  private long tokens;

  // State of the chunk that is being written
  private NpyWriter codes;
  private NpyWriter residuals;
  private int[] counts = new int[0];
  private int size;
  private long chunkTokens;

  /**
   * Starts a folder.
   *
   * @param folder an existing empty folder
   * @param codebook the codebook of the tokens
   */
  PlaidFolderWriter(Path folder, Codebook codebook, int chunkDocuments) {
    this.folder = folder;
    this.codebook = codebook;
    this.chunkDocuments = chunkDocuments;
    this.width = (codebook.dimension() * codebook.buckets().bits() + 7) / 8;
  }

  /** Starts a document of n tokens. All of them must be added before the next document. */
  void startDocument(int n) throws IOException {
    if (size == chunkDocuments) {
      finishChunk();
    }
    if (codes == null) {
      codes = new NpyWriter(folder.resolve(chunks + ".codes.npy"), ElementType.INT64);
      residuals =
          new NpyWriter(folder.resolve(chunks + ".residuals.npy"), ElementType.UINT8, width);
    }
    counts = ArrayUtil.grow(counts, size + 1);
    counts[size++] = n;
    chunkTokens += n;
  }

  /** Adds tokens of the document, by their centroids and their residual bytes, row after row. */
  void add(int[] centroids, byte[] packed, int n) throws IOException {
    longs = ArrayUtil.growNoCopy(longs, n);
    for (int i = 0; i < n; i++) {
      longs[i] = centroids[i];
    }
    codes.writeLongs(longs, 0, n);
    residuals.writeBytes(packed, 0, n * width);
  }

  private void finishChunk() throws IOException {
    codes.finish();
    residuals.finish();
    closeChunk();
    String lengths = Arrays.toString(ArrayUtil.copyOfSubArray(counts, 0, size)).replace(" ", "");
    Files.writeString(folder.resolve("doclens." + chunks + ".json"), lengths);
    writeJson(
        chunks + ".metadata.json",
        "embedding_offset",
        tokens,
        "num_documents",
        size,
        "num_embeddings",
        chunkTokens);
    chunks++;
    documents += size;
    tokens += chunkTokens;
    size = 0;
    chunkTokens = 0;
  }

  private void closeChunk() throws IOException {
    IOUtils.close(codes, residuals);
    codes = null;
    residuals = null;
  }

  /** Completes the folder. */
  void finish() throws IOException {
    if (size > 0) {
      finishChunk();
    }
    PlaidQuantizer buckets = codebook.buckets();
    writeFloats("centroids.npy", codebook.importedCentroids(), codebook.dimension());
    writeFloats("avg_residual.npy", buckets.averageResidual());
    if (buckets.areSigns() == false) {
      writeFloats("bucket_cutoffs.npy", buckets.cutoffs());
      writeFloats("bucket_weights.npy", buckets.weights());
      if (Float.isNaN(buckets.clusterThreshold()) == false) {
        writeFloats("cluster_threshold.npy", new float[] {buckets.clusterThreshold()});
      }
    }
    writeLists();
    int bits = buckets.areSigns() ? BITS_OF_SIGNS : buckets.bits();
    writeJson("plan.json", "nbits", bits, "num_chunks", chunks);
    writeJson(
        PlaidFolderMetadata.FILE,
        "num_chunks",
        chunks,
        "nbits",
        bits,
        "num_partitions",
        codebook.size(),
        "num_embeddings",
        tokens,
        "avg_doclen",
        documents == 0 ? 0.0 : (double) tokens / documents,
        "num_documents",
        documents,
        "embedding_dim",
        codebook.dimension(),
        "next_plaid_compatible",
        true,
        "binary",
        buckets.areSigns());
  }

  private void writeFloats(String name, float[] floats, int... rowShape) throws IOException {
    try (NpyWriter out = new NpyWriter(folder.resolve(name), ElementType.FLOAT32, rowShape)) {
      out.writeFloats(floats, 0, floats.length);
      out.finish();
    }
  }

  private void writeJson(String name, Object... namesAndValues) throws IOException {
    StringBuilder json = new StringBuilder("{");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      json.append(i == 0 ? "\n" : ",\n").append("  \"").append(namesAndValues[i]).append("\": ");
      json.append(namesAndValues[i + 1]);
    }
    Files.writeString(folder.resolve(name), json.append("\n}\n").toString());
  }

  /** Writes the documents of each centroid. They are rising, and each one is listed once. */
  private void writeLists() throws IOException {
    long[] lengths = new long[codebook.size()];
    int[] last = new int[codebook.size()];
    Arrays.fill(last, -1);
    forEachCode(
        (document, centroid) -> {
          lengths[centroid] += last[centroid] == document ? 0 : 1;
          last[centroid] = document;
        });
    long most = postingsOfPass(chunkDocuments);
    try (NpyWriter out = new NpyWriter(folder.resolve("ivf.npy"), ElementType.INT64)) {
      int to;
      for (int from = 0; from < lengths.length; from = to) {
        to = from + 1;
        long postings = lengths[from];
        while (to < lengths.length && postings + lengths[to] <= most) {
          postings += lengths[to++];
        }
        writeLists(lengths, from, to, new int[Math.toIntExact(postings)], out);
      }
      out.finish();
    }
    try (NpyWriter out = new NpyWriter(folder.resolve("ivf_lengths.npy"), ElementType.INT32)) {
      out.writeLongs(lengths, 0, lengths.length);
      out.finish();
    }
  }

  /** Returns how many postings one pass collects, unless a single list is longer. */
  static long postingsOfPass(int chunkDocuments) {
    return Math.min((long) POSTINGS_A_DOCUMENT * chunkDocuments, MAX_POSTINGS_A_PASS);
  }

  /** Writes the lists of consecutive centroids, which one pass through the codes collects. */
  private void writeLists(long[] lengths, int from, int to, int[] lists, NpyWriter out)
      throws IOException {
    int[] next = new int[to - from];
    for (int i = 1; i < next.length; i++) {
      next[i] = next[i - 1] + (int) lengths[from + i - 1];
    }
    int[] last = new int[to - from];
    Arrays.fill(last, -1);
    forEachCode(
        (document, centroid) -> {
          int list = centroid - from;
          if (list >= 0 && list < last.length && last[list] != document) {
            lists[next[list]++] = document;
            last[list] = document;
          }
        });
    long[] batch = new long[BATCH];
    for (int start = 0; start < lists.length; start += BATCH) {
      int n = Math.min(BATCH, lists.length - start);
      for (int i = 0; i < n; i++) {
        batch[i] = lists[start + i];
      }
      out.writeLongs(batch, 0, n);
    }
  }

  private interface CodeVisitor {
    void code(int document, int centroid);
  }

  private void forEachCode(CodeVisitor visitor) throws IOException {
    int document = 0;
    long[] batch = new long[BATCH];
    for (int chunk = 0; chunk < chunks; chunk++) {
      Path lengths = folder.resolve("doclens." + chunk + ".json");
      int[] counts = JsonFile.integers(lengths, Integer.MAX_VALUE);
      try (NpyFile array = NpyFile.open(folder.resolve(chunk + ".codes.npy"))) {
        long token = 0;
        for (int count : counts) {
          for (int from = 0; from < count; from += BATCH) {
            int n = Math.min(BATCH, count - from);
            array.readLongs(token, batch, 0, n);
            for (int i = 0; i < n; i++) {
              visitor.code(document, (int) batch[i]);
            }
            token += n;
          }
          document++;
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    closeChunk();
  }
}
