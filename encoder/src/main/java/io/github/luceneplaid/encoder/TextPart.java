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
package io.github.luceneplaid.encoder;

/**
 * A part of a text that the model sees completely.
 *
 * @param title empty if it has none
 * @param body the text below the title
 * @lucene.experimental
 */
public record TextPart(String title, String body) {
  /** What is encoded: the title on a line of its own, if there is one, then the body. */
  public String text() {
    return title.isEmpty() ? body : title + "\n" + body;
  }
}
