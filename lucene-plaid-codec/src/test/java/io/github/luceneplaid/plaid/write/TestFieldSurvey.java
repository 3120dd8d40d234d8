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

package io.github.luceneplaid.plaid.write;

import static io.github.luceneplaid.plaid.TokenDocuments.FIELD;
import static io.github.luceneplaid.plaid.TokenDocuments.config;
import static io.github.luceneplaid.plaid.TokenDocuments.document;

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.RawTokens;
import io.github.luceneplaid.plaid.TokenDocuments;
import io.github.luceneplaid.plaid.codebook.AbortCheck;
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.exchange.PlaidFolder;
import io.github.luceneplaid.plaid.exchange.PlaidImport;
import io.github.luceneplaid.plaid.exchange.RandomDirectories;
import io.github.luceneplaid.plaid.segment.Payload;
import io.github.luceneplaid.plaid.segment.PlaidBinaryDocValues;
import io.github.luceneplaid.plaid.segment.PlaidOptions;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import io.github.luceneplaid.plaid.segment.ShownValues;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.FixedBitSet;

/** Compares a survey of segments of all kinds with a count of each value. */
public class TestFieldSurvey extends LuceneTestCase {

  private static final int BITS = 4;
  private static final int DIMENSION = 16;
  private static final int OTHER_DIMENSION = 8;

  /**
   * Flat, trained, trained with other bits, with lengths, imported, and some odd values in each.
   */
  private static void addSegments(Directory directory) throws IOException {
    for (int i = 0, id = 0; i < 8; i++, id += 100) {
      if (i == 5) {
        importDirectory(directory, i);
        continue;
      }
      PlaidDocValuesFormat format =
          PlaidDocValuesFormat.builder()
              .bits(i == 2 ? 2 : BITS)
              .trainingThreshold(i % 3 == 0 ? 1 << 16 : 1)
              .raw(i == 4 ? RawTokens.FLOAT16 : RawTokens.NONE)
              .build();
      try (IndexWriter writer = new IndexWriter(directory, config(format))) {
        for (int doc = 0; doc < 12; doc++) {
          int n = TestUtil.nextInt(random(), 1, 30);
          writer.addDocument(
              switch (random().nextInt(8)) {
                case 0 -> document(id + doc, newBytesRef("odd"));
                case 1 -> document(id + doc);
                case 2 -> document(id + doc, TokenDocuments.unit(random(), 1, OTHER_DIMENSION));
                case 3 -> document(id + doc, TokenDocuments.anyLength(random(), n, DIMENSION));
                default -> document(id + doc, TokenDocuments.unit(random(), n, DIMENSION));
              });
        }
      }
    }
  }

  private static void importDirectory(Directory directory, int number) throws IOException {
    Path folder = createTempDir("directory" + number);
    RandomDirectories.write(random(), folder, DIMENSION, BITS, false, 15);
    try (PlaidFolder plaid = PlaidFolder.open(folder);
        IndexWriter writer = new IndexWriter(directory, config(new PlaidDocValuesFormat()))) {
      PlaidImport.into(writer, plaid, FIELD, "order");
    }
  }

  /** Counts the documents of the sources one by one. */
  private static final class Expected {
    private int documents;
    private int escaped;
    private long tokens;
    private long coded;
    private boolean unitLength = true;
    private final Set<Codebook.Id> codebooks = new LinkedHashSet<>();
    private final Map<Codebook.Id, Long> imported = new HashMap<>();

    void add(PlaidBinaryDocValues values) throws IOException {
      PlaidSegment segment = values.segment();
      int n = values.isEscaped() ? 0 : segment.tokenCount(values.ordinal());
      if (n == 0 || segment.dimension() != DIMENSION) {
        addPayload(values);
        return;
      }
      documents++;
      tokens += n;
      boolean isCopied = segment.isTrained() && segment.bits() == BITS;
      Codebook codebook = isCopied ? segment.imported(values.ordinal()) : null;
      if (codebook != null) {
        imported.merge(codebook.id(), (long) n, Long::sum);
        return;
      }
      unitLength &= segment.isUnitLength();
      if (isCopied) {
        coded += n;
        for (Codebook own : segment.codebooks().list()) {
          codebooks.add(own.id());
        }
      }
    }

