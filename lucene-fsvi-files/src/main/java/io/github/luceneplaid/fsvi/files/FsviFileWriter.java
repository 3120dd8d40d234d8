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
package io.github.luceneplaid.fsvi.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.util.IOUtils;

/**
 * Writes an FSVI file of version 1, without deleted records. Rows come in any order: ids wait in
 * memory, vectors in a temporary file, until all are written in the order of the file. Rows of the
 * same id stay in the order they came in.
 *
 * @see FsviFile
 * @lucene.experimental
 */
public final class FsviFileWriter implements VectorRowsWriter {

  private static final long MAX_ID_BYTES = 0xFFFFFFFFL;

  /** A row that waits: its number, and the hash and bytes of its id. */
  private record Row(int number, long hash, byte[] id) {}

  private final Path file;
  private final String embedderId;
  private final String embedderRevision;
  private final int dimension;
  private final ElementType type;
  private final List<Row> rows = new ArrayList<>();
  private final AtomicOutput out;
  private final AtomicOutput waiting;
  private final ElementWriter vectors;
  private long idBytes;

  /**
   * Starts a file.
   *
   * @param file its path, in a folder that exists
   * @param embedderId what made the vectors, not empty
   * @param embedderRevision which revision of it, may be empty
   * @param type {@link ElementType#FLOAT32} or {@link ElementType#FLOAT16}
   * @param dimension elements of a vector, ≥ 1
   * @throws VectorFileException if there is a write-ahead log beside a file of this name
   */
  public FsviFileWriter(
      Path file, String embedderId, String embedderRevision, ElementType type, int dimension)
      throws IOException {
    if (Ids.encode(embedderId).length == 0) {
      throw new IllegalArgumentException("the embedder has no id");
    }
    Ids.encode(embedderRevision);
    if (type != ElementType.FLOAT32 && type != ElementType.FLOAT16) {
      throw new IllegalArgumentException("vectors of " + type);
    }
    if (dimension < 1) {
      throw new IllegalArgumentException("dimension " + dimension);
    }
    FsviFile.refuseLog(file, "none, it would belong to another file");
    this.file = file;
    this.embedderId = embedderId;
    this.embedderRevision = embedderRevision;
    this.type = type;
    this.dimension = dimension;
    this.out = new AtomicOutput(file);
    boolean success = false;
    try {
      this.waiting = new AtomicOutput(file);
      success = true;
    } finally {
      if (success == false) {
        IOUtils.closeWhileHandlingException(out);
      }
    }
    this.vectors = new ElementWriter(waiting, type);
  }

  @Override
  public void add(String id, float[] vector) throws IOException {
    byte[] bytes = Ids.encode(id);
    if (vector.length != dimension) {
      throw new IllegalArgumentException(
          "vector of " + vector.length + " with id " + id + ", expected " + dimension);
    }
    if (rows.size() == Integer.MAX_VALUE || idBytes + bytes.length > MAX_ID_BYTES) {
      throw new IllegalArgumentException(
          file + ": no room for another id after " + rows.size() + " of " + idBytes + " bytes");
    }
    vectors.writeFloats(vector, 0, dimension);
    rows.add(new Row(rows.size(), Ids.hash(bytes), bytes));
    idBytes += bytes.length;
  }

  @Override
  public void finish() throws IOException {
    rows.sort((a, b) -> FsviFile.compare(a.hash(), a.id(), b.hash(), b.id()));
    FsviHeader header = header(0);
    long end = header.idsOffset() + idBytes;
    long alignment = FsviHeader.ALIGNMENT;
    header = header((end + alignment - 1) / alignment * alignment);
    byte[] bytes = header.bytes();
    out.putBytes(bytes, 0, bytes.length);
    writeRecords();
    out.padTo(header.vectorsOffset());
    for (Row row : rows) {
      out.copy(waiting, row.number() * header.rowBytes(), header.rowBytes());
    }
    out.finish();
  }

  private FsviHeader header(long vectorsOffset) {
    return new FsviHeader(
        embedderId, embedderRevision, dimension, type, 1, rows.size(), vectorsOffset);
  }

  private void writeRecords() throws IOException {
    long offset = 0;
    for (Row row : rows) {
      out.putLong(row.hash());
      out.putInt((int) offset);
      out.putShort((short) row.id().length);
      out.putShort((short) 0);
      offset += row.id().length;
    }
    for (Row row : rows) {
      out.putBytes(row.id(), 0, row.id().length);
    }
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(waiting, out);
  }
}
