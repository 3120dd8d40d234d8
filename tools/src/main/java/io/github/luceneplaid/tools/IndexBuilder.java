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
package io.github.luceneplaid.tools;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KeywordField;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.IOUtils;

/**
 * Writes passages and their tokens to a Lucene index, with one commit at the end. Until then,
 * readers of the folder see the index as it was before.
 */
final class IndexBuilder implements Closeable {
  static final String ID = "id";
  static final String TITLE = "title";

  /** The field of the text and its words. */
  static final String TEXT = "text";

  static final String TOKENS = "tokens";

  /** The id of the record that a document is a part of; whole records do not have it. */
  static final String PART_OF = "part_of";

  /**
   * The number of a document in the PLAID directory it came from. Those of a later import go on
   * after the largest one that is there.
   */
  static final String ORDER = "order";

  /** The key by which a commit names the model of its tokens. */
  static final String MODEL = "plaid.model";

  /** The key by which a commit has the hash of the files of that model. */
  static final String FINGERPRINT = "plaid.model.sha256";

  private final IndexWriter writer;
  private Map<String, MetadataColumn.Kind> kinds = Map.of();
  private boolean finished;

  /**
   * Starts a new index in place of what the folder holds.
   *
   * @param tokens the format of the field {@value #TOKENS}
   * @param settings what to keep with it
   */
  static IndexBuilder create(NewIndex index, DocValuesFormat tokens, IndexSettings settings)
      throws IOException {
    IndexWriterConfig config = config(tokens).setOpenMode(IndexWriterConfig.OpenMode.CREATE);
    IndexBuilder builder = new IndexBuilder(index.directory(), config);
    try {
      index.checkStillNew();
      builder.keep(settings);
    } catch (Throwable t) {
      IOUtils.closeWhileSuppressingExceptions(t, builder);
      throw t;
    }
    return builder;
  }

  private IndexBuilder(Directory directory, IndexWriterConfig config) throws IOException {
    writer = new IndexWriter(directory, config);
  }

