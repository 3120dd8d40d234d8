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
package io.github.luceneplaid.fsvi.files;

import java.util.Arrays;
import java.util.function.IntFunction;

/** Finds keys by their bytes. A hash table of ordinals; the keys themselves stay where they are. */
final class KeyTable {

  /** Most keys of a table that is at most half full. */
  static final int MAX_SIZE = (1 << 29) - 1;

  private static final int NONE = -1;

  private final int[] ordinals;

  /** A table for a number of keys. */
  KeyTable(int size) {
    assert size <= MAX_SIZE;
    ordinals = new int[Math.max(2, Integer.highestOneBit(Math.max(1, size)) << 2)];
    Arrays.fill(ordinals, NONE);
  }

  /**
   * Adds a key, unless it is there.
   *
   * @param keys the key of an ordinal
   * @return the ordinal that has the same key, or -1 if it was added
   */
  int add(int ordinal, IntFunction<byte[]> keys) {
    int slot = slot(keys.apply(ordinal), keys);
    int found = ordinals[slot];
    if (found == NONE) {
      ordinals[slot] = ordinal;
    }
    return found;
  }

  /** The ordinal of a key, or -1. */
  int find(byte[] key, IntFunction<byte[]> keys) {
    return ordinals[slot(key, keys)];
  }

  /** The slot of a key, or the free one where it would be. */
  private int slot(byte[] key, IntFunction<byte[]> keys) {
    long hash = Ids.hash(key);
    int slot = (int) (hash ^ hash >>> Integer.SIZE) & ordinals.length - 1;
    while (ordinals[slot] != NONE && Arrays.equals(keys.apply(ordinals[slot]), key) == false) {
      slot = slot + 1 & ordinals.length - 1;
    }
    return slot;
  }
}
