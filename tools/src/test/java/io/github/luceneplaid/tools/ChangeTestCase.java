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

import io.github.luceneplaid.testframework.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

/** Changes an index of texts, encoded by the tiny model. */
abstract class ChangeTestCase extends CommandTestCase {
  private long clock;
  Path folder;
  Path model;
  Path index;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    // A real folder, in which Lucene's test file systems put no files
    folder = Path.of(createTempDir().toRealPath().toString());
    model = TinyModel.copyTo(Files.createDirectory(folder.resolve("model")));
    index = folder.resolve("index");
  }

  /** Writes a file with a modification time that differs from all before. */
  Path write(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    clock += 1000;
    Files.setLastModifiedTime(file, FileTime.fromMillis(clock));
    return file;
  }

  /** A command with the option for the model added. */
  Object[] with(Object... command) {
    return concat(command, "--model", model);
  }

  static Object[] concat(Object[] first, Object... second) {
    Object[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  /** Runs a command that succeeds. */
  void run(Object... args) {
    int code = plaid(args);
    assertEquals(err.toString(), 0, code);
  }

  /** The ids of all documents, with their stored texts. */
  List<String> documents() throws IOException {
    TreeSet<String> documents = new TreeSet<>();
    try (Directory directory = FSDirectory.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      int n = Math.max(1, reader.maxDoc());
      IndexSearcher searcher = new IndexSearcher(reader);
      for (ScoreDoc hit : searcher.search(MatchAllDocsQuery.INSTANCE, n).scoreDocs) {
        Document document = searcher.storedFields().document(hit.doc);
        String text = document.get(IndexBuilder.TEXT);
        documents.add(document.get(IndexBuilder.ID) + (text == null ? "" : "=" + text));
      }
      assertEquals(reader.numDocs(), documents.size());
    }
    return List.copyOf(documents);
  }

  /** Ids of all documents. */
  List<String> ids() throws IOException {
    return documents().stream().map(document -> document.split("=", 2)[0]).sorted().toList();
  }

  /** The commit and the documents that a reader of the index finds. */
  String version() throws IOException {
    try (Directory directory = FSDirectory.open(index);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      return reader.getIndexCommit().getSegmentsFileName() + " " + documents();
    }
  }
}
