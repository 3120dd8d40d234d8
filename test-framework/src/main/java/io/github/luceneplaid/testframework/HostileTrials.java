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
package io.github.luceneplaid.testframework;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The result of trying hostile input again and again for some time.
 *
 * @param tried how often
 * @param refused by the name of the exception, how often it was thrown
 * @lucene.internal
 */
public record HostileTrials(int tried, Map<String, Integer> refused) {

  /**
   * Makes hostile input.
   *
   * @param <T> the input, whose text a failure has in its message
   */
  public interface Source<T> {
    /**
     * Makes the input of the next trial.
     *
     * @throws Exception if it cannot be made, which is a failure
     */
    T next() throws Exception;
  }

  /**
   * The code that is attacked.
   *
   * @param <T> the input
   */
  public interface Target<T> {
    /**
     * Reads hostile input.
     *
     * @throws Exception if it is refused
     */
    void read(T input) throws Exception;
  }

  /**
   * Tries for some seconds: {@code -Dtests.fuzzseconds}, or 3, or 110 in a nightly run, which also
   * prints the result. If nothing has been refused by then, it makes up to 1000 more trials.
   *
   * @param what name of the trials
   * @param nightly whether this is a nightly run
   * @param isRefusal which exceptions are refusals; all others are failures
   * @throws AssertionError if a trial fails, or if nothing is refused
   */
  @SuppressWarnings("SystemOut") // the log keeps the result of a nightly run
  public static <T> HostileTrials run(
      String what,
      boolean nightly,
      Predicate<Throwable> isRefusal,
      Source<T> source,
      Target<T> target)
      throws Exception {
    long seconds = Long.getLong("tests.fuzzseconds", nightly ? 110 : 3);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    int tried = 0;
    Map<String, Integer> refused = new TreeMap<>();
    do {
      T input = source.next();
      try {
        target.read(input);
      } catch (Exception | Error e) {
        if (isRefusal.test(e) == false) {
          throw new AssertionError(what + ", trial " + tried + ": " + input, e);
        }
        refused.merge(e.getClass().getSimpleName(), 1, Integer::sum);
      }
      tried++;
    } while (System.nanoTime() < end || (refused.isEmpty() && tried < 1000));
    if (refused.isEmpty()) {
      throw new AssertionError(what + ": nothing of " + tried + " was refused");
    }
    HostileTrials trials = new HostileTrials(tried, refused);
    if (nightly) {
      System.out.println(what + ": " + trials);
    }
    return trials;
  }

  @Override
  public String toString() {
    int all = refused.values().stream().mapToInt(Integer::intValue).sum();
    return "tried " + tried + ", read " + (tried - all) + ", refused " + refused;
  }
}
