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

package io.github.luceneplaid.plaid.segment;

import io.github.luceneplaid.fsvi.internal.FilePart;
import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import io.github.luceneplaid.plaid.PlaidStatistics;
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.codebook.PlaidQuantizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongConsumer;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.store.ByteBuffersIndexInput;
import org.apache.lucene.store.ByteBuffersIndexOutput;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Tests both sides of each limit of an entry of the meta file. */
public class TestPlaidFieldEntry extends LuceneTestCase {

  private static final int MAX_DOC = 100;
  private static final int DOCUMENTS = 40;
  private static final int TOKENS = 400;
  private static final int DIMENSION = 8;
  private static final Codebook.Id ID = new Codebook.Id(1, 2);

  /** All numbers of an entry, to be changed one at a time. */
  private static final class Numbers {
    int maxDoc = MAX_DOC;
    int documents = DOCUMENTS;
    int tokensOfDocument = TOKENS / DOCUMENTS;
    long addressBytes = 1 << 20;
    int dimension = DIMENSION;
    int escaped = 3;
    int bits = 4;
    SlabEncoding raw = null;
    int trainingThreshold = 1;
    int tokensPerCell = 1;
    long copied = TOKENS;
    long encoded;
    long reencoded;
    int timesEncoded = 1;
    SlabEncoding rows = null;
    long rowsOffset = 64;
    boolean provisional;
    boolean trained = true;
    int ownBlocks = 1;
    int centroids = 10;
    float meanResidual = 1;
    long trainedTokens = 5;
    PlaidQuantizer imported;
    long importedOffset = 64;
    boolean importedLast;
    long centroidsOffset = 64;
    int regions = 10;
    long regionsOffset = 64;
    long codesOffset = 64;
    int cells = 20;
    long cellsOffset = 64;
    long postings = 30;
    int postingWidth = 2;
    long postingsOffset = 1;
    long directoryOffset = 1;

    private final ByteBuffersDataOutput meta = new ByteBuffersDataOutput();

    Numbers flat() {
      trained = false;
      rows = SlabEncoding.FLOAT32;
      copied = 0;
      timesEncoded = 0;
      return this;
    }

    /** Makes an entry as a writer does, and writes it. */
    PlaidFieldEntry write() throws IOException {
      ByteBuffersIndexOutput out = new ByteBuffersIndexOutput(meta, "meta", "meta");
      ByteBuffersIndexOutput data =
          new ByteBuffersIndexOutput(new ByteBuffersDataOutput(), "data", "data");
      TokenAddresses.Builder addresses = new TokenAddresses.Builder();
      for (int i = 0; i < documents; i++) {
        addresses.add(i, tokensOfDocument);
      }
      TokenAddresses written = addresses.write(out, data, maxDoc, addresses.counts());
      PlaidFieldEntry entry =
          new PlaidFieldEntry(
              written,
              addressBytes,
              dimension,
              true,
              escaped,
              new PlaidOptions(bits, raw, trainingThreshold, tokensPerCell, 42),
              new TokenHistory(copied, encoded, reencoded, timesEncoded),
              rows == null ? null : new TokenRows(rows, rowsOffset),
              provisional,
              trained ? parts() : null);
      entry.write(out);
      return entry;
    }

    private CodedParts parts() {
      List<CodebookBlock> blocks = new ArrayList<>();
      if (imported != null) {
        blocks.add(new CodebookBlock(ID, centroids, 0, 1, imported, importedOffset));
      }
      for (int i = 0; i < ownBlocks; i++) {
        blocks.add(new CodebookBlock(ID, centroids, meanResidual, trainedTokens, null, 0));
      }
      if (importedLast) {
        Collections.reverse(blocks);
      }
      return new CodedParts(
          blocks,
          centroidsOffset,
          regions,
          regionsOffset,
          codesOffset,
          cells,
          cellsOffset,
          postings,
          postingWidth,
          postingsOffset,
          directoryOffset);
    }

