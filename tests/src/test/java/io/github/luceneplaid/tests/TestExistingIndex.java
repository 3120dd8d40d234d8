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

import io.github.luceneplaid.fsvi.FsviVectorsFormat;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.RawTokens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.codecs.perfield.PerFieldDocValuesFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexUpgrader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/**
 * The code of the page about existing indexes: from Lucene's formats to this project's, and back.
 */
public class TestExistingIndex extends LuceneTestCase {
  private static final int DIMENSION = 16;
  private static final int SEGMENTS = 3;
  private static final int DOCUMENTS = 30;

  private PageCode page;

  /** The methods of the page. */
  @Override
  public void setUp() throws Exception {
    super.setUp();
    List<String> blocks = PageCode.blocks("docs/existing-index.md");
    assertEquals(2, blocks.size());
    String members =
        blocks.get(0)
            + "static void bring(Directory directory, IndexWriterConfig config) throws IOException {"
            + blocks.get(1)
            + "}";
    page = PageCode.compile(members);
  }

  @Override
  public void tearDown() throws Exception {
    page.close();
    super.tearDown();
  }

  private static void write(Directory directory, IndexWriterConfig config) throws IOException {
    try (IndexWriter writer =
        new IndexWriter(directory, config.setMergePolicy(NoMergePolicy.INSTANCE))) {
      for (int id = 0; id < SEGMENTS * DOCUMENTS; id++) {
        Document document = new Document();
        document.add(new StringField("id", Integer.toString(id), Field.Store.YES));
        if (id % 7 != 3) {
          float[][] tokens = new float[1 + random().nextInt(20)][];
          for (int i = 0; i < tokens.length; i++) {
            tokens[i] = UnitVectors.random(random(), DIMENSION);
          }
          document.add(new LateInteractionField("tokens", tokens));
          document.add(new KnnFloatVectorField("vector", tokens[0]));
        }
        writer.addDocument(document);
        if (id % DOCUMENTS == DOCUMENTS - 1) {
          writer.commit();
        }
      }
      writer.deleteDocuments(new Term("id", "5"));
    }
  }

  /** Everything that the documents have, one line for each in their order. */
  private static List<String> content(Directory directory) throws IOException {
    List<String> lines = new ArrayList<>();
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      for (LeafReaderContext leaf : reader.leaves()) {
        Bits live = leaf.reader().getLiveDocs();
        StoredFields stored = leaf.reader().storedFields();
        BinaryDocValues tokens = leaf.reader().getBinaryDocValues("tokens");
        FloatVectorValues vectors = leaf.reader().getFloatVectorValues("vector");
        KnnVectorValues.DocIndexIterator ords = vectors.iterator();
        for (int doc = 0; doc < leaf.reader().maxDoc(); doc++) {
          if (live != null && live.get(doc) == false) {
            continue;
          }
          BytesRef bytes = tokens.advanceExact(doc) ? tokens.binaryValue() : null;
          if (ords.docID() < doc) {
            ords.advance(doc);
          }
          float[] vector = ords.docID() == doc ? vectors.vectorValue(ords.index()) : null;
          String id = stored.document(doc).get("id");
          lines.add(id + " " + bytes + " " + Arrays.toString(vector));
        }
      }
    }
    return lines;
  }

  /** The formats of the two fields, and the number of segments. */
  private static Set<String> formats(Directory directory) throws IOException {
    Set<String> formats = new TreeSet<>();
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      formats.add(reader.leaves().size() + " segments");
      for (LeafReaderContext leaf : reader.leaves()) {
        FieldInfo tokens = leaf.reader().getFieldInfos().fieldInfo("tokens");
        FieldInfo vector = leaf.reader().getFieldInfos().fieldInfo("vector");
        formats.add(tokens.getAttribute(PerFieldDocValuesFormat.PER_FIELD_FORMAT_KEY));
        formats.add(vector.getAttribute(PerFieldKnnVectorsFormat.PER_FIELD_FORMAT_KEY));
      }
    }
    return formats;
  }

  /** The lines of the page, and back. */
  public void testPage() throws Exception {
    try (Directory directory = newDirectory()) {
      write(directory, new IndexWriterConfig());
      Set<String> before = formats(directory);
      List<String> content = content(directory);
      page.invoke("bring", directory, new IndexWriterConfig());
      assertEquals(
          new TreeSet<>(Set.of("3 segments", PlaidDocValuesFormat.NAME, FsviVectorsFormat.NAME)),
          formats(directory));
      // All segments are too small to be trained, so nothing is lost
      assertEquals(content, content(directory));
      page.invoke("rewrite", directory, new IndexWriterConfig());
      assertEquals(before, formats(directory));
      assertEquals(content, content(directory));
    }
  }

  /** A single segment without deletes, which forceMerge would leave alone. */
  public void testSingleSegment() throws Exception {
    try (Directory directory = newDirectory()) {
      write(directory, new IndexWriterConfig());
      try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
        writer.forceMerge(1);
      }
      List<String> content = content(directory);
      PlaidDocValuesFormat raw =
          PlaidDocValuesFormat.builder().trainingThreshold(50).raw(RawTokens.FLOAT32).build();
      IndexWriterConfig config = new IndexWriterConfig().setCodec(PlaidCodec.of("tokens", raw));
      page.invoke("rewrite", directory, config);
      assertTrue(formats(directory).containsAll(Set.of("1 segments", PlaidDocValuesFormat.NAME)));
      assertEquals(content, content(directory));
      page.invoke("rewrite", directory, new IndexWriterConfig());
      assertFalse(formats(directory).contains(PlaidDocValuesFormat.NAME));
      assertEquals(content, content(directory));
    }
  }

  /** What the page says that does not help. */
  public void testLeftAlone() throws Exception {
    try (Directory directory = newDirectory()) {
      write(directory, new IndexWriterConfig());
      try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
        writer.forceMerge(1);
      }
      Set<String> before = formats(directory);
      IndexWriterConfig config =
          new IndexWriterConfig().setCodec(PlaidCodec.of("tokens", new PlaidDocValuesFormat()));
      new IndexUpgrader(directory, config, false).upgrade();
      assertEquals(before, formats(directory));
      config =
          new IndexWriterConfig().setCodec(PlaidCodec.of("tokens", new PlaidDocValuesFormat()));
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        writer.forceMerge(1);
      }
      assertEquals(before, formats(directory));
    }
  }
}
