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

import static io.github.luceneplaid.plaid.TokenDocuments.anyLength;
import static io.github.luceneplaid.plaid.TokenDocuments.config;
import static io.github.luceneplaid.plaid.TokenDocuments.document;
import static io.github.luceneplaid.plaid.TokenDocuments.rewrite;
import static io.github.luceneplaid.plaid.TokenDocuments.scaled;
import static io.github.luceneplaid.plaid.TokenDocuments.statistics;
import static io.github.luceneplaid.plaid.TokenDocuments.term;
import static io.github.luceneplaid.plaid.TokenDocuments.unit;
import static io.github.luceneplaid.plaid.TokenDocuments.valuesById;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import io.github.luceneplaid.plaid.codebook.Rotation;
import io.github.luceneplaid.plaid.segment.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BytesRef;

/** Values that are not fit to be coded come back bit for bit, wherever they have been. */
public class TestPlaidEscapes extends LuceneTestCase {

  private static final int DIMENSION = 16;

  /** A payload whose last token has one component replaced. */
  private static BytesRef withComponent(float component) {
    float[][] tokens = unit(random(), 1 + random().nextInt(100), DIMENSION);
    tokens[tokens.length - 1][random().nextInt(DIMENSION)] = component;
    return LateInteractionField.encode(tokens);
  }