    private IndexInput input() {
      return new ByteBuffersIndexInput(meta.toDataInput(), "meta");
    }
  }

  private interface Change {
    void to(Numbers numbers);
  }

  /** An entry that is written and read is the same. */
  private static void assertFits(Numbers numbers) throws IOException {
    PlaidFieldEntry entry = numbers.write();
    IndexInput in = numbers.input();
    PlaidFieldEntry read = PlaidFieldEntry.read(in, numbers.maxDoc);
    assertEquals(in.length(), in.getFilePointer());
    assertEquals(entry.addressBytes(), read.addressBytes());
    assertEquals(entry.dimension(), read.dimension());
    assertEquals(entry.escapedDocuments(), read.escapedDocuments());
    assertEquals(entry.options(), read.options());
    assertEquals(entry.history(), read.history());
    assertEquals(entry.rows(), read.rows());
    assertEquals(entry.dataParts(), read.dataParts());
    assertEquals(entry.vectorParts(), read.vectorParts());
    assertEquals(PlaidStatistics.of(entry), PlaidStatistics.of(read));
  }

  private static void assertRefused(String what, Numbers numbers) {
    IllegalArgumentException e = expectThrows(IllegalArgumentException.class, numbers::write);
    assertTrue(e.getMessage(), e.getMessage().startsWith(what));
  }

  private static Numbers with(Numbers numbers, Change change) {
    change.to(numbers);
    return numbers;
  }

  private static void fits(Change change) throws IOException {
    assertFits(with(new Numbers(), change));
  }

  private static void refused(String what, Change change) {
    assertRefused(what, with(new Numbers(), change));
  }

  public void testCounts() throws IOException {
    assertFits(new Numbers());
    assertFits(new Numbers().flat());
    refused("documents: found 40, expected 1 to 39", n -> n.maxDoc = 39);
    fits(n -> n.escaped = MAX_DOC - DOCUMENTS);
    refused("escaped documents: found 61, expected 0 to 60", n -> n.escaped = 61);
    refused("escaped documents: found -1", n -> n.escaped = -1);
    fits(n -> n.dimension = 1024);
    refused("dimension: found 1025, expected 1 to 1024", n -> n.dimension = 1025);
    refused("dimension: found 0", n -> n.dimension = 0);
    refused("bytes of addresses: found 0", n -> n.addressBytes = 0);
  }

  /** Either all documents have tokens, or the entry lists them. */
  public void testDense() throws IOException {
    fits(
        n -> {
          n.maxDoc = DOCUMENTS;
          n.escaped = 0;
        });
  }

  /** A document has no more tokens than a value of the field can have. */
  public void testTokensOfDocument() throws IOException {
    int most = Payload.maxTokenCount(1024);
    Numbers numbers = new Numbers().flat();
    numbers.dimension = 1024;
    numbers.tokensOfDocument = most;
    assertFits(numbers);
    Numbers more = new Numbers().flat();
    more.dimension = 1024;
    more.tokensOfDocument = most + 1;
    assertRefused("tokens: found " + (most + 1L) * DOCUMENTS, more);
  }

  public void testOptions() throws IOException {
    for (int bits : new int[] {1, 2, 3, 4, 8}) {
      fits(n -> n.bits = bits);
    }
    refused("bits: found 5", n -> n.bits = 5);
    fits(n -> n.trainingThreshold = Integer.MAX_VALUE);
    refused("training threshold: found 0", n -> n.trainingThreshold = 0);
    fits(n -> n.tokensPerCell = 1 << 16);
    refused("tokens per cell: found 65537", n -> n.tokensPerCell = (1 << 16) + 1);
    refused("tokens per cell: found 0", n -> n.tokensPerCell = 0);
  }

