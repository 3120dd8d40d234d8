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
package io.github.luceneplaid.benchmark;

import io.github.luceneplaid.benchmark.EngineResult.Point;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The speed of each engine at levels of recall. */
final class SpeedTable {
  /** A level of recall of the best k. */
  private record Level(int k, double recall) {
    String heading() {
      return String.format(Locale.ROOT, "@%d ≥ %.2f", k, recall).replace("0.", ".");
    }
  }

  private static final List<Level> LEVELS =
      List.of(
          new Level(10, .90),
          new Level(10, .95),
          new Level(10, .98),
          new Level(10, .99),
          new Level(100, .93));

  private final List<EngineResult> engines;

  SpeedTable(List<EngineResult> engines) {
    this.engines = engines;
  }

  String markdown() {
    List<String> columns = new ArrayList<>(List.of("queries per CPU-second"));
    LEVELS.forEach(level -> columns.add(level.heading()));
    List<List<String>> rows = new ArrayList<>();
    for (EngineResult engine : engines) {
      rows.add(row(engine.engine() + ", " + engine.build(), engine::equals));
    }
    if (has(Engines.PLAID) && has(Engines.NEXT_PLAID)) {
      rows.add(ratios());
    }
    return Table.markdown(columns, rows);
  }

  private boolean has(String name) {
    return engines.stream().anyMatch(engine -> engine.engine().equals(name));
  }

  private List<String> row(String name, Predicate<EngineResult> which) {
    List<String> row = new ArrayList<>(List.of(name));
    for (Level level : LEVELS) {
      double best = best(level, which);
      row.add(Double.isNaN(best) ? never(level, which) : Table.number(best));
    }
    return row;
  }

  /** The text for engines that never reach a level: their highest recall. */
  private String never(Level level, Predicate<EngineResult> which) {
    return points(level.k, which)
        .map(Point::recall)
        .max(Comparator.naturalOrder())
        .map(recall -> "– (" + Table.share(recall) + ")")
        .orElse("–");
  }

  private List<String> ratios() {
    List<String> row = new ArrayList<>(List.of("**ours / next-plaid, the best of each**"));
    for (Level level : LEVELS) {
      double ours = best(level, engine -> engine.engine().equals(Engines.PLAID));
      double theirs = best(level, engine -> engine.engine().equals(Engines.NEXT_PLAID));
      row.add(
          Double.isNaN(ours)
              ? "–"
              : Double.isNaN(theirs) ? "only ours" : "**" + Table.number(ours / theirs) + "**");
    }
    return row;
  }

  private Stream<Point> points(int k, Predicate<EngineResult> which) {
    return engines.stream()
        .filter(which)
        .flatMap(engine -> engine.points().stream())
        .filter(point -> point.k() == k);
  }

  /** Speed of the fastest setting that reaches a level; NaN if none does. */
  private double best(Level level, Predicate<EngineResult> which) {
    Optional<Double> best =
        points(level.k, which)
            .filter(point -> point.recall() >= level.recall)
            .map(Point::perCpuSecond)
            .max(Comparator.naturalOrder());
    return best.orElse(Double.NaN);
  }
}
