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
import io.github.luceneplaid.plaid.segment.Payload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.StoredValue;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiBits;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.StringHelper;

/** The records of an index, and the files that they came from. */
final class IndexedRecords {
  private static final Set<String> RECORD = Set.of(IndexBuilder.ID, IndexBuilder.PART_OF);

  private final DirectoryReader reader;

  /** Shared by all calls, because it caches the block that it decompressed last. */
  private final StoredFields stored;

  private final Bits live;

  /** The terms of document ids, and those of record ids of passages; null if there are none. */
  private final TermsEnum ids;

  private final TermsEnum partsOf;

  IndexedRecords(DirectoryReader reader) throws IOException {
    this.reader = reader;
    stored = reader.storedFields();
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
    return RecordSearch.recordId(stored.document(doc, RECORD));
  }

  /**
   * Whether an id is free: no document has it, or only documents that came from the given files.
   */
  boolean isFree(String id, Set<String> files) throws IOException {
    int doc = documentOf(id);
    String file = doc < 0 || files.isEmpty() ? null : file(doc);
    return doc < 0 || (file != null && files.contains(file));
  }

  /** The file that a record came from; null if that is not known. */
  String fileOf(String record) throws IOException {
    return file(documentOf(record));
  }

  /** A document of a record, or the passage of an id; −1 if there is none. */
  private int documentOf(String id) throws IOException {
    int doc = document(partsOf, id);
    return doc < 0 ? document(ids, id) : doc;
  }

  private String file(int doc) throws IOException {
    LeafReaderContext leaf = reader.leaves().get(ReaderUtil.subIndex(doc, reader.leaves()));
    SortedDocValues paths = leaf.reader().getSortedDocValues(SourceFile.FILE);
    boolean known = paths != null && paths.advanceExact(doc - leaf.docBase);
    return known ? paths.lookupOrd(paths.ordValue()).utf8ToString() : null;
  }

  /** The ids of the records of a file, without some others. */
  Set<String> recordsOf(String path, Set<String> others) throws IOException {
    Set<String> records = new LinkedHashSet<>();
    for (LeafReaderContext leaf : reader.leaves()) {
      PostingsEnum documents = leaf.reader().postings(new Term(SourceFile.FILE, path));
      if (documents != null) {
        addRecords(leaf, documents, others, records);
      }
    }
    return records;
  }

  private void addRecords(
      LeafReaderContext leaf, PostingsEnum documents, Set<String> others, Set<String> records)
      throws IOException {
    SortedSetDocValues names = DocValues.getSortedSet(leaf.reader(), IndexBuilder.ID);
    Bits liveDocs = leaf.reader().getLiveDocs();
    for (int doc = documents.nextDoc();
        doc != DocIdSetIterator.NO_MORE_DOCS;
        doc = documents.nextDoc()) {
      if (liveDocs != null && liveDocs.get(doc) == false) {
        continue;
      }
      // The first passage of a record has the record's id. Stored fields would be slower to read
      boolean other =
          names.advanceExact(doc)
              && others.contains(names.lookupOrd(names.nextOrd()).utf8ToString());
      String record =
          other ? null : RecordSearch.recordId(stored.document(leaf.docBase + doc, RECORD));
      if (record != null && others.contains(record) == false) {
        records.add(record);
      }
    }
  }

  /**
   * Whether the records of a file are passages of prose, and not lines.
   *
   * @param other what to return if no id tells
   */
  boolean isProse(SourceFile file, boolean other) throws IOException {
    if (file.name().isEmpty()) {
      return false; // only lines go without the name
    }
    return hasId(file.name() + TextFiles.PASSAGE, file.path())
        || (other && hasId(file.name() + TextFiles.LINE, file.path()) == false);
  }

  /** Whether a record of a file has an id that starts so. */
  private boolean hasId(String start, String path) throws IOException {
    BytesRef prefix = new BytesRef(start);
    boolean found = ids != null && ids.seekCeil(prefix) != TermsEnum.SeekStatus.END;
    BytesRef id = found ? ids.term() : null;
    while (id != null && StringHelper.startsWith(id, prefix)) {
      int doc = next(ids, live);
      if (doc >= 0 && path.equals(file(doc))) {
        return true;
      }
      id = ids.next();
    }
    return false;
  }