  public void testHistory() throws IOException {
    fits(n -> n.timesEncoded = 1 << 16);
    refused("timesEncoded: found 65537, expected 0 to 65536", n -> n.timesEncoded = (1 << 16) + 1);
    refused("timesEncoded: found 0, expected 1 to 65536", n -> n.timesEncoded = 0);
    refused("timesEncoded: found -1", n -> n.timesEncoded = -1);
    fits(
        n -> {
          n.copied = 100;
          n.encoded = 200;
          n.reencoded = 100;
        });
    refused("coded tokens: found 399, expected 400", n -> n.copied = 399);
    refused("coded tokens: found 401, expected 400", n -> n.encoded = 1);
    refused("copied tokens: found -1", n -> n.copied = -1);
    refused("encoded tokens: found -1", n -> n.encoded = -1);
    refused("tokens encoded anew: found -1", n -> n.reencoded = -1);
    assertFits(with(new Numbers().flat(), n -> n.timesEncoded = 7));
    assertRefused(
        "coded tokens of a flat field: found 1", with(new Numbers().flat(), n -> n.encoded = 1));
    assertEquals(1, TokenHistory.next(0));
    assertEquals(1 << 16, TokenHistory.next((1 << 16) - 1));
    assertEquals(1 << 16, TokenHistory.next(1 << 16));
  }

  private static final SlabEncoding[] RAW = {null, SlabEncoding.FLOAT16, SlabEncoding.FLOAT32};

  public void testRows() throws IOException {
    for (SlabEncoding raw : RAW) {
      fits(n -> n.raw = n.rows = raw);
      for (SlabEncoding other : RAW) {
        if (other != raw) {
          refused(
              "rows: found " + other + ", expected " + raw,
              n -> {
                n.raw = raw;
                n.rows = other;
              });
        }
      }
    }
    for (SlabEncoding raw : new SlabEncoding[] {null, SlabEncoding.FLOAT16}) {
      assertRefused("rows of a flat field", with(new Numbers().flat(), n -> n.rows = raw));
    }
    refusesOffsets("offset of rows", 64, offset -> new TokenRows(SlabEncoding.FLOAT32, offset));
    Change provisional = n -> n.trained = n.provisional = true;
    assertFits(with(new Numbers().flat(), provisional));
    assertRefused("provisional codes", with(new Numbers().flat(), n -> n.provisional = true));
  }

  private static void refusesOffsets(String what, int alignment, LongConsumer maker) {
    maker.accept(0);
    maker.accept(3L * alignment);
    for (long wrong : new long[] {-alignment, 3L * alignment + 1}) {
      IllegalArgumentException e =
          expectThrows(IllegalArgumentException.class, () -> maker.accept(wrong));
      assertTrue(e.getMessage(), e.getMessage().startsWith(what + ": found " + wrong));
    }
  }

  public void testBlocks() throws IOException {
    fits(n -> n.ownBlocks = 16);
    refused("codebook blocks: found 17, expected 1 to 16", n -> n.ownBlocks = 17);
    refused("codebook blocks: found 0", n -> n.ownBlocks = 0);
    fits(n -> n.centroids = n.regions = 1 << 16);
    refused("centroids: found 65537", n -> n.centroids = n.regions = (1 << 16) + 1);
    refused("centroids: found 0", n -> n.centroids = n.regions = 0);
    fits(
        n -> {
          n.ownBlocks = 2;
          n.centroids = 1 << 15;
        });
    refused(
        "centroids: found 65538",
        n -> {
          n.ownBlocks = 2;
          n.centroids = (1 << 15) + 1;
        });
    refused("regions: found 9, expected 10", n -> n.regions = 9);
    refused("offset of regions: found 0, expected 64", n -> n.regionsOffset = 0);
    for (float wrong : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
      refused("mean residual: found " + wrong, n -> n.meanResidual = wrong);
    }
    refused("tokens trained on: found -1", n -> n.trainedTokens = -1);
  }

  public void testRegions() throws IOException {
    Change two = n -> n.ownBlocks = 2;
    assertFits(with(with(new Numbers(), two), n -> n.regions = 1 << 16));
    assertRefused(
        "regions: found 65537", with(with(new Numbers(), two), n -> n.regions = (1 << 16) + 1));
    assertRefused("regions: found 0", with(with(new Numbers(), two), n -> n.regions = 0));
  }

