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
package io.github.luceneplaid.fsvi;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import io.github.luceneplaid.testframework.UncachedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.ExitableDirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.FilterDirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.QueryTimeout;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.Bits;

/** Tests filter readers that hide or change vectors, pass them on, or end searches. */
public class TestVectorReaderWrappers extends LuceneTestCase {

  private static final int DOCS = 400;
  private static final int DIM = 8;
  private static final int K = 10;
  private static final String FIELD = VectorDocuments.FLOATS;

  private final VectorSimilarityFunction similarity =
      RandomPicks.randomFrom(random(), VectorSimilarityFunction.values());

  /** Formats of this module and of Lucene, with and without a graph. */
  private static KnnVectorsFormat randomFormat() {
    FsviEncoding encoding = RandomPicks.randomFrom(random(), FsviEncoding.values());
    return switch (random().nextInt(4)) {
      case 0 -> TestUtil.getDefaultKnnVectorsFormat();
      case 1 -> FsviHnswVectorsFormat.builder().encoding(encoding).graphThreshold(0).build();
      default -> new FsviVectorsFormat(encoding);
    };
  }

  private Directory write() throws IOException {
    Directory directory = newDirectory();
    VectorDocuments.write(directory, randomFormat(), DOCS, DIM, similarity, 0.8);
    return directory;
  }

  private interface Wrap {
    LeafReader wrap(LeafReader in);
  }

  private static DirectoryReader wrap(DirectoryReader reader, Wrap wrap) throws IOException {
    return new FilterDirectoryReader(
        reader,
        new FilterDirectoryReader.SubReaderWrapper() {
          @Override
          public LeafReader wrap(LeafReader leaf) {
            return wrap.wrap(leaf);
          }
        }) {
      @Override
      protected DirectoryReader doWrapDirectoryReader(DirectoryReader in) {
        throw new UnsupportedOperationException();
      }

      @Override
      public CacheHelper getReaderCacheHelper() {
        return null;
      }
    };
  }

  private static class Wrapper extends UncachedReader {
    Wrapper(LeafReader in) {
      super(in);
    }
  }

  /** Vectors that delegate all methods. */
  private static class FilterFloats extends FloatVectorValues {
    final FloatVectorValues in;

    FilterFloats(FloatVectorValues in) {
      this.in = in;
    }

    @Override
    public int dimension() {
      return in.dimension();
    }

    @Override
    public int size() {
      return in.size();
    }

    @Override
    public float[] vectorValue(int ord) throws IOException {
      return in.vectorValue(ord);
    }

    @Override
    public FloatVectorValues copy() throws IOException {
      return in.copy();
    }

    @Override
    public int ordToDoc(int ord) {
      return in.ordToDoc(ord);
    }

    @Override
    public DocIndexIterator iterator() {
      return in.iterator();
    }

    @Override
    public VectorScorer scorer(float[] target) throws IOException {
      return in.scorer(target);
    }
  }

  private static final class FilterBytes extends ByteVectorValues {
    private final ByteVectorValues in;

    FilterBytes(ByteVectorValues in) {
      this.in = in;
    }

    @Override
    public int dimension() {
      return in.dimension();
    }

    @Override
    public int size() {
      return in.size();
    }

    @Override
    public byte[] vectorValue(int ord) throws IOException {
      return in.vectorValue(ord);
    }

    @Override
    public ByteVectorValues copy() throws IOException {
      return in.copy();
    }

    @Override
    public int ordToDoc(int ord) {
      return in.ordToDoc(ord);
    }

    @Override
    public DocIndexIterator iterator() {
      return odd(in.iterator());
    }

    @Override
    public VectorScorer scorer(byte[] target) throws IOException {
      return in.scorer(target);
    }
  }

  /** Accepts every second document. */
  private static DocIndexIterator odd(DocIndexIterator in) {
    return new DocIndexIterator() {
      @Override
      public int index() {
        return in.index();
      }

      @Override
      public int docID() {
        return in.docID();
      }

      @Override
      public int nextDoc() throws IOException {
        return advance(docID() + 1);
      }

      @Override
      public int advance(int target) throws IOException {
        int doc = in.advance(target);
        while (doc != NO_MORE_DOCS && doc % 2 == 0) {
          doc = in.nextDoc();
        }
        return doc;
      }

      @Override
      public long cost() {
        return in.cost();
      }
    };
  }

  private static LeafReader hiding(LeafReader leaf) {
    return new Wrapper(leaf) {
      @Override
      public FloatVectorValues getFloatVectorValues(String field) throws IOException {
        FloatVectorValues values = in.getFloatVectorValues(field);
        return values == null
            ? null
            : new FilterFloats(values) {
              @Override
              public DocIndexIterator iterator() {
                return odd(in.iterator());
              }
            };
      }

      @Override
      public ByteVectorValues getByteVectorValues(String field) throws IOException {
        ByteVectorValues values = in.getByteVectorValues(field);
        return values == null ? null : new FilterBytes(values);
      }
    };
  }

