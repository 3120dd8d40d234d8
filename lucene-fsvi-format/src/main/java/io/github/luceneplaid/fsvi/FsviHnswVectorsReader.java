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
package io.github.luceneplaid.fsvi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.hnsw.HnswGraphProvider;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsReader;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.apache.lucene.util.hnsw.HnswGraphSearcher;

/** Reads slabs and graphs. It searches by a graph, or by a scan where that is cheaper. */
final class FsviHnswVectorsReader extends KnnVectorsReader implements HnswGraphProvider {

  private final SlabVectorsReader slabs;
  // Closes the slabs, too
  private final Lucene99HnswVectorsReader graphs;

  FsviHnswVectorsReader(SlabVectorsReader slabs, Lucene99HnswVectorsReader graphs) {
    this.slabs = slabs;
    this.graphs = graphs;
  }

  @Override
  public HnswGraph getGraph(String field) throws IOException {
    return graphs.getGraph(field);
  }

  @Override
  public FloatVectorValues getFloatVectorValues(String field) throws IOException {
    return slabs.getFloatVectorValues(field);
  }

  @Override
  public ByteVectorValues getByteVectorValues(String field) throws IOException {
    return slabs.getByteVectorValues(field);
  }

  @Override
  public void search(String field, float[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    StoredVectors stored = slabs.stored(field, VectorEncoding.FLOAT32);
    if (stored.size() == 0 || collector.k() == 0) {
      return;
    }
    if (isScanCheaper(field, stored, collector, acceptDocs)) {
      ExactSearch.of(stored, target).search(collector, acceptDocs);
    } else if (stored.hasTwoTiers()) {
      TierScorer fine = TierScorer.of(stored, stored.fine(), stored.similarity(), target);
      graphs.search(field, target, new FineCollector(collector, stored, fine), acceptDocs);
    } else {
      graphs.search(field, target, collector, acceptDocs);
    }
  }

  @Override
  public void search(String field, byte[] target, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    StoredVectors stored = slabs.stored(field, VectorEncoding.BYTE);
    if (stored.size() == 0 || collector.k() == 0) {
      return;
    }
    if (isScanCheaper(field, stored, collector, acceptDocs)) {
      ExactSearch.of(stored, target).search(collector, acceptDocs);
    } else {
      graphs.search(field, target, collector, acceptDocs);
    }
  }

  /** Returns whether a scan is cheaper. Lucene's reader scans under the same conditions. */
  private boolean isScanCheaper(
      String field, StoredVectors stored, KnnCollector collector, AcceptDocs acceptDocs)
      throws IOException {
    int size = stored.size();
    return graphs.getGraph(field).size() == 0
        || collector.k() >= size
        || HnswGraphSearcher.expectedVisitedNodes(collector.k(), size)
            >= Math.min(acceptDocs.cost(), size);
  }

  @Override
  public Map<String, Long> getOffHeapByteSize(FieldInfo field) {
    return graphs.getOffHeapByteSize(field);
  }

  @Override
  public void checkIntegrity() throws IOException {
    graphs.checkIntegrity();
  }

  @Override
  public void close() throws IOException {
    graphs.close();
  }

  /** Replaces scores of coarse rows by scores of fine rows. */
  private static final class FineCollector extends KnnCollector.Decorator {

    private final StoredVectors vectors;
    private final TierScorer fine;

    FineCollector(KnnCollector collector, StoredVectors vectors, TierScorer fine) {
      super(collector);
      this.vectors = vectors;
      this.fine = fine;
    }

    @Override
    public boolean collect(int doc, float similarity) {
      try {
        return super.collect(doc, fine.score(vectors.docs().ordinal(doc)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
