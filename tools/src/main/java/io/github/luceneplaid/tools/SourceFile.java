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

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.util.BytesRef;

/**
 * The file that a record came from, as it was when it was read. Each document of the record stores
 * it in doc values. The values are equal for all documents of the file, so a file costs a few terms
 * and a document a few ordinals.
 *
 * @param path absolute
 * @param name the name that ids of its passages are made of; empty if its lines are just numbered
 * @param hash the first eight bytes of the SHA-256 of its content
 * @param stamp its stamp before it was read
 */
record SourceFile(String path, String name, long hash, FileStamp stamp) {
  /** Terms, and doc values: the path. */
  static final String FILE = "plaid.file";

  static final String NAME = "plaid.file.name";
  static final String HASH = "plaid.file.hash";
  static final String TIME = "plaid.file.time";
  static final String SIZE = "plaid.file.size";

  /** The path by which an index knows a file. */
  static String path(Path file) {
    return AbsolutePath.of(file).toString();
  }

  static long hash(byte[] content) {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(content)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JVM has it", e);
    }
  }

  void addTo(Document document) {
    document.add(new StringField(FILE, path, Field.Store.NO));
    document.add(new SortedDocValuesField(FILE, bytes(path)));
    document.add(new SortedDocValuesField(NAME, bytes(name)));
    for (Field field : state()) {
      document.add(field);
    }
  }

  /** The fields that change with the content; Lucene can update them in documents that stay. */
  Field[] state() {
    return new Field[] {
      new NumericDocValuesField(HASH, hash),
      new NumericDocValuesField(TIME, stamp.time()),
      new NumericDocValuesField(SIZE, stamp.size())
    };
  }

  private static BytesRef bytes(String text) {
    return new BytesRef(text.getBytes(UTF_8));
  }
}
