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

/** Finds keys by their bytes. It is a hash table of ordinals and does not hold the keys. */
final class KeyTable {

  /** Largest number of keys. They fill half of the largest table. */
  static final int MAX_SIZE = (1 << 29) - 1;

  private static final int NONE = -1;

  private final int[] ordinals;

  /** Makes a table for at most a number of keys. */
  KeyTable(int size) {
    assert size <= MAX_SIZE;
    ordinals = new int[Math.max(2, Integer.highestOneBit(Math.max(1, size)) << 2)];
    Arrays.fill(ordinals, NONE);
  }

  /**
   * Adds a key, unless the table has an equal key.
   *
   * @param keys returns the key of an ordinal
   * @return the ordinal of the equal key, or -1 if the key was added
   */
  int add(int ordinal, IntFunction<byte[]> keys) {
    int slot = slot(keys.apply(ordinal), keys);
    int found = ordinals[slot];
    if (found == NONE) {
      ordinals[slot] = ordinal;
    }
    return found;
  }

  /** Returns the ordinal of a key, or -1 if the table does not have it. */
  int find(byte[] key, IntFunction<byte[]> keys) {
    return ordinals[slot(key, keys)];
  }

  /** Returns the slot of a key. If the table does not have it, this is a free slot. */
  private int slot(byte[] key, IntFunction<byte[]> keys) {
    long hash = Ids.hash(key);
    int slot = (int) (hash ^ hash >>> Integer.SIZE) & ordinals.length - 1;
    while (ordinals[slot] != NONE && Arrays.equals(keys.apply(ordinals[slot]), key) == false) {
      slot = slot + 1 & ordinals.length - 1;
    }
    return slot;
  }
}
