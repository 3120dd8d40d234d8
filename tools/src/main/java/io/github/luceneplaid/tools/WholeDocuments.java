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
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;

/**
 * The stored fields of documents. Of a record that was indexed in parts, the first one has all of
 * each value, and the others only the short ones; here all of them have all. Imported documents
 * have all of their values already, whatever records they are parts of.
 */
final class WholeDocuments {
  private final IndexSearcher searcher;
  private final StoredFields stored;

  /** The record that was looked for last, and its first part, or null. */
  private String record;

  private Document first;

  WholeDocuments(IndexReader reader) throws IOException {
    searcher = new IndexSearcher(reader);
    stored = reader.storedFields();
  }

  /** The stored fields of a document, with what the first part of its record has of them. */
  Document get(int doc) throws IOException {
    Document document = stored.document(doc);
    String partOf = document.get(IndexBuilder.PART_OF);
    if (partOf == null || partOf.equals(document.get(IndexBuilder.ID)) || isImported(doc)) {
      return document;
    }
    if (partOf.equals(record) == false) {
      record = partOf;
      ScoreDoc[] found =
          searcher.search(new TermQuery(new Term(IndexBuilder.ID, partOf)), 1).scoreDocs;
      first = found.length == 0 ? null : stored.document(found[0].doc);
    }
    return first == null ? document : whole(document, first);
  }

  /** Whether a document has a number in a PLAID directory. */
  private boolean isImported(int doc) throws IOException {
    List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
    LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
    NumericDocValues order = leaf.reader().getNumericDocValues(IndexBuilder.ORDER);
    return order != null && order.advanceExact(doc - leaf.docBase);
  }

  private static Document whole(Document part, Document first) {
    Document whole = new Document();
    String title = first.get(IndexBuilder.TITLE);
    for (IndexableField field : part) {
      boolean cut =
          field.name().equals(IndexBuilder.TITLE)
              && title != null
              && field.stringValue() != null
              && title.startsWith(field.stringValue());
      whole.add(cut ? first.getField(IndexBuilder.TITLE) : field);
    }
    for (IndexableField field : first) {
      boolean own = field.name().equals(IndexBuilder.TEXT) || part.getField(field.name()) != null;
      if (own == false) {
        whole.add(field);
      }
    }
    return whole;
  }
}
