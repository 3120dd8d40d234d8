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

package io.github.luceneplaid.plaid.search.request;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import java.util.stream.LongStream;

/**
 * The best children of the best parents. The rank of a parent is that of its best child. Other
 * children are kept beside it if scores may be wrong about which one is the best.
 */
public final class BestChildren implements BestHits {

  private final int capacity;
  private final int children;
  private final IntUnaryOperator parents;

  /** The best child of each parent. */
  private final TreeSet<Long> best = new TreeSet<>();

  /** The children of each parent, best first. */
  private final Map<Integer, long[]> byParent = new HashMap<>();

  /**
   * Keeps children of {@code capacity} parents, at least 1.
   *
   * @param children how many of each parent at most, at least 1
   * @param parents the parent of a document, -1 if it has none: then it is not taken
   */
  public BestChildren(int capacity, int children, IntUnaryOperator parents) {
    this.capacity = capacity;
    this.children = children;
    this.parents = parents;
  }

  @Override
  public void add(long hit) {
    // A child with a lower score than the worst of the best children is rarely the best of its
    // parent
    if (isFull() && hit <= best.first()) {
      return;
    }
    int parent = parents.applyAsInt(BestDocs.doc(hit));
    if (parent < 0) {
      return;
    }
    long[] siblings = byParent.get(parent);
    if (siblings != null) {
      best.remove(siblings[0]);
    } else if (isFull()) {
      byParent.remove(parents.applyAsInt(BestDocs.doc(best.pollFirst())));
    }
    long[] all = siblings == null ? new long[] {hit} : with(siblings, hit);
    byParent.put(parent, all);
    best.add(all[0]);
  }

  /** Adds a child to its siblings, unless it is among them. */
  private long[] with(long[] siblings, long hit) {
    long[] all =
        LongStream.concat(LongStream.of(siblings), LongStream.of(hit)).distinct().toArray();
    BestDocs.sort(all);
    return all.length > children ? Arrays.copyOf(all, children) : all;
  }

  /** How many parents there are. */
  @Override
  public int size() {
    return best.size();
  }

  @Override
  public boolean isFull() {
    return best.size() == capacity;
  }

  @Override
  public float worstScore() {
    assert isFull();
    return BestDocs.score(best.first());
  }

  @Override
  public long[] best() {
    long[] hits = byParent.values().stream().flatMapToLong(LongStream::of).toArray();
    BestDocs.sort(hits);
    return hits;
  }
}
