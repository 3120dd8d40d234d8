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

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.PlaidStatistics;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiBits;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/** The records of an index: which there are, and the files they came from. */
final class IndexedRecords {
  private final DirectoryReader reader;
  private final Bits live;

  /** Of the ids of documents, and of those of records that they are parts of; null without any. */
  private final TermsEnum ids;

  private final TermsEnum partsOf;

  IndexedRecords(DirectoryReader reader) throws IOException {
    this.reader = reader;
    live = MultiBits.getLiveDocs(reader);
    ids = terms(IndexBuilder.ID);
    partsOf = terms(IndexBuilder.PART_OF);
  }

  private TermsEnum terms(String field) throws IOException {
    Terms terms = MultiTerms.getTerms(reader, field);
    return terms == null ? null : terms.iterator();
  }

  /** The first document that has a term; −1 if none has. */
  private int document(TermsEnum terms, String term) throws IOException {
    return terms != null && terms.seekExact(new BytesRef(term)) ? next(terms, live) : -1;
  }

  private static int next(TermsEnum terms, Bits live) throws IOException {
    PostingsEnum documents = terms.postings(null, PostingsEnum.NONE);
    for (int doc = documents.nextDoc();
        doc != DocIdSetIterator.NO_MORE_DOCS;
        doc = documents.nextDoc()) {
      if (live == null || live.get(doc)) {
        return doc;
      }
    }
    return -1;
  }

  /** The record that has an id, or has a passage that has it; null if there is none. */
  String recordOf(String id) throws IOException {
    if (document(partsOf, id) >= 0) {
      return id;
    }
    int doc = document(ids, id);
    if (doc < 0) {
      return null;
    }
    Document stored = reader.storedFields().document(doc, Set.of(IndexBuilder.PART_OF));
    String record = stored.get(IndexBuilder.PART_OF);
    return record == null ? id : record;
  }

  /** Where a record is, in words. */
  String place(String record) throws IOException {
    int doc = Math.max(document(partsOf, record), document(ids, record));
    LeafReaderContext leaf = reader.leaves().get(ReaderUtil.subIndex(doc, reader.leaves()));
    SortedDocValues paths = leaf.reader().getSortedDocValues(SourceFile.FILE);
    boolean known = paths != null && paths.advanceExact(doc - leaf.docBase);
    return known ? ", from " + paths.lookupOrd(paths.ordValue()).utf8ToString() : "";
  }

  /** How many records there are: documents, of which those of one record count as one. */
  long count() throws IOException {
    long records = reader.numDocs();
    TermsEnum terms = terms(IndexBuilder.PART_OF);
    while (terms != null && terms.next() != null) {
      PostingsEnum documents = terms.postings(null, PostingsEnum.NONE);
      long parts = 0;
      while (documents.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
        parts += live == null || live.get(documents.docID()) ? 1 : 0;
      }
      records -= Math.max(0, parts - 1);
    }
    return records;
  }

  /** The files that records came from, by their paths. */
  Map<String, SourceFile> files() throws IOException {
    Map<String, SourceFile> files = new HashMap<>();
    for (LeafReaderContext leaf : reader.leaves()) {
      addFiles(leaf.reader(), files);
    }
    return files;
  }

  private static void addFiles(LeafReader segment, Map<String, SourceFile> files)
      throws IOException {
    SortedDocValues paths = segment.getSortedDocValues(SourceFile.FILE);
    if (paths == null || segment.getSortedDocValues(SourceFile.HASH) == null) {
      return; // a field of somebody else
    }
    SortedDocValues names = DocValues.getSorted(segment, SourceFile.NAME);
    SortedDocValues hashes = DocValues.getSorted(segment, SourceFile.HASH);
    NumericDocValues times = DocValues.getNumeric(segment, SourceFile.TIME);
    Bits live = segment.getLiveDocs();
    Set<Integer> seen = new HashSet<>();
    for (int doc = paths.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = paths.nextDoc()) {
      if ((live == null || live.get(doc))
          && seen.add(paths.ordValue())
          && names.advanceExact(doc)
          && hashes.advanceExact(doc)
          && times.advanceExact(doc)) {
        String path = paths.lookupOrd(paths.ordValue()).utf8ToString();
        String name = names.lookupOrd(names.ordValue()).utf8ToString();
        String hash = hashes.lookupOrd(hashes.ordValue()).utf8ToString();
        files.put(path, new SourceFile(path, name, hash, times.longValue()));
      }
    }
  }

  /** The dimension of the tokens; 0 if there are none. */
  int dimension() throws IOException {
    for (LeafReaderContext leaf : reader.leaves()) {
      PlaidStatistics tokens = PlaidDocValuesFormat.statistics(leaf.reader(), IndexBuilder.TOKENS);
      if (tokens != null && tokens.dimension() > 0) {
        return tokens.dimension();
      }
    }
    return 0;
  }
}
