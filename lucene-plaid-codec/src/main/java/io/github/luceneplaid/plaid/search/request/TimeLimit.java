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

import org.apache.lucene.index.QueryTimeout;

/**
 * Tells when a search has to end. Code that works for the search asks before each piece of work
 * that takes more than about a millisecond, and finishes the piece that it has begun. Once time is
 * out, it stays out. All threads may ask.
 */
public final class TimeLimit {

  /** No limit. */
  public static final TimeLimit NONE = new TimeLimit(null);

  /** Multiplications of floats between two checks: at most 10 ms without the Vector API. */
  public static final int PRODUCTS = 1 << 23;

  /** Multiplications of short integers between two checks. */
  public static final int SHORT_PRODUCTS = 1 << 24;

  /** Elements of arrays between two checks, if each takes little work. */
  public static final int ELEMENTS = 1 << 19;

  /** Documents between two checks, if they are only passed on or counted. */
  public static final int DOCUMENTS = 1 << 13;

  private final QueryTimeout timeout;
  private volatile boolean over;

  public TimeLimit(QueryTimeout timeout) {
    this.timeout = timeout;
  }

  /** Whether there is a limit at all. */
  public boolean isSet() {
    return timeout != null;
  }

  /** Asks whether time is out, so that no more work must be started. */
  public boolean isOver() {
    if (over == false && timeout != null && timeout.shouldExit()) {
      over = true;
    }
    return over;
  }

  /** Whether an earlier question found that time was out, so that work may be missing. */
  public boolean wasOver() {
    return over;
  }

  /**
   * Returns how many rows to work on between two checks.
   *
   * @param work the work between two checks
   * @param perRow work for each row
   * @return at least 1; above 8 a multiple of 8, which suits the kernels
   */
  public static int rows(int work, long perRow) {
    long rows = Math.clamp(work / Math.max(1, perRow), 1, Integer.MAX_VALUE);
    return (int) (rows > Byte.SIZE ? rows / Byte.SIZE * Byte.SIZE : rows);
  }
}