  private static BytesRef header(int dimension, int bytes) {
    byte[] payload = new byte[Integer.BYTES + bytes];
    random().nextBytes(payload);
    ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).putInt(dimension);
    return new BytesRef(payload);
  }

  /** One of each kind. */
  private static List<BytesRef> odd() {
    List<BytesRef> odd = new ArrayList<>();
    // Not a payload
    odd.add(new BytesRef());
    odd.add(new BytesRef(new byte[] {1}));
    odd.add(new BytesRef(new byte[] {16, 0, 0, 0}));
    odd.add(new BytesRef("plain text, of whatever length"));
    odd.add(header(0, 0));
    odd.add(header(0, 64));
    odd.add(header(-1, 64));
    odd.add(header(Integer.MIN_VALUE, 64));
    odd.add(header(Integer.MAX_VALUE, 64));
    odd.add(header(1 << 30, 64));
    odd.add(header(DIMENSION, 63));
    odd.add(header(DIMENSION, 4 * DIMENSION + 1));
    // Tokens without a direction, or that no float of 16 bits holds
    odd.add(withComponent(Float.NaN));
    odd.add(withComponent(Float.intBitsToFloat(0x7fc12345)));
    odd.add(withComponent(Float.POSITIVE_INFINITY));
    odd.add(withComponent(Float.NEGATIVE_INFINITY));
    odd.add(withComponent(Float.MAX_VALUE));
    odd.add(withComponent(-65520f));
    odd.add(LateInteractionField.encode(new float[3][DIMENSION]));
    float[][] tiny = unit(random(), 80, DIMENSION);
    tiny[random().nextInt(80)] = scaled(unit(random(), DIMENSION), 1e-4);
    odd.add(LateInteractionField.encode(tiny));
    float[] denormal = new float[DIMENSION];
    denormal[3] = Float.MIN_VALUE;
    odd.add(LateInteractionField.encode(new float[][] {denormal}));
    float[] negativeZero = new float[DIMENSION];
    negativeZero[0] = -0f;
    odd.add(LateInteractionField.encode(new float[][] {negativeZero}));
    return odd;
  }

  /** Payloads that are odd where there are others. */
  private static List<BytesRef> ofOtherDimensions() {
    List<BytesRef> odd = new ArrayList<>();
    for (int dimension : new int[] {1, DIMENSION - 1, 2 * DIMENSION, Payload.MAX_DIMENSION}) {
      odd.add(LateInteractionField.encode(unit(random(), 3, dimension)));
    }
    for (int dimension : new int[] {Payload.MAX_DIMENSION + 1, 4096, 5000}) {
      odd.add(LateInteractionField.encode(unit(random(), 3, dimension)));
    }
    return odd;
  }

  private static PlaidDocValuesFormat format(int threshold) {
    return PlaidDocValuesFormat.builder()
        .trainingThreshold(threshold)
        .raw(RandomPicks.randomFrom(random(), RawTokens.values()))
        .build();
  }

  public void testOddValuesInAnyOrder() throws IOException {
    for (int round = 0; round < 4; round++) {
      int tokenDocs = random().nextInt(3) * 30;
      boolean sparse = random().nextBoolean();
      // Flat, trained when flushed, and trained when merged
      int threshold = new int[] {1 << 20, 1, 500}[random().nextInt(3)];
      PlaidDocValuesFormat format = format(threshold);
      List<BytesRef> values = odd();
      if (threshold > 1) {
        // Otherwise they are coded if a segment has no others
        values.addAll(ofOtherDimensions());
      }
      NavigableMap<Integer, BytesRef> odd = new TreeMap<>();
      List<Integer> ids = new ArrayList<>();
      for (BytesRef value : values) {
        odd.put(odd.size(), value);
        ids.add(ids.size());
      }
      for (int i = 0; i < tokenDocs; i++) {
        ids.add(1000 + i);
      }
      Collections.shuffle(ids, random());
      try (Directory directory = newDirectory();
          Directory target = newDirectory()) {
        try (IndexWriter writer = new IndexWriter(directory, config(format))) {
          for (int id : ids) {
            writer.addDocument(
                id < 1000
                    ? document(id, odd.get(id))
                    : document(id, unit(random(), 1 + random().nextInt(30), DIMENSION)));
            if (sparse && random().nextInt(3) == 0) {
              writer.addDocument(document(-1));
            }
            if (random().nextInt(30) == 0) {
              writer.commit();
              assertOdd(odd, directory, false);
            }
          }
          writer.commit();
          assertOdd(odd, directory, true);
          writer.deleteDocuments(term(7), term(1007));
          odd.remove(7);
          writer.forceMerge(1);
        }
        assertOdd(odd, directory, true);
        NavigableMap<Integer, BytesRef> before = valuesById(directory);
        rewrite(directory, target, config(format));
        assertEquals(before, valuesById(target));
      }
    }
  }

  private static void assertOdd(
      NavigableMap<Integer, BytesRef> odd, Directory directory, boolean complete)
      throws IOException {
    NavigableMap<Integer, BytesRef> found =
        new TreeMap<>(valuesById(directory).headMap(1000, false));
    if (complete) {
      assertEquals(odd.keySet(), found.keySet());
    }
    found.forEach((id, value) -> assertEquals("document " + id, odd.get(id), value));
  }

  /** The dimension is that of most tokens, wherever the others are. */
  public void testFirstDocumentIsOdd() throws IOException {
    List<BytesRef> odd = random().nextBoolean() ? odd() : ofOtherDimensions();
    BytesRef first = RandomPicks.randomFrom(random(), odd);
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(format(1)))) {
        writer.addDocument(document(0, first));
        for (int id = 1; id < 100; id++) {
          writer.addDocument(document(id, unit(random(), 60, DIMENSION)));
        }
      }
      PlaidStatistics statistics = statistics(directory);
      assertEquals(99, statistics.documents());
      assertEquals(1, statistics.escapedDocuments());
      assertEquals(DIMENSION, statistics.dimension());
      assertEquals(first, valuesById(directory).get(0));
    }
  }

  public void testAllDocumentsAreOdd() throws IOException {
    NavigableMap<Integer, BytesRef> odd = new TreeMap<>();
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(format(1)))) {
        for (int id = 0; id < 20; id++) {
          odd.put(id, id % 2 == 0 ? withComponent(Float.NaN) : newBytesRef("odd " + id));
          writer.addDocument(document(id, odd.get(id)));
          if (id % 7 == 0) {
            writer.commit();
          }
        }
        writer.commit();
        assertEquals(odd, valuesById(directory));
        writer.forceMerge(1);
      }
      assertNull(statistics(directory));
      assertEquals(odd, valuesById(directory));
      // Until there is one that is not
      try (IndexWriter writer = new IndexWriter(directory, config(format(1)))) {
        writer.addDocument(document(100, unit(random(), 3, DIMENSION)));
        writer.forceMerge(1);
      }
      assertEquals(1, statistics(directory).documents());
      assertEquals(20, statistics(directory).escapedDocuments());
      assertEquals(odd, new TreeMap<>(valuesById(directory).headMap(100)));
    }
  }

  /** The bounds of what is coded. */
  public void testValuesThatAreJustFit() throws IOException {
    float[] large = new float[DIMENSION];
    large[0] = 65519f;
    large[1] = -65519f;
    float[] small = new float[DIMENSION];
    small[2] = 0x1p-10f;
    for (RawTokens raw : RawTokens.values()) {
      PlaidDocValuesFormat format =
          PlaidDocValuesFormat.builder().trainingThreshold(1).raw(raw).bits(8).build();
      try (Directory directory = newDirectory()) {
        try (IndexWriter writer = new IndexWriter(directory, config(format))) {
          writer.addDocument(document(0, new float[][] {large, small}));
          writer.addDocument(document(1, anyLength(random(), 50, DIMENSION)));
        }
        assertEquals(2, statistics(directory).documents());
        assertFalse(statistics(directory).unitLength());
        float[][] found = LateInteractionField.decode(valuesById(directory).get(0));
        for (int j = 0; j < DIMENSION; j++) {
          assertEquals(large[j], found[0][j], 65519f / 50);
          assertEquals(small[j], found[1][j], 0x1p-10f / 50);
        }
      }
    }
  }

  /** The largest dimension is coded, as a writer must not fail at what it has accepted. */
  public void testLargestDimension() throws IOException {
    assertEquals(Rotation.MAX_DIMENSION, Payload.MAX_DIMENSION);
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(format(1)))) {
        writer.addDocument(document(0, unit(random(), 3, Payload.MAX_DIMENSION)));
        writer.addDocument(document(1, unit(random(), 30, Payload.MAX_DIMENSION + 1)));
      }
      assertEquals(Payload.MAX_DIMENSION, statistics(directory).dimension());
      assertEquals(1, statistics(directory).documents());
      assertEquals(1, statistics(directory).escapedDocuments());
    }
  }
}
