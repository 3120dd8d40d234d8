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
import java.util.stream.IntStream;
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
      row.add(
          best(level, which)
              .map(best -> Table.number(best.point.perCpuSecond()))
              .orElseGet(() -> never(level, which)));
    }
    return row;
  }

  /** The text for engines that never reach a level: their highest recall. */
  private String never(Level level, Predicate<EngineResult> which) {
    return found(level.k, which)
        .map(found -> found.point.recall())
        .max(Comparator.naturalOrder())
        .map(recall -> "– (" + Table.share(recall) + ")")
        .orElse("–");
  }

  private List<String> ratios() {
    List<String> row = new ArrayList<>(List.of("**ours / next-plaid, the best of each**"));
    for (Level level : LEVELS) {
      Optional<Found> ours = best(level, engine -> engine.engine().equals(Engines.PLAID));
      Optional<Found> theirs = best(level, engine -> engine.engine().equals(Engines.NEXT_PLAID));
      row.add(
          ours.isEmpty() ? "–" : theirs.isEmpty() ? "only ours" : ratio(ours.get(), theirs.get()));
    }
    return row;
  }

  /** A setting of an engine. */
  private record Found(EngineResult engine, Point point) {
    /** Queries per second of CPU time in a round. */
    double speed(int round) {
      return point.queries() / point.rounds().get(round).cpu_s();
    }
  }

  /** The ratio of medians, and the lowest and highest ratio of a round if rounds were shared. */
  private static String ratio(Found ours, Found theirs) {
    double medians = ours.point.perCpuSecond() / theirs.point.perCpuSecond();
    String ratio = "**" + Table.number(medians) + "**";
    if (ours.engine.run().equals(theirs.engine.run()) == false) {
      return ratio;
    }
    double[] rounds =
        IntStream.range(0, ours.point.rounds().size())
            .mapToDouble(round -> ours.speed(round) / theirs.speed(round))
            .sorted()
            .toArray();
    return ratio
        + " ("
        + Table.number(rounds[0])
        + " to "
        + Table.number(rounds[rounds.length - 1])
        + ")";
  }

  private Stream<Found> found(int k, Predicate<EngineResult> which) {
    return engines.stream()
        .filter(which)
        .flatMap(engine -> engine.points().stream().map(point -> new Found(engine, point)))
        .filter(found -> found.point.k() == k);
  }

  /** The fastest setting that reaches a level. */
  private Optional<Found> best(Level level, Predicate<EngineResult> which) {
    return found(level.k, which)
        .filter(found -> found.point.recall() >= level.recall)
        .max(Comparator.comparingDouble(found -> found.point.perCpuSecond()));
  }
}