  /** Adds to the index that the directory holds, in the format that it was started with. */
  static IndexBuilder append(Directory directory) throws IOException {
    DocValuesFormat tokens;
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      tokens = IndexSettings.of(reader).format();
    }
    return new IndexBuilder(
        directory, config(tokens).setOpenMode(IndexWriterConfig.OpenMode.APPEND));
  }

  /** Commits other settings than those that are there. */
  void keep(IndexSettings settings) {
    writer.setLiveCommitData(settings.data().entrySet());
  }

  /**
   * How indexes are written.
   *
   * @param tokens the format of the field {@value #TOKENS}
   */
  static IndexWriterConfig config(DocValuesFormat tokens) {
    return new IndexWriterConfig()
        .setMergeScheduler(new QuietMerges())
        .setCodec(
            new Lucene104Codec() {
              @Override
              public DocValuesFormat getDocValuesFormatForField(String field) {
                return field.equals(TOKENS) ? tokens : super.getDocValuesFormatForField(field);
              }
            });
  }

  /**
   * Does not print failed merges: the code that waits for a merge gets the error and reports it.
   */
  private static final class QuietMerges extends ConcurrentMergeScheduler {
    @Override
    protected void handleMergeException(Throwable e) {}
  }

  /**
   * Finds the kinds of values in the fields of the records to be added.
   *
   * @throws UserException if a field of the index has values of another kind
   */
  void expect(List<Passage> records, Notes notes) throws IOException {
    try (DirectoryReader reader = reader()) {
      kinds = new FieldKinds(IndexFields.of(reader)).of(records, notes);
    }
  }

  void add(Passage passage, float[][] tokens) throws IOException {
    add(passage, tokens, null, null);
  }

  /**
   * Adds a passage.
   *
   * @param clusters for each original token, the pooled token that it became a part of; null if
   *     tokens are not pooled
   * @param source where it came from; null if that is not known
   */
  void add(Passage passage, float[][] tokens, int[] clusters, SourceFile source)
      throws IOException {
    Document document = document(passage, tokens);
    // Without a text there are no words to show
    if (clusters != null && clusters.length > 0 && passage.text().isEmpty() == false) {
      document.add(PoolClusters.field(clusters));
    }
    if (source != null) {
      source.addTo(document);
    }
    try {
      writer.addDocument(document);
    } catch (IllegalArgumentException e) {
      throw refused(passage, e);
    }
  }

  /** Replaces the document of the same id. */
  void update(Passage passage, float[][] tokens) throws IOException {
    try {
      writer.updateDocument(new Term(ID, passage.id()), document(passage, tokens));
    } catch (IllegalArgumentException e) {
      throw refused(passage, e);
    }
  }

  /** The error if the index has a field of the same name with values of another kind. */
  private static UserException refused(Passage passage, IllegalArgumentException e) {
    return new UserException(
        "document " + Ids.shown(passage.id()) + ": the index cannot take it: " + e.getMessage(), e);
  }

  void delete(String id) throws IOException {
    writer.deleteDocuments(new Term(ID, id));
  }

  /** Deletes all passages of a record. */
  void deleteRecord(String id) throws IOException {
    writer.deleteDocuments(new Term(ID, id), new Term(PART_OF, id));
  }

  /** Deletes all records of a file. */
  void deleteFile(String path) throws IOException {
    writer.deleteDocuments(new Term(SourceFile.FILE, path));
  }

  /** Updates the hash and the stamp of a file whose records stay in the index. */
  void updateFile(SourceFile file) throws IOException {
    // An index may have been written before all of these were kept
    Set<String> fields = writer.getFieldNames();
    Field[] state =
        Arrays.stream(file.state())
            .filter(field -> fields.contains(field.name()))
            .toArray(Field[]::new);
    writer.updateDocValues(new Term(SourceFile.FILE, file.path()), state);
  }

  /**
   * Flushes the documents added so far to segments. Readers do not see them before the index is
   * finished.
   */
  void flush() throws IOException {
    writer.flush();
  }

  void merge() throws IOException {
    merge(1);
  }

  /** Merges until there are no more segments than that. */
  void merge(int segments) throws IOException {
    writer.forceMerge(segments);
  }

  /** Opens the index as it is now, finished or not. */
  DirectoryReader reader() throws IOException {
    return DirectoryReader.open(writer);
  }

  private Document document(Passage passage, float[][] tokens) {
    Document document = document(passage);
    // A text of punctuation only has no tokens, and nothing can find it.
    if (tokens.length > 0) {
      document.add(new LateInteractionField(TOKENS, tokens));
    }
    return document;
  }

  /** The document of a passage, without its tokens. */
  Document document(Passage passage) {
    Document document = new Document();
    document.add(new KeywordField(ID, passage.id(), Field.Store.YES));
    if (passage.record() != null) {
      document.add(new StringField(PART_OF, passage.record(), Field.Store.YES));
    }
    boolean later = passage.isLaterPart();
    String title = passage.title();
    if (title.isEmpty() == false) {
      MetadataColumn.addTerm(document, TITLE, title);
      document.add(new StoredField(TITLE, later ? Passage.repeated(title) : title));
    }
    if (passage.text().isEmpty() == false) {
      document.add(new TextField(TEXT, passage.text(), Field.Store.YES));
    }
    passage.fields().values().forEach((name, values) -> add(document, name, values, later));
    return document;
  }

  /**
   * Adds a field, unless it is one too many.
   *
   * @param later whether the first part of the record stores long text already
   */
  private void add(Document document, String name, List<Object> values, boolean later) {
    MetadataColumn.Kind kind = kinds.get(name);
    if (kind == MetadataColumn.Kind.TEXT && later && isLong(values)) {
      values.forEach(value -> MetadataColumn.addTerm(document, name, value.toString()));
    } else if (kind != null) {
      values.forEach(value -> MetadataColumn.add(document, name, kind, value));
    }
  }

  private static boolean isLong(List<Object> values) {
    return values.stream().mapToLong(value -> value.toString().length()).sum() > Passage.REPEATED;
  }

  /** Commits all changes; afterwards nothing can be added. */
  void finish() throws IOException {
    writer.close();
    finished = true;
  }

  /** Rolls uncommitted changes back, unless the index is finished. */
  @Override
  public void close() throws IOException {
    if (finished == false) {
      writer.rollback();
    }
  }
}
