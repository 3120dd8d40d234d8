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

/**
 * Something the user can put right: the message names the file or option and what was expected. It
 * is printed as one line, without a stack trace.
 */
final class UserException extends RuntimeException {
  private final boolean usage;

  UserException(String message) {
    super(message);
    usage = false;
  }

  UserException(String message, Throwable cause) {
    super(message, cause);
    usage = false;
  }

  private UserException(boolean usage, String message) {
    super(message);
    this.usage = usage;
  }

  /** The command was called wrongly. */
  static UserException usage(String message) {
    return new UserException(true, message);
  }

  boolean isUsage() {
    return usage;
  }
}