  private static LeafReader changing(LeafReader leaf) {
    return new Wrapper(leaf) {
      @Override
      public FloatVectorValues getFloatVectorValues(String field) throws IOException {
        FloatVectorValues values = in.getFloatVectorValues(field);
        return values == null
            ? null
            : new FilterFloats(values) {
              @Override
              public float[] vectorValue(int ord) throws IOException {
                float[] vector = in.vectorValue(ord).clone();
                vector[ord % DIM] *= -1;
                return vector;
              }
            };
      }
    };
  }

  private static LeafReader passing(LeafReader leaf) {
    return new Wrapper(leaf);
  }

  /** Shows only the fields of bytes. */
  private static LeafReader withoutFloats(LeafReader leaf) {
    return new Wrapper(leaf) {
      @Override
      public FieldInfos getFieldInfos() {
        List<FieldInfo> infos = new ArrayList<>();
        in.getFieldInfos().forEach(infos::add);
        infos.removeIf(info -> info.name.equals(FIELD));
        return new FieldInfos(infos.toArray(FieldInfo[]::new));
      }
    };
  }

  private static ScoreDoc[] search(IndexReader reader, Query query) throws IOException {
    return new IndexSearcher(reader).search(query, K).scoreDocs;
  }

  private static TwoFieldKnnQuery twoFields(float[] target, Query filter) {
    return TwoFieldKnnQuery.builder()
        .fast(FIELD, target)
        .quality(FIELD, target)
        .k(K)
        .filter(filter)
        .oversample(1)
        .qualityWeight(1)
        .build();
  }

  /** All queries find the best of the shown vectors. */
  private void assertShown(IndexReader reader) throws IOException {
    float[] target = VectorDocuments.randomVector(DIM);
    List<VectorDocuments.Hit> expected =
        VectorDocuments.allHits(reader, target, similarity, (leaf, doc) -> true);
    Query all =
        PrefixKnnQuery.builder(FIELD, target).prefixDimensions(2).k(K).oversample(DOCS).build();
    assertNull(
        VectorDocuments.compare(
            expected, search(reader, new ExactKnnQuery(FIELD, target, K, null)), K));
    assertNull(VectorDocuments.compare(expected, search(reader, all), K));
    assertBest(expected, search(reader, twoFields(target, null)));
    Query filter = new TermQuery(new Term(VectorDocuments.TAG, "t" + random().nextInt(20)));
    assertNull(
        VectorDocuments.compare(
            VectorDocuments.allHits(
                reader,
                target,
                similarity,
                (leaf, doc) -> {
                  var postings = leaf.postings(((TermQuery) filter).getTerm());
                  return postings != null && postings.advance(doc) == doc;
                }),
            search(reader, new ExactKnnQuery(FIELD, target, K, filter)),
            K));
    byte[] bytes = VectorDocuments.randomBytes(DIM);
    assertNull(
        VectorDocuments.compare(
            VectorDocuments.allHits(reader, bytes, similarity),
            search(reader, new ExactKnnQuery(VectorDocuments.BYTES, bytes, K, null)),
            K));
  }

  /** Checks that hits are the best documents. Ignores their scores. */
  private static void assertBest(List<VectorDocuments.Hit> expected, ScoreDoc[] hits) {
    int n = Math.min(K, expected.size());
    assertEquals(n, hits.length);
    VectorDocuments.Hit last = expected.get(n - 1);
    for (int doc : docs(hits)) {
      VectorDocuments.Hit found =
          expected.stream().filter(hit -> hit.doc() == doc).findFirst().orElseThrow();
      assertTrue(found.score() >= last.score() - last.tolerance() - found.tolerance());
    }
  }

  private static int[] docs(ScoreDoc[] hits) {
    return Arrays.stream(hits).mapToInt(hit -> hit.doc).toArray();
  }

  private static String documents(int[] docs) {
    Arrays.sort(docs);
    return Arrays.toString(docs);
  }

  public void testHiddenVectors() throws IOException {
    try (Directory directory = write();
        DirectoryReader reader = DirectoryReader.open(directory)) {
      assertShown(wrap(reader, TestVectorReaderWrappers::hiding));
      DirectoryReader twice = wrap(reader, leaf -> passing(hiding(hiding(leaf))));
      assertShown(twice);
      assertShown(new ExitableDirectoryReader(twice, new Time()));
    }
  }

  public void testChangedVectors() throws IOException {
    try (Directory directory = write();
        DirectoryReader reader = DirectoryReader.open(directory)) {
      assertShown(wrap(reader, TestVectorReaderWrappers::changing));
    }
  }

  /** A field that a reader hides has no hits, even if the reader returns its vectors. */
  public void testHiddenField() throws IOException {
    try (Directory directory = write();
        DirectoryReader reader = DirectoryReader.open(directory)) {
      DirectoryReader hiding = wrap(reader, TestVectorReaderWrappers::withoutFloats);
      float[] target = VectorDocuments.randomVector(DIM);
      assertEquals(0, search(hiding, new ExactKnnQuery(FIELD, target, K, null)).length);
      assertEquals(
          0,
          search(hiding, PrefixKnnQuery.builder(FIELD, target).prefixDimensions(2).k(K).build())
              .length);
      assertEquals(0, search(hiding, twoFields(target, null)).length);
    }
  }

