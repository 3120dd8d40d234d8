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
 * When a search has to end. Whoever works for it asks before each piece of work that would take
 * more than a millisecond or so, and in between ends what has been begun. Once time is out it stays
 * out. For all threads.
 */
public final class TimeLimit {

  /** No limit. */
  public static final TimeLimit NONE = new TimeLimit(null);

  /** Multiplications of floats between two looks: at most 10 ms without the Vector API. */
  public static final int PRODUCTS = 1 << 23;

  /** Multiplications of short integers between two looks. */
  public static final int SHORT_PRODUCTS = 1 << 24;

  /** Elements of arrays between two looks, where little is done with each. */
  public static final int ELEMENTS = 1 << 19;

  /** Documents between two looks, where they are only passed or counted. */
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

  /** Asks whether time is out, and so whatever is not done is to be left. */
  public boolean isOver() {
    if (over == false && timeout != null && timeout.shouldExit()) {
      over = true;
    }
    return over;
  }

  /** Whether time was out when somebody asked, and so something may have been left. */
  public boolean wasOver() {
    return over;
  }

  /**
   * How many rows to work on between two looks.
   *
   * @param work between two looks
   * @param perRow work for each row
   * @return at least 1; a multiple of 8, which kernels like, if it is more than that
   */
  public static int rows(int work, long perRow) {
    long rows = Math.clamp(work / Math.max(1, perRow), 1, Integer.MAX_VALUE);
    return (int) (rows > Byte.SIZE ? rows / Byte.SIZE * Byte.SIZE : rows);
  }
}