    private void addPayload(PlaidBinaryDocValues values) throws IOException {
      int dimension = Payload.dimension(values.binaryValue());
      if (dimension != DIMENSION) {
        escaped++;
        return;
      }
      // Its source stored it unchanged, because most tokens there had another dimension
      documents++;
      tokens += LateInteractionField.decode(values.binaryValue()).length;
      Payload.Shape shape = Payload.shape(values.binaryValue(), DIMENSION);
      unitLength &= shape == Payload.Shape.UNIT_LENGTH;
    }
  }

  private static FixedBitSet randomLive(int maxDoc) {
    FixedBitSet live = new FixedBitSet(maxDoc);
    live.set(0, maxDoc);
    for (int doc = 0; doc < maxDoc && random().nextBoolean(); doc += 1 + random().nextInt(5)) {
      live.clear(doc);
    }
    return live;
  }

  public void testAllKinds() throws IOException {
    PlaidOptions options = new PlaidOptions(BITS, null, 1, 32, 42);
    for (int round = 0; round < 3; round++) {
      try (Directory directory = newDirectory()) {
        addSegments(directory);
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
          check(reader, options);
        }
      }
    }
  }

  private static void check(DirectoryReader reader, PlaidOptions options) throws IOException {
    Expected expected = new Expected();
    List<LeafReader> leaves = new ArrayList<>();
    List<FixedBitSet> lives = new ArrayList<>();
    for (LeafReaderContext context : reader.leaves()) {
      FixedBitSet live = randomLive(context.reader().maxDoc());
      leaves.add(context.reader());
      lives.add(live);
      BinaryDocValues values = context.reader().getBinaryDocValues(FIELD);
      while (values.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
        if (live.get(values.docID())) {
          expected.add((PlaidBinaryDocValues) values);
        }
      }
    }
    TokenDocs.Values source =
        () -> {
          List<TokenDocs.MappedValues> all = new ArrayList<>();
          int base = 0;
          for (int i = 0; i < leaves.size(); i++) {
            FixedBitSet live = lives.get(i);
            int first = base;
            all.add(
                new TokenDocs.MappedValues(
                    doc -> live.get(doc) ? first + doc : -1,
                    ShownValues.open(leaves.get(i), FIELD),
                    0));
            base += leaves.get(i).maxDoc();
          }
          return all;
        };
    FieldSurvey survey = FieldSurvey.of(source, random().nextBoolean(), options, AbortCheck.NONE);
    assertEquals(DIMENSION, survey.dimension());
    assertEquals(expected.documents, survey.documents());
    assertEquals(expected.escaped, survey.escapedDocuments());
    assertEquals(expected.tokens, survey.tokens());
    assertEquals(expected.coded, survey.codedTokens());
    assertEquals(expected.unitLength, survey.unitLength());
    assertEquals(
        List.copyOf(expected.codebooks), survey.codebooks().stream().map(Codebook::id).toList());
    Map<Codebook.Id, Long> imported = new HashMap<>();
    survey.imported().forEach((codebook, tokens) -> imported.put(codebook.id(), tokens));
    assertEquals(expected.imported, imported);
    assertEquals(
        expected.imported.values().stream().mapToLong(Long::longValue).sum(),
        survey.importedTokens());
    assertEquals(0, survey.incomingTokens());
  }

  public void testNothing() throws IOException {
    FieldSurvey survey =
        FieldSurvey.of(() -> List.of(), false, PlaidOptions.DEFAULT, AbortCheck.NONE);
    assertEquals(0, survey.dimension());
    assertEquals(0, survey.documents());
    assertEquals(0, survey.tokens());
    assertEquals(List.of(), survey.codebooks());
    assertEquals(Map.of(), survey.imported());
  }
}