  /**
   * Whether the index has a record exactly as it would be written.
   *
   * @param parts all of its passages, or itself
   * @param builder the builder that would write them
   * @param path path of the file that the record comes from
   */
  boolean holds(List<Passage> parts, IndexBuilder builder, String path) throws IOException {
    Passage first = parts.get(0);
    if (parts(first.recordId()) != (first.record() == null ? 0 : parts.size())) {
      return false;
    }
    for (Passage part : parts) {
      int doc = document(ids, part.id());
      if (doc < 0
          || path.equals(file(doc)) == false
          || stored(builder.document(part)).equals(stored(stored.document(doc))) == false) {
        return false;
      }
    }
    return true;
  }

  /** The stored values of a document, by field. */
  private static Map<String, List<Object>> stored(Document document) {
    Map<String, List<Object>> values = new HashMap<>();
    for (IndexableField field : document) {
      StoredValue value = field.storedValue();
      if (value != null) {
        values.computeIfAbsent(field.name(), name -> new ArrayList<>()).add(value(value));
      }
    }
    return values;
  }

  private static Object value(StoredValue value) {
    return switch (value.getType()) {
      case INTEGER -> value.getIntValue();
      case LONG -> value.getLongValue();
      case FLOAT -> value.getFloatValue();
      case DOUBLE -> value.getDoubleValue();
      case STRING -> value.getStringValue();
      case BINARY -> value.getBinaryValue();
      case DATA_INPUT -> throw new AssertionError("nothing here is stored so");
    };
  }

  /** How many documents are parts of a record. */
  private long parts(String record) throws IOException {
    return partsOf != null && partsOf.seekExact(new BytesRef(record)) ? liveDocuments(partsOf) : 0;
  }

  private long liveDocuments(TermsEnum term) throws IOException {
    PostingsEnum documents = term.postings(null, PostingsEnum.NONE);
    long n = 0;
    while (documents.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
      n += live == null || live.get(documents.docID()) ? 1 : 0;
    }
    return n;
  }

  /** The number of records. All passages of a record count as one. */
  long count() throws IOException {
    long records = reader.numDocs();
    TermsEnum terms = terms(IndexBuilder.PART_OF);
    while (terms != null && terms.next() != null) {
      records -= Math.max(0, liveDocuments(terms) - 1);
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

  /** The files that records came from, and those that have none any more. */
  Map<String, SourceFile> knownFiles() throws IOException {
    Map<String, SourceFile> known = new HashMap<>();
    for (SourceFile file : IndexSettings.of(reader).emptied()) {
      known.put(file.path(), file);
    }
    known.putAll(files());
    return known;
  }

  private static void addFiles(LeafReader segment, Map<String, SourceFile> files)
      throws IOException {
    SortedDocValues paths = segment.getSortedDocValues(SourceFile.FILE);
    if (paths == null || segment.getNumericDocValues(SourceFile.HASH) == null) {
      return; // a field of somebody else
    }
    SortedDocValues names = DocValues.getSorted(segment, SourceFile.NAME);
    NumericDocValues hashes = DocValues.getNumeric(segment, SourceFile.HASH);
    NumericDocValues times = DocValues.getNumeric(segment, SourceFile.TIME);
    NumericDocValues sizes = DocValues.getNumeric(segment, SourceFile.SIZE);
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
        long size = sizes.advanceExact(doc) ? sizes.longValue() : FileStamp.UNKNOWN;
        FileStamp stamp = new FileStamp(size, times.longValue());
        files.put(path, new SourceFile(path, name, hashes.longValue(), stamp));
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
    for (LeafReaderContext leaf : reader.leaves()) {
      int dimension = storedDimension(leaf.reader());
      if (dimension > 0) {
        return dimension;
      }
    }
    return 0;
  }

  /**
   * The dimension of the first tokens that are stored in a segment; 0 if there are none. The format
   * stores tokens as they come, and has no statistics of them, if they have too many dimensions.
   */
  static int storedDimension(LeafReader segment) throws IOException {
    BinaryDocValues values = segment.getBinaryDocValues(IndexBuilder.TOKENS);
    Bits live = segment.getLiveDocs();
    while (values != null && values.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
      BytesRef value = values.binaryValue();
      int dimension = Payload.statedDimension(value);
      boolean some = value.length > Integer.BYTES && Payload.areTokens(value, dimension);
      if (some && (live == null || live.get(values.docID()))) {
        return dimension;
      }
    }
    return 0;
  }
}
