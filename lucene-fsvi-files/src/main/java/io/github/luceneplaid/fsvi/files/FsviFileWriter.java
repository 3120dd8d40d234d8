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
 * Writes an FSVI file of version 1, without deleted records. Rows can be added in any order. The
 * writer keeps the ids in memory and the vectors in a temporary file, and sorts them in {@link
 * #finish}. Rows with equal ids keep the order in which they were added.
 *
 * @see FsviFile
 * @lucene.experimental
 */
public final class FsviFileWriter implements VectorRowsWriter {

  private static final long MAX_ID_BYTES = 0xFFFFFFFFL;

  /**
   * A row that was added.
   *
   * @param number position in the temporary file, in rows
   * @param hash hash of the id
   * @param id bytes of the id
   */
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
   * @param file path of the file, in a folder that exists
   * @param embedderId id of the model that made the vectors, not empty
   * @param embedderRevision revision of that model, may be empty
   * @param type {@link ElementType#FLOAT32} or {@link ElementType#FLOAT16}
   * @param dimension number of elements of a vector, ≥ 1
   * @throws VectorFileException if there is a write-ahead log for a file of this name
   */
  public FsviFileWriter(
      Path file, String embedderId, String embedderRevision, ElementType type, int dimension)
      throws IOException {
    if (Ids.encode(embedderId).length == 0) {
      throw new IllegalArgumentException("embedderId must not be empty, got: \"\"");
    }
    Ids.encode(embedderRevision);
    if (type != ElementType.FLOAT32 && type != ElementType.FLOAT16) {
      throw new IllegalArgumentException("type must be FLOAT32 or FLOAT16, got: " + type);
    }
    if (dimension < 1) {
      throw new IllegalArgumentException("dimension must be at least 1, got: " + dimension);
    }
    FsviFile.refuseLog(file);
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
    out.check();
    byte[] bytes = Ids.encode(id);
    if (vector.length != dimension) {
      throw new IllegalArgumentException(
          "length of the vector of id " + id + " must be " + dimension + ", got: " + vector.length);
    }
    if (rows.size() == Integer.MAX_VALUE || idBytes + bytes.length > MAX_ID_BYTES) {
      throw new IllegalArgumentException(
          file
              + ": ids must have at most "
              + MAX_ID_BYTES
              + " bytes in at most "
              + Integer.MAX_VALUE
              + " rows, got: "
              + (idBytes + bytes.length)
              + " bytes in "
              + (rows.size() + 1L)
              + " rows");
    }
    vectors.writeFloats(vector, 0, dimension);
    rows.add(new Row(rows.size(), Ids.hash(bytes), bytes));
    idBytes += bytes.length;
  }

  @Override
  public void finish() throws IOException {
    waiting.check();
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
