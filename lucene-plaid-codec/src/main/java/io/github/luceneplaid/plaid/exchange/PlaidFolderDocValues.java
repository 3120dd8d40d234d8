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

import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.segment.ImportedDocValues;
import java.io.IOException;

/** The documents of a folder that have tokens, as values of a field. */
final class PlaidFolderDocValues extends ImportedDocValues {

  private final PlaidFolder directory;
  private final PlaidFolder.Cursor cursor;
  private final Walks walks;
  private int doc = -1;

  /** Observes passes over a folder. */
  interface Walks {
    /** Called when a pass reaches a document. The first one of each pass is 0. */
    void at(int doc);
  }

  PlaidFolderDocValues(PlaidFolder directory, Walks walks) {
    this.directory = directory;
    this.cursor = directory.cursor();
    this.walks = walks;
  }

  @Override
  public Codebook codebook() {
    return directory.codebook();
  }

  @Override
  public int tokenCount() {
    return cursor.tokenCount();
  }

  @Override
  public void centroids(int from, int n, int[] into) {
    cursor.centroids(from, n, into);
  }

  @Override
  public void residuals(int from, int n, byte[] into) {
    cursor.residuals(from, n, into);
  }

  @Override
  public void tokens(int from, int n, float[] into) {
    cursor.decode(from, n, into);
  }

  @Override
  public int docID() {
    return doc;
  }

  @Override
  public int nextDoc() throws IOException {
    return advance(doc + 1);
  }

  @Override
  public int advance(int target) throws IOException {
    for (int next = target; next < directory.documents(); next++) {
      if (advanceExact(next)) {
        return doc;
      }
    }
    doc = NO_MORE_DOCS;
    return doc;
  }

  @Override
  public boolean advanceExact(int target) {
    doc = target;
    walks.at(target);
    cursor.moveTo(target);
    return cursor.tokenCount() > 0;
  }

  @Override
  public long cost() {
    return directory.documents();
  }
}
