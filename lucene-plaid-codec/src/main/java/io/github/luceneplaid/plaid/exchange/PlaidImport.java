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

package io.github.luceneplaid.plaid.exchange;

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import java.io.IOException;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.perfield.PerFieldDocValuesFormat;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SlowCodecReaderWrapper;

/**
 * Imports PLAID folders into an index. The documents of a folder become a segment with the
 * centroids, buckets and codes of the folder. No token is encoded again, and tokens decode to the
 * same numbers as in next-plaid and fast-plaid. Norms and posting lists are computed. The centroids
 * are the cells until a merge clusters the tokens. If raw tokens are stored, the tokens are
 * clustered at once.
 *
 * <p>The field must be written by {@link PlaidDocValuesFormat}, which was created without arguments
 * or with the bits of the folder (1 for a binary folder). Any other format receives the decoded
 * tokens as floats.
 *
 * @lucene.experimental
 */
public final class PlaidImport {

  /** Number of passes over the tokens when they are written, if there are not very many. */
  private static final int WALKS = 5;

  private PlaidImport() {}

  /** Observes an import. */
  public interface Progress {

    /** No observer. */
    Progress NONE = (done, all) -> {};

    /**
     * Called after a step.
     *
     * @param done number of documents read so far; a document counts each time it is read; the
     *     number never decreases
     * @param all approximate number of documents to read
     */
    void progress(long done, long all);
  }

  /**
   * The result of an import.
   *
   * @param documents number of documents
   * @param documentsWithoutTokens number of documents without tokens, which have no value of the
   *     field
   * @param tokens number of tokens
   */
  public record Result(int documents, int documentsWithoutTokens, long tokens) {}

  /**
   * Adds the documents of a folder.
   *
   * @param writer writer of the index. It receives all documents, or none if the import fails. The
   *     caller commits
   * @param directory the folder; the caller may close it afterwards
   * @param field field of binary doc values for the tokens
   * @param orderField field of numeric doc values for the number of the document in the folder,
   *     from 0
   * @throws IllegalArgumentException if the field's format writes another number of bits, or if one
   *     of the fields exists with another type
   */
  public static Result into(
      IndexWriter writer, PlaidFolder directory, String field, String orderField)
      throws IOException {
    LeafReader others = new BareReader(directory.documents());
    return into(writer, directory, field, orderField, others, Progress.NONE);
  }

  /**
   * Adds the documents of a folder, together with other fields of the same documents.
   *
   * @param writer writer of the index. It receives all documents, or none if the import fails. The
   *     caller commits
   * @param directory the folder; the caller may close it afterwards
   * @param field field of binary doc values for the tokens
   * @param orderField field of numeric doc values for the number of the document in the folder,
   *     from 0
   * @param others reader of other fields of the same documents, in the order of the folder and
   *     without deletions; it is not closed
   * @param progress observes the import
   * @throws IllegalArgumentException if the field's format writes another number of bits, if one of
   *     the fields exists with another type, or if the numbers of documents differ
   */
  public static Result into(
      IndexWriter writer,
      PlaidFolder directory,
      String field,
      String orderField,
      LeafReader others,
      Progress progress)
      throws IOException {
    return into(writer, directory, field, orderField, 0, others, progress);
  }

  /**
   * Adds the documents of a folder, numbered from a number on. So an export of several folders can
   * have one after another.
   *
   * @param firstNumber value of {@code orderField} of the first document
   * @see #into(IndexWriter, PlaidFolder, String, String, LeafReader, Progress)
   */
  public static Result into(
      IndexWriter writer,
      PlaidFolder directory,
      String field,
      String orderField,
      long firstNumber,
      LeafReader others,
      Progress progress)
      throws IOException {
    checkBits(writer, directory, field);
    int empty = 0;
    PlaidFolder.Cursor cursor = directory.cursor();
    for (int doc = 0; doc < directory.documents(); doc++) {
      cursor.moveTo(doc);
      empty += cursor.tokenCount() == 0 ? 1 : 0;
    }
    if (others.maxDoc() != directory.documents() || others.hasDeletions()) {
      throw new IllegalArgumentException(
          "other fields: found "
              + others.numDocs()
              + " live documents, expected "
              + directory.documents());
    }
    LeafReader reader =
        new PlaidFolderReader(
            directory,
            field,
            orderField,
            firstNumber,
            others,
            walks(directory.documents(), progress));
    if (directory.documents() > 0) {
      writer.addIndexes(SlowCodecReaderWrapper.wrap(reader));
    }
    return new Result(directory.documents(), empty, directory.tokens());
  }

  /** Counts documents over all passes, up to the approximate number. */
  private static PlaidFolderDocValues.Walks walks(long documents, Progress progress) {
    long[] done = {0};
    return doc -> {
      long walk = doc == 0 ? (done[0] + documents - 1) / documents : done[0] / documents;
      done[0] = Math.max(done[0], Math.min(walk * documents + doc, WALKS * documents));
      progress.progress(done[0], WALKS * documents);
    };
  }

  private static void checkBits(IndexWriter writer, PlaidFolder directory, String field) {
    DocValuesFormat format = writer.getConfig().getCodec().docValuesFormat();
    if (format instanceof PerFieldDocValuesFormat perField) {
      format = perField.getDocValuesFormatForField(field);
    }
    if (format instanceof PlaidDocValuesFormat plaid
        && plaid.bits().isPresent()
        && plaid.bits().getAsInt() != directory.bits()) {
      throw new IllegalArgumentException(
          "bits of the format of field \""
              + field
              + "\": found "
              + plaid.bits().getAsInt()
              + ", expected "
              + directory.bits()
              + " as in the folder");
    }
  }
}
