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
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Writes plots as SVG. */
final class Plot {
  private static final Pattern DECIMALS = Pattern.compile("(\\d+\\.\\d)\\d+");
  private static final double LOWEST_RECALL = 0.8;

  private Plot() {}

  /** Recall against speed; each line is the upper right edge of an engine's settings. */
  static void recall(Path file, String title, List<EngineResult> engines, int k)
      throws IOException {
    XYChart chart = chart(title, "recall@" + k, "queries per CPU-second");
    for (EngineResult engine : engines) {
      List<Point> edge = edge(engine, k);
      if (edge.isEmpty() == false) {
        chart.addSeries(
            engine.engine() + ", " + engine.build(),
            edge.stream().mapToDouble(Point::recall).toArray(),
            edge.stream().mapToDouble(Point::perCpuSecond).toArray());
      }
    }
    if (chart.getSeriesMap().isEmpty() == false) {
      save(chart, file);
    }
  }

  /** Settings that no other one beats in both, by rising recall. */
  private static List<Point> edge(EngineResult engine, int k) {
    List<Point> points =
        engine.points().stream()
            .filter(point -> point.k() == k && point.recall() >= LOWEST_RECALL)
            .sorted(Comparator.comparingDouble(Point::recall))
            .toList();
    return points.stream()
        .filter(
            point ->
                points.stream()
                    .noneMatch(
                        other ->
                            other.recall() >= point.recall()
                                && other.perCpuSecond() > point.perCpuSecond()))
        .toList();
  }

  /** Curves with two logarithmic axes. */
  static void curves(Path file, String title, List<ScenarioResult.Curve> curves)
      throws IOException {
    XYChart chart = chart(title, curves.get(0).xTitle(), curves.get(0).yTitle());
    chart.getStyler().setXAxisLogarithmic(true);
    for (ScenarioResult.Curve curve : curves) {
      chart.addSeries(curve.name(), curve.x(), curve.y());
    }
    save(chart, file);
  }

  private static XYChart chart(String title, String x, String y) {
    XYChart chart =
        new XYChartBuilder()
            .width(760)
            .height(460)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    var styler = chart.getStyler();
    styler.setYAxisLogarithmic(true);
    styler.setLegendPosition(LegendPosition.OutsideE);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotBorderVisible(false);
    styler.setMarkerSize(7);
    styler.setPlotGridLinesColor(new Color(225, 225, 225));
    styler.setPlotGridLinesStroke(new BasicStroke(1));
    styler.setBaseFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
    return chart;
  }

  private static void save(XYChart chart, Path file) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    VectorGraphicsEncoder.saveVectorGraphic(chart, bytes, VectorGraphicsFormat.SVG);
    // A tenth of a pixel is fine enough, and halves the file.
    String svg = DECIMALS.matcher(bytes.toString(StandardCharsets.UTF_8)).replaceAll("$1");
    Files.createDirectories(file.getParent());
    Files.writeString(file, svg);
  }

  /** A name as part of a file name. */
  static String fileName(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
  }
}
