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

/** Tells by the coarse tier which rows of the fine one may score well enough. */
interface RowFilter {

  /**
   * Moves those of n ordinals to the front whose fine rows may score above a limit.
   *
   * @param ords numbers of the rows, in and out
   * @param n how many of them
   * @return how many are left
   */
  int candidates(int[] ords, int n, float limit) throws IOException;
}
