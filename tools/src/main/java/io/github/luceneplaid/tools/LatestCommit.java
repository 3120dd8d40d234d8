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
import java.util.Arrays;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ReferenceManager;
import org.apache.lucene.store.Directory;

/**
 * Searches the latest commit of a directory, whoever made it. Unlike a {@link
 * org.apache.lucene.search.SearcherManager}, it continues with a new index that replaces a deleted
 * one.
 */
final class LatestCommit extends ReferenceManager<IndexSearcher> {
  private final Directory directory;

  /** The id of the commit that was the latest before the current reader was opened. */
  private byte[] id;

  /** Opens the index that a directory holds; the directory stays open when this is closed. */
  LatestCommit(Directory directory) throws IOException {
    this.directory = directory;
    id = latestId();
    current = new IndexSearcher(DirectoryReader.open(directory));
  }

  private byte[] latestId() throws IOException {
    return SegmentInfos.readLatestCommit(directory).getId();
  }

  @Override
  protected IndexSearcher refreshIfNeeded(IndexSearcher old) throws IOException {
    byte[] latest = latestId();
    if (Arrays.equals(latest, id)) {
      return null;
    }
    DirectoryReader reader = reopened(reader(old));
    id = latest;
    return new IndexSearcher(reader);
  }

  /** Opens the latest commit; unchanged segments are shared with the old reader. */
  private DirectoryReader reopened(DirectoryReader old) throws IOException {
    DirectoryReader reader = null;
    try {
      reader = DirectoryReader.openIfChanged(old);
    } catch (
        @SuppressWarnings("unused")
        IllegalStateException e) {
      // The segments of a new index have the names of deleted ones
    }
    // By chance both may have the same version, too
    return reader == null ? DirectoryReader.open(directory) : reader;
  }

  /** The reader of a searcher that was acquired. */
  static DirectoryReader reader(IndexSearcher searcher) {
    return (DirectoryReader) searcher.getIndexReader();
  }

  @Override
  protected void decRef(IndexSearcher searcher) throws IOException {
    searcher.getIndexReader().decRef();
  }

  @Override
  protected boolean tryIncRef(IndexSearcher searcher) {
    return searcher.getIndexReader().tryIncRef();
  }

  @Override
  protected int getRefCount(IndexSearcher searcher) {
    return searcher.getIndexReader().getRefCount();
  }
}
