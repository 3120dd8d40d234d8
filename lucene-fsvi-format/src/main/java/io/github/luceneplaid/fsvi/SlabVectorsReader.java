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
import io.github.luceneplaid.fsvi.internal.SegmentFile;
import io.github.luceneplaid.fsvi.slab.SlabWriter;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.store.ChecksumIndexInput;
import org.apache.lucene.store.DataAccessHint;
import org.apache.lucene.store.FileDataHint;
import org.apache.lucene.store.FileTypeHint;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** Reads the files that {@link SlabVectorsWriter} writes. It does not search. */
final class SlabVectorsReader extends FlatVectorsReader {

  private static final long SHALLOW_BYTES =
      RamUsageEstimator.shallowSizeOfInstance(SlabVectorsReader.class);

  private final FieldInfos infos;
  private final int maxDoc;
  private final boolean graphs;
  private final Map<Integer, VectorFieldEntry> entries = new TreeMap<>();
  private final FlatVectorsScorer scorer = new GraphScorer();
  private final IndexInput data;

  /**
   * Opens a segment. It reads and verifies the whole meta file, and the header and footer of the
   * file of vectors. It checks that all parts in the meta file are inside the file of vectors, and
   * do not overlap.
   *
   * @param newest newest version that can be read
   * @param context context for opening the file of vectors
   * @param graphs whether the vectors are searched by graphs
   */
  SlabVectorsReader(SegmentReadState state, int newest, IOContext context, boolean graphs)
      throws IOException {
    this.graphs = graphs;
    this.infos = state.fieldInfos;
    this.maxDoc = state.segmentInfo.maxDoc();
    int version = readMeta(state, newest);
    this.data =
        new SegmentFile(
                FsviVectorsFormat.VECTOR_EXTENSION,
                FsviVectorsFormat.VECTOR_CODEC,
                FsviVectorsFormat.VERSION_START,
                newest)
            .open(state, version, context);
    boolean success = false;
    try {
      checkParts();
      for (VectorFieldEntry entry : entries.values()) {
        check(entry);
      }
      success = true;
    } finally {
      if (success == false) {
        IOUtils.closeWhileHandlingException(data);
      }
    }
  }

  /** Returns a context for vectors with an access pattern. */
  static IOContext context(SegmentReadState state, DataAccessHint access) {
    return state.context.withHints(FileTypeHint.DATA, FileDataHint.KNN_VECTORS, access);
  }

  private int readMeta(SegmentReadState state, int newest) throws IOException {
    String name =
        IndexFileNames.segmentFileName(
            state.segmentInfo.name, state.segmentSuffix, FsviVectorsFormat.META_EXTENSION);
    int version = -1;
    try (ChecksumIndexInput meta = state.directory.openChecksumInput(name)) {
      Throwable priorE = null;
      try {
        version =
            CodecUtil.checkIndexHeader(
                meta,
                FsviVectorsFormat.META_CODEC,
                FsviVectorsFormat.VERSION_START,
                newest,
                state.segmentInfo.getId(),
                state.segmentSuffix);
        try {
          readFields(meta);
        } catch (EOFException e) {
          throw new CorruptIndexException("the file ends inside its list of fields", meta, e);
        }
      } catch (Throwable exception) {
        priorE = exception;
      } finally {
        CodecUtil.checkFooter(meta, priorE);
      }
    }
    return version;
  }

  private void readFields(ChecksumIndexInput meta) throws IOException {
    for (int number = meta.readInt(); number != -1; number = meta.readInt()) {
      FieldInfo info = number < 0 ? null : infos.fieldInfo(number);
      if (info == null || info.hasVectorValues() == false) {
        throw new CorruptIndexException(
            "field number: found " + number + ", expected the number of a field of vectors", meta);
      }
      if (entries.put(number, VectorFieldEntry.read(meta, info, maxDoc)) != null) {
        throw new CorruptIndexException(
            "field \"" + info.name + "\": found two entries, expected one", meta);
      }
    }
  }

  private void checkParts() throws IOException {
    List<FilePart> parts = new ArrayList<>();
    try {
      for (Map.Entry<Integer, VectorFieldEntry> entry : entries.entrySet()) {
        String field = " of field \"" + infos.fieldInfo(entry.getKey()).name + "\"";
        for (FilePart part : entry.getValue().parts()) {
          parts.add(new FilePart(part.what() + field, part.offset(), part.length()));
        }
      }
      long end = data.length() - CodecUtil.footerLength();
      // Rows come first, and the header is in front of the first place that is aligned
      FilePart.check(parts, "the file of vectors", SlabWriter.ALIGNMENT, end);
    } catch (IllegalArgumentException e) {
      throw new CorruptIndexException("bad place in the meta file: " + e.getMessage(), data, e);
    }
  }

  /** Opens each part of a field once, to check that it can be read. */
  private void check(VectorFieldEntry entry) throws IOException {
    try {
      new StoredVectors(entry, data, graphs).docs().iterator();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
      throw new CorruptIndexException(
          "the meta file places a part wrongly: " + e.getMessage(), data, e);
    }
  }

  VectorFieldEntry entry(String field) {
    FieldInfo info = infos.fieldInfo(field);
    VectorFieldEntry entry = info == null ? null : entries.get(info.number);
    if (entry == null) {
      throw new IllegalArgumentException("field=\"" + field + "\" not found");
    }
    return entry;
  }

  /** Opens a field for the calling thread. */
  StoredVectors stored(String field, VectorEncoding expected) throws IOException {
    VectorFieldEntry entry = entry(field);
    VectorEncoding found = entry.layout().encoding();
    if (found != expected) {
      throw new IllegalArgumentException(
          "field=\"" + field + "\" is encoded as: " + found + " expected: " + expected);
    }
    return new StoredVectors(entry, data, graphs);
  }

  @Override
  public FloatVectorValues getFloatVectorValues(String field) throws IOException {
    return new StoredFloatVectorValues(stored(field, VectorEncoding.FLOAT32));
  }

  @Override
  public ByteVectorValues getByteVectorValues(String field) throws IOException {
    return new StoredByteVectorValues(stored(field, VectorEncoding.BYTE));
  }

  @Override
  public FlatVectorsScorer getFlatVectorScorer(String field) {
    return scorer;
  }

  @Override
  public RandomVectorScorer getRandomVectorScorer(String field, float[] target) throws IOException {
    return scorer.getRandomVectorScorer(
        entry(field).layout().similarity(), getFloatVectorValues(field), target);
  }

  @Override
  public RandomVectorScorer getRandomVectorScorer(String field, byte[] target) throws IOException {
    return scorer.getRandomVectorScorer(
        entry(field).layout().similarity(), getByteVectorValues(field), target);
  }

  @Override
  public Map<String, Long> getOffHeapByteSize(FieldInfo field) {
    VectorFieldLayout layout = entry(field.name).layout();
    return Map.of(FsviVectorsFormat.VECTOR_EXTENSION, layout.bytesPerVector() * layout.size());
  }

  @Override
  public void checkIntegrity() throws IOException {
    CodecUtil.checksumEntireFile(data);
  }

  @Override
  public long ramBytesUsed() {
    return SHALLOW_BYTES + RamUsageEstimator.sizeOfMap(entries);
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(data);
  }
}
