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
package io.github.luceneplaid.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.Version;

/** A way to search tokens with Lucene. Subclasses decide what is indexed and searched. */
abstract class LuceneEngine implements Engine {
  static final String TOKENS = "tokens";
  static final String POSITION = "position";

  private Directory directory;
  private IndexWriter writer;
  private DirectoryReader reader;
  private IndexSearcher searcher;

  /** Made when it is first needed, so that reopening does not take longer. */
  private int[] positions;

  @Override
  public String version() {
    return Version.LATEST.toString();
  }

  /** The settings of the writer, which decide how segments are made. */
  abstract WriterSettings writerSettings(JsonNode options);

  /** Opens the data that {@link #addFields} needs besides tokens. */
  void openDocuments(DataFolder data) throws IOException {}

  /** Prepares for the queries of later searches, if a search needs more than their tokens. */
  void useQueries(DataFolder data, float[][][] queries) throws IOException {}

  /** Adds the fields of a document. */
  abstract void addFields(Document document, int position, float[][] tokens) throws IOException;

  /** Runs a query. */
  abstract LuceneSearch search(int k, JsonNode params) throws IOException;

  /** A search by an index searcher. */
  interface LuceneSearch {
    TopDocs run(IndexSearcher searcher, float[][] query) throws IOException;
  }

  @Override
  public Work build(DataFolder data, Path index, JsonNode options) throws IOException {
    close();
    openDocuments(data);
    try (Texts documents = data.documents();
        Directory target = FSDirectory.open(index)) {
      WriterSettings settings = writerSettings(options);
      Stopwatch watch = new Stopwatch();
      try (IndexWriter builder = new IndexWriter(target, settings.config(documents.size()))) {
        addAll(builder, documents, 0, documents.size(), watch);
        if (settings.merged()) {
          builder.forceMerge(1);
        }
        builder.commit();
      }
      return watch.stop();
    }
  }

  private void addAll(IndexWriter to, Texts documents, int from, int end, Stopwatch watch)
      throws IOException {
    for (int i = from; i < end; i++) {
      int position = i;
      float[][] tokens = watch.pause(() -> documents.vectors(position));
      Document document = new Document();
      document.add(new NumericDocValuesField(POSITION, position));
      document.add(new StringField(POSITION, Integer.toString(position), Field.Store.NO));
      if (tokens.length > 0) {
        addFields(document, position, tokens);
      }
      to.addDocument(document);
    }
  }

  @Override
  public void open(Path index, JsonNode options) throws IOException {
    close();
    directory = FSDirectory.open(index);
    use(DirectoryReader.open(directory));
  }

  private void use(DirectoryReader opened) {
    reader = opened;
    searcher = new IndexSearcher(opened);
    searcher.setQueryCache(null);
    positions = null;
  }

  @Override
  public Search prepare(int k, JsonNode params) throws IOException {
    LuceneSearch search = search(k, params);
    return new Search() {
      @Override
      public Object run(float[][] query) throws IOException {
        return search.run(searcher, query);
      }

      @Override
      public int[] positions(Object result) throws IOException {
        ScoreDoc[] hits = ((TopDocs) result).scoreDocs;
        int[] found = new int[Math.min(k, hits.length)];
        for (int i = 0; i < found.length; i++) {
          found[i] = position(hits[i].doc);
        }
        return found;
      }
    };
  }

  /** Position of a document in the data set. */
  int position(int doc) throws IOException {
    if (positions == null) {
      positions = new int[reader.maxDoc()];
      for (LeafReaderContext leaf : reader.leaves()) {
        NumericDocValues values = leaf.reader().getNumericDocValues(POSITION);
        while (values.nextDoc() != NumericDocValues.NO_MORE_DOCS) {
          positions[leaf.docBase + values.docID()] = (int) values.longValue();
        }
      }
    }
    return positions[doc];
  }

  /** The writer for changes, which is opened with the first one. */
  private IndexWriter writer() throws IOException {
    if (writer == null) {
      writer = new IndexWriter(directory, writerSettings(Json.object()).updates());
      // From now on readers are near real time.
      reader.close();
      use(DirectoryReader.open(writer));
    }
    return writer;
  }

  @Override
  public Work add(Texts documents, int from, int to) throws IOException {
    IndexWriter open = writer();
    Stopwatch watch = new Stopwatch();
    addAll(open, documents, from, to, watch);
    reopen(open);
    return watch.stop();
  }

  @Override
  public Work delete(int[] deleted) throws IOException {
    IndexWriter open = writer();
    Stopwatch watch = new Stopwatch();
    for (int position : deleted) {
      open.deleteDocuments(new Term(POSITION, Integer.toString(position)));
    }
    reopen(open);
    return watch.stop();
  }

  private void reopen(IndexWriter open) throws IOException {
    DirectoryReader changed = DirectoryReader.openIfChanged(reader, open);
    if (changed != null) {
      reader.close();
      use(changed);
    }
  }

  @Override
  public long bytes() throws IOException {
    long bytes = 0;
    for (String file : directory.listAll()) {
      bytes += directory.fileLength(file);
    }
    return bytes;
  }

  /** Segments of the open index. */
  int segments() {
    return reader.leaves().size();
  }

  /** Searches the open index. */
  IndexSearcher searcher() {
    return searcher;
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(reader, writer, directory);
    reader = null;
    writer = null;
    directory = null;
  }
}
