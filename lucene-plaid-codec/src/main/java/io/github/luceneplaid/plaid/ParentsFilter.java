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

package io.github.luceneplaid.plaid;

import java.io.IOException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.BitSet;

/**
 * Tells parents from children in an index of blocks: the children of a parent are the documents
 * between the parent before and itself. {@code BitSetProducer::getBitSet} of lucene-join is one,
 * and keeps the bits of each segment.
 *
 * @lucene.experimental
 */
@FunctionalInterface
public interface ParentsFilter {

  /**
   * Returns the parents of a segment. Any thread may ask, and must find the bits unchanged as long
   * as a search lasts.
   *
   * @param context the segment
   * @return a bit for each parent, null if the segment has none. A parent may have tokens, too: it
   *     is a child of itself then. Documents behind the last parent have none, and are no hits.
   * @throws IOException if the index cannot be read
   */
  BitSet parents(LeafReaderContext context) throws IOException;
}
