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

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import io.github.luceneplaid.plaid.exchange.PlaidFolder;
import io.github.luceneplaid.plaid.exchange.PlaidImport;
import io.github.luceneplaid.plaid.exchange.RandomDirectories;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Makes a segment of each form, for tests that read its files by the byte table of the format. */
public abstract class BasePlaidLayoutTestCase extends LuceneTestCase {

  static final String FIELD = TokenDocuments.FIELD;

  private int dimension;
  private boolean unitLength;
  private boolean sparse;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    dimension = TestUtil.nextInt(random(), 2, 40);
    unitLength = random().nextBoolean();
    sparse = random().nextBoolean();
  }

  /** Checks the only segment of an index. */
  abstract void check(Directory directory, SegmentReader segment) throws IOException;

  /** Writes an index, and leaves it with one segment. */
  private interface Filling {
    void fill(IndexWriter writer) throws IOException;
  }

  private void check(PlaidDocValuesFormat format, Filling filling) throws IOException {
    // The format writes all doc values, or only the tokens
    Codec codec =
        random().nextBoolean()
            ? TokenDocuments.codec(format)
            : TestUtil.alwaysDocValuesFormat(format);
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer =
          new IndexWriter(directory, TokenDocuments.config(codec).setUseCompoundFile(false))) {
        filling.fill(writer);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        check(directory, (SegmentReader) getOnlyLeafReader(reader));
      }
    }
  }

  /** Adds documents as one segment. Their numbers of tokens differ by less than 20. */
  private void add(IndexWriter writer, int documents, int leastTokens) throws IOException {
    for (int id = 0; id < documents; id++) {
      int n = leastTokens + random().nextInt(20);
      Document document;
      if (sparse && id % 4 == 1) {
        document = TokenDocuments.document(id);
      } else if (sparse && id % 5 == 2) {
        document = TokenDocuments.document(id, newBytesRef("no tokens"));
      } else {
        float[][] tokens =
            unitLength
                ? TokenDocuments.unit(random(), n, dimension)
                : TokenDocuments.anyLength(random(), n, dimension);
        document = TokenDocuments.document(id, tokens);
      }
      writer.addDocument(document);
    }
    writer.commit();
  }

  private static PlaidDocValuesFormat.Builder trained() {
    return PlaidDocValuesFormat.builder()
        .trainingThreshold(10)
        .bits(RandomPicks.randomFrom(random(), List.of(1, 2, 3, 4, 8)))
        .tokensPerCell(TestUtil.nextInt(random(), 1, 40))
        .seed(random().nextLong());
  }

  public void testFlat() throws IOException {
    check(
        PlaidDocValuesFormat.builder().seed(random().nextLong()).build(),
        writer -> add(writer, 20, 1));
  }

  public void testProvisional() throws IOException {
    check(trained().trainingThreshold(1 << 20).build(), writer -> add(writer, 60, 15));
  }

  public void testTrained() throws IOException {
    check(trained().build(), writer -> add(writer, 20, 1));
  }

  public void testTrainedWithRawTokens() throws IOException {
    RawTokens raw = random().nextBoolean() ? RawTokens.FLOAT16 : RawTokens.FLOAT32;
    check(trained().raw(raw).build(), writer -> add(writer, 20, 1));
  }

  public void testSeveralCodebooks() throws IOException {
    check(
        trained().build(),
        writer -> {
          for (int left = 2 + random().nextInt(3); left > 0; left--) {
            add(writer, 20, 1);
          }
          writer.forceMerge(1);
        });
  }

  private static int importableBits() {
    return 1 << random().nextInt(4);
  }

  private void addImported(IndexWriter writer, int bits) throws IOException {
    Path folder = createTempDir();
    boolean binary = bits == 1 && random().nextBoolean();
    RandomDirectories.write(random(), folder, dimension, bits, binary, 20);
    try (PlaidFolder plaid = PlaidFolder.open(folder)) {
      PlaidImport.into(writer, plaid, FIELD, "order");
    }
  }

  public void testImported() throws IOException {
    dimension = 8;
    int bits = importableBits();
    check(new PlaidDocValuesFormat(), writer -> addImported(writer, bits));
  }

  public void testImportedWithRawTokens() throws IOException {
    dimension = 8;
    int bits = importableBits();
    RawTokens raw = random().nextBoolean() ? RawTokens.FLOAT16 : RawTokens.FLOAT32;
    check(
        PlaidDocValuesFormat.builder().bits(bits).raw(raw).build(),
        writer -> addImported(writer, bits));
  }

  /** Two imported codebooks, and perhaps one of the format's own. */
  public void testSeveralImported() throws IOException {
    dimension = 8;
    int bits = importableBits();
    check(
        new PlaidDocValuesFormat(),
        writer -> {
          addImported(writer, bits);
          addImported(writer, bits);
          if (random().nextBoolean()) {
            add(writer, 20, 1);
          }
          writer.forceMerge(1);
        });
  }
}
