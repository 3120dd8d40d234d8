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

/** Drops rows whose score cannot be above a limit, without computing their score. */
interface RowFilter {

  /**
   * Keeps the rows that may score above a limit, and moves their ordinals to the front.
   *
   * @param ords ordinals of the rows, in and out
   * @param n number of rows
   * @param limit score that a row must exceed
   * @return number of rows that are kept
   */
  int candidates(int[] ords, int n, float limit) throws IOException;
}
