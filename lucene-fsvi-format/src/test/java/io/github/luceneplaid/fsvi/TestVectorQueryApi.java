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

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.tests.search.QueryUtils;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Tests arguments, getters, equality and strings of the queries, without an index. */
public class TestVectorQueryApi extends LuceneTestCase {

  private static final float[] TARGET = {1, -2, 3};
  private static final Query FILTER = new TermQuery(new Term("tag", "a"));

  private static PrefixKnnQuery.Builder prefix() {
    return PrefixKnnQuery.builder("v", TARGET).prefixDimensions(2).k(5);
  }

  private static TwoFieldKnnQuery.Builder twoFields() {
    return TwoFieldKnnQuery.builder().fast("f", TARGET).quality("q", new float[] {4, 5}).k(5);
  }

  public void testExactFloatGetters() {
    float[] target = TARGET.clone();
    ExactKnnQuery query = new ExactKnnQuery("v", target, 5, FILTER);
    target[0] = 100;
    query.getFloatTargetCopy()[1] = 100;
    assertArrayEquals(TARGET, query.getFloatTargetCopy(), 0);
    assertNull(query.getByteTargetCopy());
    assertEquals("v", query.getField());
    assertEquals(5, query.getK());
    assertSame(FILTER, query.getFilter());
    assertNull(new ExactKnnQuery("v", TARGET, 5).getFilter());
  }

  public void testExactByteGetters() {
    byte[] target = {1, -128};
    ExactKnnQuery query = new ExactKnnQuery("v", target, 5, FILTER);
    target[0] = 100;
    query.getByteTargetCopy()[1] = 100;
    assertArrayEquals(new byte[] {1, -128}, query.getByteTargetCopy());
    assertNull(query.getFloatTargetCopy());
    assertEquals("v", query.getField());
    assertEquals(5, query.getK());
    assertSame(FILTER, query.getFilter());
    assertNull(new ExactKnnQuery("v", new byte[1], 5).getFilter());
  }

  public void testPrefixGetters() {
    float[] target = TARGET.clone();
    PrefixKnnQuery query =
        PrefixKnnQuery.builder("v", target).prefixDimensions(2).k(5).filter(FILTER).build();
    target[0] = 100;
    query.getTargetCopy()[1] = 100;
    assertArrayEquals(TARGET, query.getTargetCopy(), 0);
    assertEquals("v", query.getField());
    assertEquals(5, query.getK());
    assertSame(FILTER, query.getFilter());
    assertEquals(2, query.getPrefixDimensions());
    assertEquals(PrefixKnnQuery.DEFAULT_OVERSAMPLE, query.getOversample());
    assertEquals(7, prefix().oversample(7).build().getOversample());
    assertNull(prefix().build().getFilter());
  }

  public void testTwoFieldGetters() {
    float[] fast = TARGET.clone();
    float[] quality = {4, 5};
    TwoFieldKnnQuery query =
        TwoFieldKnnQuery.builder()
            .fast("f", fast)
            .quality("q", quality)
            .k(5)
            .filter(FILTER)
            .build();
    fast[0] = 100;
    quality[0] = 100;
    query.getFastTargetCopy()[1] = 100;
    query.getQualityTargetCopy()[1] = 100;
    assertEquals("f", query.getField());
    assertArrayEquals(TARGET, query.getFastTargetCopy(), 0);
    assertEquals("q", query.getQualityField());
    assertArrayEquals(new float[] {4, 5}, query.getQualityTargetCopy(), 0);
    assertEquals(5, query.getK());
    assertSame(FILTER, query.getFilter());
    assertEquals(TwoFieldKnnQuery.DEFAULT_OVERSAMPLE, query.getOversample());
    assertEquals(TwoFieldKnnQuery.DEFAULT_QUALITY_WEIGHT, query.getQualityWeight(), 0);
    TwoFieldKnnQuery other = twoFields().oversample(7).qualityWeight(0.25f).build();
    assertEquals(7, other.getOversample());
    assertEquals(0.25f, other.getQualityWeight(), 0);
    assertNull(other.getFilter());
  }

