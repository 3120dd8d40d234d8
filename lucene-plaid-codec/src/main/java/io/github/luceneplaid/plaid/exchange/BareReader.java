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

import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.DocValuesSkipper;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafMetaData;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PointValues;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.index.StoredFieldVisitor;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.TermVectors;
import org.apache.lucene.index.Terms;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.Version;

/** A segment of documents without any fields. */
final class BareReader extends LeafReader {

  private final int documents;

  BareReader(int documents) {
    this.documents = documents;
  }

  @Override
  public FieldInfos getFieldInfos() {
    return FieldInfos.EMPTY;
  }

  @Override
  public int numDocs() {
    return documents;
  }

  @Override
  public int maxDoc() {
    return documents;
  }

  @Override
  public LeafMetaData getMetaData() {
    return new LeafMetaData(Version.LATEST.major, Version.LATEST, null, false);
  }

  @Override
  public StoredFields storedFields() {
    return new StoredFields() {
      @Override
      public void document(int doc, StoredFieldVisitor visitor) {}
    };
  }

  @Override
  public TermVectors termVectors() {
    return TermVectors.EMPTY;
  }

  @Override
  public Terms terms(String name) {
    return null;
  }

  @Override
  public BinaryDocValues getBinaryDocValues(String name) {
    return null;
  }

  @Override
  public NumericDocValues getNumericDocValues(String name) {
    return null;
  }

  @Override
  public SortedDocValues getSortedDocValues(String name) {
    return null;
  }

  @Override
  public SortedNumericDocValues getSortedNumericDocValues(String name) {
    return null;
  }

  @Override
  public SortedSetDocValues getSortedSetDocValues(String name) {
    return null;
  }

  @Override
  public NumericDocValues getNormValues(String name) {
    return null;
  }

  @Override
  public DocValuesSkipper getDocValuesSkipper(String name) {
    return null;
  }

  @Override
  public FloatVectorValues getFloatVectorValues(String name) {
    return null;
  }

  @Override
  public ByteVectorValues getByteVectorValues(String name) {
    return null;
  }

  @Override
  public void searchNearestVectors(
      String name, float[] target, KnnCollector collector, AcceptDocs acceptDocs) {}

  @Override
  public void searchNearestVectors(
      String name, byte[] target, KnnCollector collector, AcceptDocs acceptDocs) {}

  @Override
  public Bits getLiveDocs() {
    return null;
  }

  @Override
  public PointValues getPointValues(String name) {
    return null;
  }

  @Override
  public void checkIntegrity() {}

  @Override
  public CacheHelper getCoreCacheHelper() {
    return null;
  }

  @Override
  public CacheHelper getReaderCacheHelper() {
    return null;
  }

  @Override
  protected void doClose() {}
}
