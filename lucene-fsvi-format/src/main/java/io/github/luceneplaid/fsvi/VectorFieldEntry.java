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

import io.github.luceneplaid.fsvi.internal.FilePart;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.Accountable;
import org.apache.lucene.util.RamUsageEstimator;

/**
 * Entry of a field in the meta file, see {@link FsviVectorsFormat}.
 *
 * @param layout layout of the vectors
 * @param docs documents of the vectors
 * @param maxDoc number of documents of the segment
 */
record VectorFieldEntry(VectorFieldLayout layout, VectorDocsEntry docs, int maxDoc)
    implements Accountable {

  private static final long SHALLOW_BYTES =
      RamUsageEstimator.shallowSizeOfInstance(VectorFieldEntry.class);

  VectorFieldEntry {
    int size = layout.size();
    checkSize(size, maxDoc);
    String found = documents(docs.isEmpty(), docs.isDense());
    String expected = documents(size == 0, size == maxDoc);
    if (found.equals(expected) == false) {
      throw new IllegalArgumentException(
          "documents with a vector: found " + found + ", expected " + expected);
    }
  }

  private static void checkSize(int size, int maxDoc) {
    if (size > maxDoc) {
      throw new IllegalArgumentException(
          "vectors: found " + size + ", expected at most " + maxDoc + ", one for each document");
    }
  }

  private static String documents(boolean none, boolean all) {
    return none ? "none" : all ? "all" : "some";
  }

  /** Reads the part of an entry that follows the field number. */
  static VectorFieldEntry read(IndexInput meta, FieldInfo field, int maxDoc) throws IOException {
    VectorFieldLayout layout = VectorFieldLayout.read(meta, field);
    try {
      // Checked before memory is allocated for the documents
      checkSize(layout.size(), maxDoc);
      return new VectorFieldEntry(layout, VectorDocsEntry.read(meta, layout.size()), maxDoc);
    } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
      throw new CorruptIndexException(
          "field \"" + field.name + "\": bad list of documents: " + e.getMessage(), meta, e);
    }
  }

  /** Returns the parts of the field in the file of vectors. */
  List<FilePart> parts() {
    List<FilePart> parts = new ArrayList<>(layout.parts());
    parts.addAll(docs.parts());
    return parts;
  }

  @Override
  public long ramBytesUsed() {
    return SHALLOW_BYTES + layout.ramBytesUsed() + docs.ramBytesUsed();
  }
}