  /** Each query differs from all others in one argument, and equals one with the same arguments. */
  private static List<Query> differentQueries() {
    List<Query> queries = new ArrayList<>();
    for (Query filter : new Query[] {null, FILTER, MatchAllDocsQuery.INSTANCE}) {
      queries.add(new ExactKnnQuery("v", TARGET.clone(), 5, filter));
      queries.add(new ExactKnnQuery("v", new byte[] {1, -2, 3}, 5, filter));
      queries.add(prefix().filter(filter).build());
      queries.add(twoFields().filter(filter).build());
    }
    queries.add(new ExactKnnQuery("w", TARGET.clone(), 5));
    queries.add(new ExactKnnQuery("v", TARGET.clone(), 6));
    queries.add(new ExactKnnQuery("v", new float[] {1, -2, 4}, 5));
    queries.add(new ExactKnnQuery("v", new byte[] {1, -2, 4}, 5));
    queries.add(PrefixKnnQuery.builder("w", TARGET).prefixDimensions(2).k(5).build());
    queries.add(
        PrefixKnnQuery.builder("v", new float[] {1, -2, 4}).prefixDimensions(2).k(5).build());
    queries.add(prefix().prefixDimensions(3).build());
    queries.add(prefix().k(3).build());
    queries.add(prefix().oversample(4).build());
    queries.add(twoFields().fast("g", TARGET).build());
    queries.add(twoFields().fast("f", new float[] {1, -2}).build());
    queries.add(twoFields().quality("r", new float[] {4, 5}).build());
    queries.add(twoFields().quality("q", new float[] {4, 6}).build());
    queries.add(twoFields().k(3).build());
    queries.add(twoFields().oversample(4).build());
    queries.add(twoFields().qualityWeight(0.5f).build());
    return queries;
  }

  public void testEquality() {
    List<Query> queries = differentQueries();
    List<Query> same = differentQueries();
    for (int i = 0; i < queries.size(); i++) {
      for (int j = 0; j < queries.size(); j++) {
        if (i == j) {
          QueryUtils.checkEqual(queries.get(i), same.get(j));
        } else {
          QueryUtils.checkUnequal(queries.get(i), same.get(j));
        }
      }
    }
  }

  public void testNegativeZero() {
    TwoFieldKnnQuery query = twoFields().qualityWeight(-0f).build();
    QueryUtils.checkEqual(query, twoFields().qualityWeight(0).build());
    assertEquals("0.0", Float.toString(query.getQualityWeight()));
  }

  public void testNoFilterIsNull() {
    assertEquals(new ExactKnnQuery("v", TARGET, 5, null), new ExactKnnQuery("v", TARGET, 5));
    assertEquals(
        new ExactKnnQuery("v", new byte[] {1}, 5, null), new ExactKnnQuery("v", new byte[] {1}, 5));
    assertEquals(prefix().filter(null).build(), prefix().build());
    assertEquals(twoFields().filter(null).build(), twoFields().build());
  }

  public void testStrings() {
    assertEquals("ExactKnnQuery(v, k=5)", new ExactKnnQuery("v", TARGET, 5).toString());
    assertEquals(
        "ExactKnnQuery(v, k=5, tag:a)", new ExactKnnQuery("v", new byte[1], 5, FILTER).toString());
    assertEquals(
        "PrefixKnnQuery(v, prefixDimensions=2, k=5, oversample=3)", prefix().build().toString());
    assertEquals(
        "PrefixKnnQuery(v, prefixDimensions=2, k=5, oversample=3, tag:a)",
        prefix().filter(FILTER).build().toString());
    assertEquals(
        "TwoFieldKnnQuery(f, q, k=5, oversample=3, qualityWeight=0.7)",
        twoFields().build().toString());
    assertEquals(
        "TwoFieldKnnQuery(f, q, k=5, oversample=3, qualityWeight=0.7, tag:a)",
        twoFields().filter(FILTER).build().toString());
  }