  private static PlaidQuantizer buckets(int bits, int dimension) {
    return PlaidQuantizer.ofResiduals(
        new float[(1 << bits) - 1], new float[1 << bits], new float[dimension], 0);
  }

  public void testImportedBlocks() throws IOException {
    Change imported = n -> n.imported = buckets(4, DIMENSION);
    fits(imported);
    assertFits(with(with(new Numbers(), imported), n -> n.ownBlocks = 0));
    assertFits(with(with(new Numbers(), imported), n -> n.ownBlocks = 15));
    assertRefused(
        "codebook blocks: found 17", with(with(new Numbers(), imported), n -> n.ownBlocks = 16));
    assertRefused(
        "codebook blocks: found an imported one after a trained one",
        with(with(new Numbers(), imported), n -> n.importedLast = true));
    refused("bits of imported codes: found 2", n -> n.imported = buckets(2, DIMENSION));
    refused("dimension of imported codes: found 7", n -> n.imported = buckets(4, 7));
    fits(
        n -> {
          n.bits = 1;
          n.imported = PlaidQuantizer.ofSigns(new float[DIMENSION]);
        });
    assertRefused(
        "offset of centroids", with(with(new Numbers(), imported), n -> n.importedOffset = 65));
    expectThrows(IllegalArgumentException.class, () -> new CodebookBlock(ID, 1, 0, 0, null, 64));
  }

  public void testCellsAndPostings() throws IOException {
    fits(n -> n.cells = 30);
    refused("postings: found 30, expected 31", n -> n.cells = 31);
    refused("cells: found 0", n -> n.cells = 0);
    fits(n -> n.postings = TOKENS);
    refused("postings: found 401, expected 20 to 400", n -> n.postings = TOKENS + 1);
    refused("posting width: found 3, expected 2", n -> n.postingWidth = 3);
    refused("posting width: found 5, expected 2 to 4", n -> n.postingWidth = 5);
    assertEquals(2, CodedParts.widthOfPostings(1 << 16));
    assertEquals(3, CodedParts.widthOfPostings((1 << 16) + 1));
    assertEquals(3, CodedParts.widthOfPostings(1 << 24));
    assertEquals(4, CodedParts.widthOfPostings((1 << 24) + 1));
    refused("offset of centroids", n -> n.centroidsOffset = n.regionsOffset = 65);
    refused("offset of cells", n -> n.cellsOffset = 65);
    refused("offset of cells", n -> n.cellsOffset = -64);
    refused("offset of codes", n -> n.codesOffset = 65);
    Numbers numbers = with(new Numbers(), n -> n.postingsOffset = -1);
    // It would be written in ten bytes, which no reader accepts
    expectThrows(IllegalArgumentException.class, numbers::write);
  }

  public void testParts() {
    FilePart first = new FilePart("first", 10, 20);
    FilePart second = new FilePart("second", 30, 5);
    FilePart.check(List.of(second, first), "file", 10, 35);
    IllegalArgumentException e =
        expectThrows(
            IllegalArgumentException.class,
            () -> FilePart.check(List.of(second, first), "file", 10, 34));
    assertEquals(
        "second: found 5 bytes at 30, expected them between 30 and 34 of file", e.getMessage());
    e =
        expectThrows(
            IllegalArgumentException.class,
            () -> FilePart.check(List.of(second, first), "file", 11, 35));
    assertTrue(e.getMessage(), e.getMessage().startsWith("first: found 20 bytes at 10"));
    FilePart other = new FilePart("other", 29, 1);
    expectThrows(
        IllegalArgumentException.class,
        () -> FilePart.check(List.of(second, first, other), "file", 0, 100));
    // An empty part has no place in the file
    FilePart.check(List.of(first, new FilePart("none", 15, 0)), "file", 10, 30);
    expectThrows(IllegalArgumentException.class, () -> new FilePart("part", -1, 0));
    expectThrows(IllegalArgumentException.class, () -> new FilePart("part", 0, -1));
  }
}
