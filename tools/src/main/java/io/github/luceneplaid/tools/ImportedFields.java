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

  private ImportedFields(TemporaryFolder folder, Directory directory) throws IOException {
    this.folder = folder;
    this.directory = directory;
    this.reader = DirectoryReader.open(directory);
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
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        new Filler(writer, documents, metadata, names, progress).fill();
        writer.forceMerge(1);
      }
      ImportedFields result = new ImportedFields(folder, directory);
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
    private int next;

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
    }

    void fill() throws IOException {
      if (metadata != null) {
        metadata.read(this::add);
      }
      addBare(documents);
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
        } else if (field.equals(IndexBuilder.TEXT)) {
          String text = MetadataColumn.text(rows, i + 1);
          if (text != null) {
            document.add(new TextField(field, text, Field.Store.YES));
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
      while (next < end) {
        add(new Document(), null);
      }
    }

    private void add(Document document, String id) throws IOException {
      String unique = id == null || id.isEmpty() ? names.idPrefix + next : id;
      document.add(new KeywordField(IndexBuilder.ID, unique, Field.Store.YES));
      writer.addDocument(document);
      next++;
      progress.step(1);
    }
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
