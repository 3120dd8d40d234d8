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
import java.nio.file.Files;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KeywordField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.IOUtils;

/**
 * The fields that documents of a PLAID directory get besides their tokens: an id and their
 * metadata. They are kept in an index of one segment, in the order of the directory, in a temporary
 * folder.
 */
final class ImportedFields implements Closeable {
  private final TemporaryFolder folder;
  private final Directory directory;
  private final DirectoryReader reader;
  private final int withoutMetadata;

  private ImportedFields(TemporaryFolder folder, Directory directory, int withoutMetadata)
      throws IOException {
    this.folder = folder;
    this.directory = directory;
    this.reader = DirectoryReader.open(directory);
    this.withoutMetadata = withoutMetadata;
  }

  /**
   * Names of fields.
   *
   * @param prefix in front of names of columns
   * @param idPrefix in front of the number of a document, which is its id if it has no other
   */
  record Names(String prefix, String idPrefix) {

    String field(MetadataColumn column) {
      return prefix + column.name();
    }
  }

  /**
   * Reads the fields of all documents.
   *
   * @param documents how many there are, at least one
   * @param metadata of the directory; null if it has none
   */
  static ImportedFields read(
      int documents, MetadataDatabase metadata, Names names, Progress progress) throws IOException {
    TemporaryFolder folder = TemporaryFolder.make(() -> Files.createTempDirectory("plaid-import"));
    Directory directory = null;
    boolean success = false;
    try {
      directory = FSDirectory.open(folder.path());
      // Merges of segments that are not neighbours would bring documents out of order
      IndexWriterConfig config =
          new IndexWriterConfig()
              .setMergePolicy(new LogDocMergePolicy())
              .setMergeScheduler(new SerialMergeScheduler());
      int withoutMetadata;
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        Filler filler = new Filler(writer, documents, metadata, names, progress);
        filler.fill();
        withoutMetadata = metadata == null ? 0 : filler.bare;
        writer.forceMerge(1);
      }
      ImportedFields result = new ImportedFields(folder, directory, withoutMetadata);
      success = true;
      return result;
    } finally {
      if (success == false) {
        IOUtils.closeWhileHandlingException(directory, folder);
      }
    }
  }

  /** Adds a document for each document of the directory, with or without a row of metadata. */
  private static final class Filler {
    private final IndexWriter writer;
    private final int documents;
    private final MetadataDatabase metadata;
    private final Names names;
    private final Progress progress;
    private final MadeIds made;

    /** The column of ids; null if there is none. */
    private final MetadataColumn ids;

    private int next;

    /** Documents without a row. */
    private int bare;

    Filler(
        IndexWriter writer,
        int documents,
        MetadataDatabase metadata,
        Names names,
        Progress progress) {
      this.writer = writer;
      this.documents = documents;
      this.metadata = metadata;
      this.names = names;
      this.progress = progress;
      this.made = new MadeIds(names.idPrefix, documents);
      this.ids = metadata == null ? null : idsOf(metadata.columns());
    }

    private MetadataColumn idsOf(List<MetadataColumn> columns) {
      return columns.stream()
          .filter(column -> names.field(column).equals(IndexBuilder.ID))
          .findFirst()
          .orElse(null);
    }

    void fill() throws IOException {
      if (ids != null) {
        // No document may get the id that a later one has
        metadata.read(List.of(ids), this::readId);
      }
      if (metadata != null) {
        metadata.read(this::add);
      }
      addBare(documents);
    }

    private void readId(int number, ResultSet rows) throws SQLException {
      String id = MetadataColumn.text(rows, 1);
      if (id != null) {
        made.add(id);
      }
    }

    private void add(int number, ResultSet rows) throws IOException, SQLException {
      addBare(number);
      Document document = new Document();
      String id = null;
      List<MetadataColumn> columns = metadata.columns();
      for (int i = 0; i < columns.size(); i++) {
        String field = names.field(columns.get(i));
        if (field.equals(IndexBuilder.ID)) {
          id = MetadataColumn.text(rows, i + 1);
          GivenValues.addId(document, columns.get(i).kind(), rows.getObject(i + 1));
        } else if (field.equals(IndexBuilder.TEXT)) {
          String text = MetadataColumn.text(rows, i + 1);
          if (text != null) {
            document.add(new TextField(field, text, Field.Store.YES));
            GivenValues.addText(document, columns.get(i).kind(), rows.getObject(i + 1));
          }
        } else {
          columns.get(i).addTo(document, field, rows, i + 1);
        }
      }
      if (id != null) {
        Ids.check(id, metadata.file() + ", document " + number);
      }
      try {
        add(document, id);
      } catch (IllegalArgumentException e) {
        throw new UserException(
            metadata.file() + ": cannot take document " + number + ": " + e.getMessage(), e);
      }
    }

    private void addBare(int end) throws IOException {
      for (; next < end; bare++) {
        Document document = new Document();
        if (ids != null) {
          GivenValues.addId(document, ids.kind(), null);
        }
        add(document, null);
      }
    }

    private void add(Document document, String id) throws IOException {
      String unique = id == null || id.isEmpty() ? made.make(next) : id;
      document.add(new KeywordField(IndexBuilder.ID, unique, Field.Store.YES));
      writer.addDocument(document);
      next++;
      progress.step(1);
    }
  }

  /** Documents that have no row in the database of metadata; 0 if there is no database. */
  int withoutMetadata() {
    return withoutMetadata;
  }

  /** The only segment. */
  LeafReader reader() {
    return reader.leaves().get(0).reader();
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(reader, directory, folder);
  }
}
