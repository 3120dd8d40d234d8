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
 * Brings PLAID directories into an index. The documents of a directory become a segment that keeps
 * its centroids and buckets, and its codes as they are: nothing is encoded anew, and what is
 * decoded is what the directory's own programs decode. Norms and posting lists are computed. The
 * centroids are the cells, unless raw tokens are kept, until a merge makes others.
 *
 * <p>The field must be written by {@link PlaidDocValuesFormat}, either made without arguments or
 * with as many bits as the directory has (1 for a binary one). Another format gets the decoded
 * tokens as floats.
 *
 * @lucene.experimental
 */
public final class PlaidImport {

  /** How often tokens are walked through when they are written, if there are not very many. */
  private static final int WALKS = 5;

  private PlaidImport() {}

  /** Looks on while a directory is added. */
  public interface Progress {

    /** Nobody looks on. */
    Progress NONE = (done, all) -> {};

    /**
     * Something has been done.
     *
     * @param done documents that have been read, each as often as it is, never fewer than before
     * @param all about how many there are to read
     */
    void progress(long done, long all);
  }

  /**
   * What has been added.
   *
   * @param documents number of documents
   * @param documentsWithoutTokens those of them that have no tokens, and so no value of the field
   * @param tokens number of tokens
   */
  public record Result(int documents, int documentsWithoutTokens, long tokens) {}

  /**
   * Adds the documents of a directory.
   *
   * @param writer of the index, which gets all documents or, if this throws, none; the caller
   *     commits
   * @param directory may be closed afterwards
   * @param field gets the tokens; binary doc values
   * @param orderField gets the number of the document in the directory, from 0; numeric doc values
   * @throws IllegalArgumentException if the field's format writes another number of bits, or one of
   *     the fields is there and of another kind
   */
  public static Result into(
      IndexWriter writer, PlaidFolder directory, String field, String orderField)
      throws IOException {
    LeafReader others = new BareReader(directory.documents());
    return into(writer, directory, field, orderField, others, Progress.NONE);
  }

  /**
   * Adds the documents of a directory with other fields of theirs.
   *
   * @param writer of the index, which gets all documents or, if this throws, none; the caller
   *     commits
   * @param directory may be closed afterwards
   * @param field gets the tokens; binary doc values
   * @param orderField gets the number of the document in the directory, from 0; numeric doc values
   * @param others has other fields of the same documents, in the order of the directory and without
   *     deletions; it is not closed
   * @param progress is told how far this is
   * @throws IllegalArgumentException if the field's format writes another number of bits, one of
   *     the fields is there and of another kind, or there are not as many other documents
   */
  public static Result into(
      IndexWriter writer,
      PlaidFolder directory,
      String field,
      String orderField,
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
            directory, field, orderField, others, walks(directory.documents(), progress));
    if (directory.documents() > 0) {
      writer.addIndexes(SlowCodecReaderWrapper.wrap(reader));
    }
    return new Result(directory.documents(), empty, directory.tokens());
  }

  /** Counts documents over all walks, but not beyond what was said to be all. */
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
              + " as in the directory");
    }
  }
}
