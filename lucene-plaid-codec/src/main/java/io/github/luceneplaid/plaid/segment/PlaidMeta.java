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

package io.github.luceneplaid.plaid.segment;

import io.github.luceneplaid.fsvi.internal.FilePart;
import io.github.luceneplaid.fsvi.slab.Limits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.store.ChecksumIndexInput;
import org.apache.lucene.store.IndexInput;

/**
 * The meta file of a segment.
 *
 * @param file name of the file
 * @param version of the format, the same in all files of the segment
 * @param entries the fields, by number
 * @param hasDelegate whether the segment has files of the delegate
 * @lucene.internal
 */
public record PlaidMeta(
    String file, int version, SortedMap<Integer, PlaidFieldEntry> entries, boolean hasDelegate) {

  /**
   * Reads and verifies the file.
   *
   * @param currentVersion the newest version that can be read
   */
  static PlaidMeta read(SegmentReadState state, int currentVersion) throws IOException {
    String file =
        IndexFileNames.segmentFileName(
            state.segmentInfo.name, state.segmentSuffix, SegmentFiles.META_EXTENSION);
    SortedMap<Integer, PlaidFieldEntry> entries = new TreeMap<>();
    int version = -1;
    boolean hasDelegate = false;
    try (ChecksumIndexInput meta = state.directory.openChecksumInput(file)) {
      Throwable priorE = null;
      try {
        version =
            CodecUtil.checkIndexHeader(
                meta,
                SegmentFiles.META_CODEC,
                SegmentFiles.VERSION_START,
                currentVersion,
                state.segmentInfo.getId(),
                state.segmentSuffix);
        readFields(meta, state, entries);
        hasDelegate = readDelegate(meta, entries);
      } catch (IllegalArgumentException | ArithmeticException e) {
        priorE = new CorruptIndexException(e.getMessage(), meta, e);
      } catch (Throwable exception) {
        priorE = exception;
      } finally {
        CodecUtil.checkFooter(meta, priorE);
      }
    }
    return new PlaidMeta(file, version, entries, hasDelegate);
  }

  private static void readFields(
      IndexInput meta, SegmentReadState state, SortedMap<Integer, PlaidFieldEntry> entries)
      throws IOException {
    int maxDoc = state.segmentInfo.maxDoc();
    for (int number = meta.readInt(); number != -1; number = meta.readInt()) {
      FieldInfo info = state.fieldInfos.fieldInfo(number);
      if (info == null || info.getDocValuesType() != DocValuesType.BINARY) {
        throw new CorruptIndexException(
            "field number: found "
                + number
                + ", expected the number of a field of binary doc values",
            meta);
      }
      if (entries.put(number, PlaidFieldEntry.read(meta, maxDoc)) != null) {
        throw new CorruptIndexException(
            "field \"" + info.name + "\": found two entries, expected one", meta);
      }
    }
  }

  private static boolean readDelegate(IndexInput meta, SortedMap<Integer, PlaidFieldEntry> entries)
      throws IOException {
    byte delegate = meta.readByte();
    Limits.check("delegate", delegate, 0, 1);
    for (PlaidFieldEntry entry : entries.values()) {
      if (delegate == 0 && entry.escapedDocuments() > 0) {
        throw new CorruptIndexException(
            entry.escapedDocuments() + " escaped documents, but no delegate that keeps them", meta);
      }
    }
    return delegate == 1;
  }

  /**
   * Checks that all parts of the fields are inside the other files.
   *
   * @param data the data file
   * @param vectors the vector file
   * @param suffix suffix of the segment's files
   */
  void checkParts(IndexInput data, IndexInput vectors, String suffix) throws IOException {
    List<FilePart> dataParts = new ArrayList<>();
    List<FilePart> vectorParts = new ArrayList<>();
    try {
      for (PlaidFieldEntry entry : entries.values()) {
        dataParts.addAll(entry.dataParts());
        vectorParts.addAll(entry.vectorParts());
      }
      int start = CodecUtil.indexHeaderLength(SegmentFiles.DATA_CODEC, suffix);
      FilePart.check(dataParts, "the data file", start, data.length() - CodecUtil.footerLength());
      start = CodecUtil.indexHeaderLength(SegmentFiles.VECTOR_CODEC, suffix);
      FilePart.check(
          vectorParts, "the vector file", start, vectors.length() - CodecUtil.footerLength());
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new CorruptIndexException(e.getMessage(), file, e);
    }
  }

  /**
   * Checks that the file agrees with its writer.
   *
   * @param fields numbers of the fields that were written
   * @param delegated whether a field was written by the delegate
   */
  public void checkWritten(Set<Integer> fields, boolean delegated) throws CorruptIndexException {
    if (entries.keySet().equals(fields) == false || hasDelegate != delegated) {
      throw new CorruptIndexException(
          "fields: found "
              + entries.keySet()
              + (hasDelegate ? " and a delegate" : "")
              + ", expected "
              + fields
              + (delegated ? " and a delegate" : ""),
          file);
    }
  }
}
