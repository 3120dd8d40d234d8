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
package io.github.luceneplaid.tools;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/** Refuses to import documents whose ids are in the index already, or occur twice. */
final class ImportedIds {
  private final Path source;
  private final Path target;

  ImportedIds(Path source, Path target) {
    this.source = source;
    this.target = target;
  }

  /**
   * Compares the ids of documents with each other and with those of an index.
   *
   * @param index where nobody else writes; there may be no index
   */
  void check(LeafReader documents, Directory index) throws IOException {
    Terms terms = documents.terms(IndexBuilder.ID);
    if (terms == null) {
      return;
    }
    TermsEnum ids = terms.iterator();
    for (BytesRef id = ids.next(); id != null; id = ids.next()) {
      if (ids.docFreq() > 1) {
        throw new UserException(
            source
                + ": the id "
                + shown(id)
                + " occurs for the second time (--prefix makes the column of ids another field, so"
                + " that ids are made)");
      }
    }
    if (DirectoryReader.indexExists(index)) {
      try (DirectoryReader reader = DirectoryReader.open(index)) {
        for (LeafReaderContext leaf : reader.leaves()) {
          check(terms.iterator(), leaf.reader());
        }
      }
    }
  }

  private void check(TermsEnum ids, LeafReader segment) throws IOException {
    Terms there = segment.terms(IndexBuilder.ID);
    if (there == null) {
      return;
    }
    TermsEnum existing = there.iterator();
    for (BytesRef id = ids.next(); id != null; id = ids.next()) {
      if (existing.seekExact(id) && isLive(existing, segment.getLiveDocs())) {
        throw new UserException(
            source
                + ": the id "
                + shown(id)
                + " is in "
                + target
                + " already; was this imported before? (--id-prefix makes other ids of numbers)");
      }
    }
  }

  private static boolean isLive(TermsEnum id, Bits live) throws IOException {
    PostingsEnum documents = id.postings(null, PostingsEnum.NONE);
    while (documents.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
      if (live == null || live.get(documents.docID())) {
        return true;
      }
    }
    return false;
  }

  private static String shown(BytesRef id) {
    return Ids.shown(id.utf8ToString());
  }
}
