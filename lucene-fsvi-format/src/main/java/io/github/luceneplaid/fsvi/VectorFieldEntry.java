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

import java.io.IOException;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.store.IndexInput;

/**
 * One field of the meta file, see {@link FsviVectorsFormat}.
 *
 * @param layout of the vectors
 * @param docs their documents
 * @param maxDoc documents of the segment
 */
record VectorFieldEntry(
    VectorFieldLayout layout, OrdToDocDISIReaderConfiguration docs, int maxDoc) {

  VectorFieldEntry {
    int size = layout.size();
    if (size > maxDoc) {
      throw new IllegalArgumentException(size + " vectors of " + maxDoc + " documents");
    }
    if (docs.isEmpty() != (size == 0) || docs.isDense() != (size > 0 && size == maxDoc)) {
      throw new IllegalArgumentException("the documents are not those of " + size + " vectors");
    }
  }

  /** Reads what follows the field number. */
  static VectorFieldEntry read(IndexInput meta, FieldInfo field, int maxDoc) throws IOException {
    VectorFieldLayout layout = VectorFieldLayout.read(meta, field);
    try {
      return new VectorFieldEntry(
          layout, OrdToDocDISIReaderConfiguration.fromStoredMeta(meta, layout.size()), maxDoc);
    } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
      throw new CorruptIndexException(
          "field \"" + field.name + "\": no list of documents: " + e.getMessage(), meta, e);
    }
  }
}
