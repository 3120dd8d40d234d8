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

import io.github.luceneplaid.fsvi.slab.Slab;
import java.io.IOException;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.IndexInput;

/** The stored vectors of a field in a segment. For one thread. */
final class StoredVectors {

  private final VectorFieldEntry entry;
  private final VectorFieldLayout layout;
  private final boolean graphs;
  private final IndexInput data;
  private final VectorDocs docs;
  private final StoredTier coarse;
  private final StoredTier fine;
  private final Slab norms;
  private final float[] one = new float[1];

  /**
   * Opens a field.
   *
   * @param graphs whether the format searches by graphs
   */
  StoredVectors(VectorFieldEntry entry, IndexInput data, boolean graphs) throws IOException {
    this.entry = entry;
    this.graphs = graphs;
    this.layout = entry.layout();
    this.data = data;
    this.docs = new VectorDocs(entry.docs(), data);
    this.fine = new StoredTier(data, layout, layout.fine());
    this.coarse = layout.tiers().size() == 1 ? fine : new StoredTier(data, layout, layout.coarse());
    this.norms = StoredTier.column(data, layout.norms(), layout.size());
  }

  /** Opens the same field for another thread. */
  StoredVectors copy() throws IOException {
    return new StoredVectors(entry, data, graphs);
  }

  /** Returns whether the format searches by graphs where that is cheaper than a scan. */
  boolean hasGraphs() {
    return graphs;
  }

  VectorFieldLayout layout() {
    return layout;
  }

  int size() {
    return layout.size();
  }

  int dimension() {
    return layout.dimension();
  }

  VectorEncoding encoding() {
    return layout.encoding();
  }

  VectorSimilarityFunction similarity() {
    return layout.similarity();
  }

  VectorDocs docs() {
    return docs;
  }

  /** The tier for scans. */
  StoredTier coarse() {
    return coarse;
  }

  /** The tier that readers return. It is also the coarse tier if there is only one. */
  StoredTier fine() {
    return fine;
  }

  boolean hasTwoTiers() {
    return coarse != fine;
  }

  /** Norms of the fine rows, or null, see {@link VectorFieldLayout#needsNorms}. */
  Slab norms() {
    return norms;
  }

  float norm(int ord) throws IOException {
    norms.readRows(ord, 1, one, 0);
    return one[0];
  }
}
