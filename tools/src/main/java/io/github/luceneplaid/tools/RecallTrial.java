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

import io.github.luceneplaid.plaid.LateInteractionOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.apache.lucene.search.IndexSearcher;

/**
 * Measures settings of a search: first the default and other values of the wanted recall; then
 * rising numbers of candidates, each with few and with many cells, until nearly all hits are right;
 * and last an exact search.
 */
final class RecallTrial {
  /** The recall at which no more settings are tried. */
  private static final double ENOUGH = 0.995;

  private static final float[] WISHES = {0.8f, 0.9f, 0.95f, 0.999f};
  private static final int MAX_STEPS = 9;

  /** The number of steps after which a gain below {@link #GAIN} ends the trial. */
  private static final int MIN_STEPS = 4;

  private static final double GAIN = 0.0005;

  /** From this number of documents on, more cells are about as near as the nearest one. */
  private static final int MANY_DOCUMENTS = 100_000;

  private static final int[] CELLS = {32, 128};
  private static final int[] PROBES_OF_MANY = {128, 512};

  /** How often each query is answered to measure time, after once to warm up. */
  private static final int ROUNDS = 2;

  /**
   * The queries that measure an exact search. Few are enough: it is slow, and its time hardly
   * varies.
   */
  private static final int EXACT_QUERIES = 20;

  /**
   * The number of searches to warm up with, or the time, because code is compiled while it runs.
   */
  private static final int WARM_UP = 1000;

  private static final long WARM_UP_NANOS = 2_000_000_000L;

  private final IndexSearcher searcher;
  private final List<float[][]> queries;
  private final int k;
  private final Console console;
  private final List<Setting> settings = new ArrayList<>();

  RecallTrial(IndexSearcher searcher, List<float[][]> queries, int k, Console console) {
    this.searcher = searcher;
    this.queries = queries;
    this.k = k;
    this.console = console;
  }

  /**
   * A setting, and what it gives.
   *
   * @param options as they are typed; empty for the default
   * @param recall 0 to 1
   * @param milliseconds of CPU for a query
   */
  record Setting(String options, double recall, double milliseconds) {
    private static final String EXACT = "--exact";

    /** What to call it in a table. */
    String name() {
      return options.isEmpty() ? "default" : options;
    }

    boolean isExact() {
      return options.equals(EXACT);
    }
  }

  /**
   * Measures all settings.
   *
   * @param choice whether settings differ at all
   * @param atLeast recall that is wanted
   */
  List<Setting> run(boolean choice, double atLeast) throws IOException {
    LateInteractionOptions exactly = LateInteractionOptions.builder().exact().build();
    SearchTrial.Truth truth;
    double exactTime;
    List<float[][]> few = queries.subList(0, Math.min(queries.size(), EXACT_QUERIES));
    try (Progress progress = progress("Searching exactly", queries.size() + 2L * few.size())) {
      SearchTrial exact = new SearchTrial(searcher, few, k, exactly, null);
      exact.warmUp(WARM_UP, WARM_UP_NANOS);
      exactTime = milliseconds(exact.speed(1, progress));
      truth = trial(exactly).truth(searcher, "the index", progress);
    }
    if (truth.ids().stream().allMatch(Set::isEmpty)) {
      throw new UserException("no query has hits: expected documents with tokens, found none");
    }
    trial(LateInteractionOptions.DEFAULT).warmUp(WARM_UP, WARM_UP_NANOS);
    measure("", LateInteractionOptions.DEFAULT, truth);
    for (int i = 0; choice && i < WISHES.length; i++) {
      LateInteractionOptions wish = LateInteractionOptions.builder().recall(WISHES[i]).build();
      measure("--at-least " + WISHES[i], wish, truth);
    }
    int wishes = settings.size();
    for (int step = 0;
        choice && step < MAX_STEPS && isEnough(wishes, step, atLeast) == false;
        step++) {
      for (int cells :
          searcher.getIndexReader().maxDoc() > MANY_DOCUMENTS ? PROBES_OF_MANY : CELLS) {
        int candidates = candidates(step);
        measure(
            "--cells " + cells + " --candidates " + candidates,
            LateInteractionOptions.builder().cells(cells).candidates(candidates).build(),
            truth);
      }
    }
    settings.add(new Setting(Setting.EXACT, 1, exactTime));
    return settings;
  }

  private int candidates(int step) {
    return (int) Math.min(Integer.MAX_VALUE, ((5L * k + 1) / 2) << step);
  }

  /** Whether the steps before have found enough, or there is nothing more to find. */
  private boolean isEnough(int wishes, int step, double atLeast) {
    double wanted = Math.max(atLeast, ENOUGH);
    boolean found = settings.stream().skip(wishes).anyMatch(setting -> setting.recall >= wanted);
    boolean all = step > 0 && candidates(step - 1) >= searcher.getIndexReader().maxDoc();
    return found
        || all
        || (step >= MIN_STEPS && best(wishes, step) - best(wishes, step - 1) < GAIN);
  }

  /** The best recall of all steps before one. */
  private double best(int wishes, int step) {
    return settings.stream()
        .skip(wishes)
        .limit((long) CELLS.length * step)
        .mapToDouble(Setting::recall)
        .max()
        .orElseThrow();
  }

  private void measure(String name, LateInteractionOptions options, SearchTrial.Truth truth)
      throws IOException {
    String task = "Searching, " + (name.isEmpty() ? "default" : name);
    try (Progress progress = progress(task, queries.size() * (ROUNDS + 2L))) {
      SearchTrial trial = trial(options);
      double recall = trial.recall(truth, progress).recall();
      settings.add(new Setting(name, recall, milliseconds(trial.speed(ROUNDS, progress))));
    }
  }

  private SearchTrial trial(LateInteractionOptions options) {
    return new SearchTrial(searcher, queries, k, options, null);
  }

  private Progress progress(String task, long searches) {
    return console.progress(task, " queries", searches);
  }

  private static double milliseconds(SearchTrial.Speed speed) {
    return 1000 / speed.queriesPerCpuSecond();
  }

  /** The fastest setting with enough recall. An exact search always has enough. */
  static Setting fastest(List<Setting> settings, double atLeast) {
    return settings.stream()
        .filter(setting -> setting.recall >= atLeast)
        .min(Comparator.comparingDouble(Setting::milliseconds))
        .orElseThrow();
  }
}
