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

import io.github.luceneplaid.encoder.EncodedText;

/**
 * A query.
 *
 * @param text null if only its tokens are known
 */
record SearchedQuery(String id, String text, EncodedText tokens) {

  /** Whether there is anything to search for. */
  boolean hasTokens() {
    return tokens.vectors().length > 0;
  }
}