  /** Filter readers that pass vectors on do not change scans. */
  public void testPassedOnVectors() throws IOException {
    Directory directory = newDirectory();
    VectorDocuments.write(directory, new FsviVectorsFormat(), DOCS, DIM, similarity, 0.8);
    try (directory;
        DirectoryReader reader = DirectoryReader.open(directory)) {
      List<DirectoryReader> wrapped = new ArrayList<>();
      wrapped.add(wrap(reader, TestVectorReaderWrappers::passing));
      wrapped.add(new ExitableDirectoryReader(reader, new Time()));
      wrapped.add(wrap(wrapped.get(1), TestVectorReaderWrappers::passing));
      float[] target = VectorDocuments.randomVector(DIM);
      for (DirectoryReader wrapper : wrapped) {
        assertShown(wrapper);
        for (LeafReaderContext leaf : wrapper.leaves()) {
          ShownVectors shown = ShownVectors.open(leaf.reader(), FIELD);
          assertTrue(shown == null || shown.stored() != null);
          assertNull(ShownVectors.open(leaf.reader(), "none"));
        }
        assertEquals(
            documents(
                docs(
                    search(
                        reader,
                        PrefixKnnQuery.builder(FIELD, target).prefixDimensions(3).k(K).build()))),
            documents(
                docs(
                    search(
                        wrapper,
                        PrefixKnnQuery.builder(FIELD, target).prefixDimensions(3).k(K).build()))));
      }
    }
  }

  /** Times out at a given check. */
  private static final class Time implements QueryTimeout {
    private int asked;
    private int limit = Integer.MAX_VALUE;

    @Override
    public boolean shouldExit() {
      return ++asked > limit;
    }
  }

  public void testExitableReader() throws IOException {
    KnnVectorsFormat format = randomFormat();
    Time time = new Time();
    try (Directory directory = newDirectory()) {
      VectorDocuments.write(directory, format, 3 * DOCS, DIM, similarity, 1);
      try (DirectoryReader reader =
          new ExitableDirectoryReader(DirectoryReader.open(directory), time)) {
        float[] target = VectorDocuments.randomVector(DIM);
        Query filter = random().nextBoolean() ? null : new TermQuery(new Term("tag", "t1"));
        List<Query> queries =
            List.of(
                new ExactKnnQuery(FIELD, target, K, filter),
                new ExactKnnQuery(VectorDocuments.BYTES, new byte[DIM], K, filter),
                PrefixKnnQuery.builder(FIELD, target)
                    .prefixDimensions(2)
                    .k(K)
                    .filter(filter)
                    .build(),
                twoFields(target, filter));
        for (Query query : queries) {
          time.limit = Integer.MAX_VALUE;
          assertEquals(K, search(reader, query).length);
          time.asked = 0;
          time.limit = 0;
          expectThrows(
              ExitableDirectoryReader.ExitingReaderException.class, () -> search(reader, query));
        }
      }
    }
  }

  /** A scan checks the time at each block, not only at its start. */
  public void testExitableReaderAsksOften() throws IOException {
    Time time = new Time();
    try (Directory directory = newDirectory()) {
      VectorDocuments.write(
          directory, new FsviVectorsFormat(), 20 * ExactSearch.BLOCK, DIM, similarity, 1);
      try (DirectoryReader reader =
          new ExitableDirectoryReader(DirectoryReader.open(directory), time)) {
        float[] target = VectorDocuments.randomVector(DIM);
        for (Query query :
            List.of(
                new ExactKnnQuery(FIELD, target, K, null),
                PrefixKnnQuery.builder(FIELD, target).prefixDimensions(2).k(K).build())) {
          time.asked = 0;
          search(reader, query);
          assertTrue("asked " + time.asked, time.asked >= 15);
        }
      }
    }
  }

  /**
   * Hits that a filter reader shows no longer are not counted, if the query was rewritten before.
   */
  public void testHitsHiddenLater() throws IOException {
    try (Directory directory = write();
        DirectoryReader reader = DirectoryReader.open(directory)) {
      float[] target = VectorDocuments.randomVector(DIM);
      Query hits =
          new IndexSearcher(reader)
              .rewrite(PrefixKnnQuery.builder(FIELD, target).k(K).prefixDimensions(DIM).build());
      DirectoryReader empty = wrap(reader, TestVectorReaderWrappers::withoutDocuments);
      assertEquals(0, new IndexSearcher(empty).count(hits));
    }
  }

  private static LeafReader withoutDocuments(LeafReader leaf) {
    return new Wrapper(leaf) {
      @Override
      public Bits getLiveDocs() {
        return new Bits.MatchNoBits(maxDoc());
      }

      @Override
      public int numDocs() {
        return 0;
      }
    };
  }
}