  private static void refuse(String message, ThrowingRunnable action) {
    assertEquals(message, expectThrows(IllegalArgumentException.class, action).getMessage());
  }

  public void testWrongExactArguments() {
    refuse("k must be at least 1, got: 0", () -> new ExactKnnQuery("v", TARGET, 0));
    refuse("k must be at least 1, got: -1", () -> new ExactKnnQuery("v", new byte[1], -1));
    refuse(
        "target must have at least 1 dimension, got: 0",
        () -> new ExactKnnQuery("v", new float[0], 1));
    refuse(
        "target must have at least 1 dimension, got: 0",
        () -> new ExactKnnQuery("v", new byte[0], 1));
    refuse(
        "target must be finite, got: NaN at dimension 1",
        () -> new ExactKnnQuery("v", new float[] {1, Float.NaN}, 1));
    expectThrows(NullPointerException.class, () -> new ExactKnnQuery(null, TARGET, 1));
  }

  public void testWrongPrefixArguments() {
    refuse("k must be at least 1, got: 0", () -> prefix().k(0).build());
    refuse(
        "k must be at least 1, got: 0",
        () -> PrefixKnnQuery.builder("v", TARGET).prefixDimensions(2).build());
    refuse(
        "prefixDimensions must be from 1 to 3, got: 0",
        () -> PrefixKnnQuery.builder("v", TARGET).k(5).build());
    refuse(
        "prefixDimensions must be from 1 to 3, got: 4", () -> prefix().prefixDimensions(4).build());
    refuse("oversample must be at least 1, got: 0", () -> prefix().oversample(0).build());
    refuse(
        "target must be finite, got: Infinity at dimension 0",
        () ->
            PrefixKnnQuery.builder("v", new float[] {Float.POSITIVE_INFINITY})
                .prefixDimensions(1)
                .k(1)
                .build());
  }

  private static void refuseTwoFields(
      String message, UnaryOperator<TwoFieldKnnQuery.Builder> wrong) {
    refuse(message, () -> wrong.apply(twoFields()).build());
  }

  public void testWrongTwoFieldArguments() {
    refuseTwoFields("k must be at least 1, got: 0", b -> b.k(0));
    refuseTwoFields("oversample must be at least 1, got: 0", b -> b.oversample(0));
    refuseTwoFields("qualityWeight must be from 0 to 1, got: NaN", b -> b.qualityWeight(Float.NaN));
    refuseTwoFields("qualityWeight must be from 0 to 1, got: 1.5", b -> b.qualityWeight(1.5f));
    refuseTwoFields(
        "fastTarget must have at least 1 dimension, got: 0", b -> b.fast("f", new float[0]));
    refuseTwoFields(
        "qualityTarget must be finite, got: NaN at dimension 0",
        b -> b.quality("q", new float[] {Float.NaN}));
    expectThrows(
        NullPointerException.class,
        () -> TwoFieldKnnQuery.builder().fast("f", TARGET).k(1).build());
    expectThrows(
        NullPointerException.class,
        () -> TwoFieldKnnQuery.builder().quality("q", TARGET).k(1).build());
  }

  public void testWrongGraphOptions() {
    refuse(
        "maxConn must be from 1 to 512, got: 513",
        () -> FsviHnswVectorsFormat.builder().maxConn(513).build());
    refuse(
        "beamWidth must be from 1 to 3200, got: 0",
        () -> FsviHnswVectorsFormat.builder().beamWidth(0).build());
    refuse(
        "graphThreshold must be at least 0, got: -1",
        () -> FsviHnswVectorsFormat.builder().graphThreshold(-1).build());
  }
}
