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

/** Checks arguments of the public API. All messages have the form "NAME must be ..., got: ...". */
final class Arguments {

  private Arguments() {}

  static void checkAtLeast(String name, int found, int least) {
    if (found < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", got: " + found);
    }
  }

  static void checkRange(String name, int found, int least, int most) {
    if (found < least || found > most) {
      throw new IllegalArgumentException(
          name + " must be from " + least + " to " + most + ", got: " + found);
    }
  }
}
