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

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValuesSkipIndexType;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;

/**
 * A PLAID folder as a segment. It has all documents of the folder in their order. It has the fields
 * of another reader of the same documents, and two more: the tokens, and the number of the
 * document, counted from any number.
 */
final class PlaidFolderReader extends FilterLeafReader {

  private final PlaidFolder directory;
  private final String field;
  private final String orderField;
  private final long firstNumber;
  private final PlaidFolderDocValues.Walks walks;
  private final FieldInfos fieldInfos;

  /**
   * Sole constructor.
   *
   * @param firstNumber number of the first document
   * @param others reader of the other fields of the documents
   * @param walks observes passes over the tokens
   * @throws IllegalArgumentException if the other reader has one of the two fields
   */
  PlaidFolderReader(
      PlaidFolder directory,
      String field,
      String orderField,
      long firstNumber,
      LeafReader others,
      PlaidFolderDocValues.Walks walks) {
    super(others);
    this.walks = walks;
    this.directory = directory;
    this.field = field;
    this.orderField = orderField;
    this.firstNumber = firstNumber;
    // The numbers of the other fields must not change, because merges of stored fields use them
    List<FieldInfo> infos = new ArrayList<>();
    int next = 0;
    for (FieldInfo info : others.getFieldInfos()) {
      if (info.name.equals(field) || info.name.equals(orderField)) {
        throw new IllegalArgumentException(
            "other fields: found \"" + info.name + "\", expected no field of the imported folder");
      }
      infos.add(info);
      next = Math.max(next, info.number + 1);
    }
    infos.add(info(field, next, DocValuesType.BINARY));
    infos.add(info(orderField, next + 1, DocValuesType.NUMERIC));
    this.fieldInfos = new FieldInfos(infos.toArray(FieldInfo[]::new));
  }

  private static FieldInfo info(String name, int number, DocValuesType type) {
    return new FieldInfo(
        name,
        number,
        false,
        true,
        false,
        IndexOptions.NONE,
        type,
        DocValuesSkipIndexType.NONE,
        -1,
        new HashMap<>(),
        0,
        0,
        0,
        0,
        VectorEncoding.FLOAT32,
        VectorSimilarityFunction.EUCLIDEAN,
        false,
        false);
  }

  @Override
  public FieldInfos getFieldInfos() {
    return fieldInfos;
  }

  @Override
  public BinaryDocValues getBinaryDocValues(String name) throws IOException {
    return name.equals(field)
        ? new PlaidFolderDocValues(directory, walks)
        : super.getBinaryDocValues(name);
  }

  @Override
  public NumericDocValues getNumericDocValues(String name) throws IOException {
    return name.equals(orderField)
        ? new Numbers(firstNumber, directory.documents())
        : super.getNumericDocValues(name);
  }

  /** The value of each document is its number. */
  private static final class Numbers extends NumericDocValues {
    private final long first;
    private final int end;
    private int doc = -1;

    Numbers(long first, int end) {
      this.first = first;
      this.end = end;
    }

    @Override
    public long longValue() {
      return first + doc;
    }

    @Override
    public boolean advanceExact(int target) {
      doc = target;
      return true;
    }

    @Override
    public int docID() {
      return doc;
    }

    @Override
    public int nextDoc() {
      return advance(doc + 1);
    }

    @Override
    public int advance(int target) {
      doc = target < end ? target : NO_MORE_DOCS;
      return doc;
    }

    @Override
    public long cost() {
      return end;
    }
  }

  @Override
  public CacheHelper getCoreCacheHelper() {
    return null;
  }

  @Override
  public CacheHelper getReaderCacheHelper() {
    return null;
  }
}
