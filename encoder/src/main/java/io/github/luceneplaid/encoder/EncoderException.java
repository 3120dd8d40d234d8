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
 * A model that cannot be used, or a text that it cannot encode: the message says which, what was
 * found and what was expected.
 *
 * @lucene.experimental
 */
public final class EncoderException extends RuntimeException {
  /**
   * For a model.
   *
   * @param message its name, what was found and what was expected
   */
  public EncoderException(String message) {
    super(message);
  }

  /**
   * For a model.
   *
   * @param message its name, what was found and what was expected
   * @param cause what went wrong
   */
  public EncoderException(String message, Throwable cause) {
    super(message, cause);
  }
}
