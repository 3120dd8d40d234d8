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
package io.github.luceneplaid.benchmark;

import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/** Marks of documents that the filters of a scenario keep. The choice is as good as random. */
enum DocumentShare {
  HALF("50 %", 0.5),
  TENTH("10 %", 0.1),
  HUNDREDTH("1 %", 0.01),
  THOUSANDTH("0.1 %", 0.001),
  ONE("one document", 0);

  private static final String FIELD = "share";

  /** 2^32 over the golden ratio: multiples of it are spread evenly. */
  private static final long STEP = 2654435769L;

  /** The document that {@link #ONE} keeps. */
  private static final int THE_ONE = 7;

  final String label;
  private final double share;

  DocumentShare(String label, double share) {
    this.label = label;
    this.share = share;
  }

  /** Whether a document is kept. */
  boolean has(int position) {
    return this == ONE ? position == THE_ONE : (position * STEP & 0xFFFFFFFFL) < share * 0x1p32;
  }

  /** Adds the marks of a document. */
  static void add(Document document, int position) {
    for (DocumentShare share : values()) {
      if (share.has(position)) {
        document.add(new StringField(FIELD, share.name(), Field.Store.NO));
      }
    }
  }

  Query filter() {
    return new TermQuery(new Term(FIELD, name()));
  }
}
