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

import io.github.luceneplaid.tools.RecallTrial.Setting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * A self-contained SVG plot of recall (upwards) and time (to the right, on a logarithmic scale). A
 * line joins the settings that no other one beats in both; pointing at a setting shows its options.
 */
final class RecallPlot {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 460;
  private static final int LEFT = 64;
  private static final int RIGHT = WIDTH - 32;
  private static final int TOP = 56;
  private static final int BOTTOM = HEIGHT - 56;

  /** Without variables, which not all programs know that show SVG. */
  private static final String STYLE =
      """
      .paper { fill: #fff; }
      text { font: 13px system-ui, sans-serif; fill: #1d1d1f; }
      .title { font-size: 15px; }
      .faint { fill: #6b6b70; }
      .grid { stroke: #e4e4e7; }
      .edge { stroke: #6b6b70; fill: none; stroke-width: 1.5; }
      circle { fill: #1d1d1f; stroke: #fff; stroke-width: 1.5; }
      .fastest { fill: #b8470b; }
      @media (prefers-color-scheme: dark) {
        .paper { fill: #17171a; }
        text { fill: #ececf0; }
        .faint { fill: #a0a0a8; }
        .grid { stroke: #35353b; }
        .edge { stroke: #a0a0a8; }
        circle { fill: #ececf0; stroke: #17171a; }
        .fastest { fill: #f39a5c; }
      }
      """;

  private final String title;
  private final int k;
  private final List<Setting> settings;
  private final Setting fastest;
  private final double lowest;
  private final double shortest;
  private final double longest;
  private final StringBuilder svg = new StringBuilder();

  /**
   * For some settings, at least one.
   *
   * @param fastest one of them, which stands out
   */
  RecallPlot(String title, int k, List<Setting> settings, Setting fastest) {
    this.title = title;
    this.k = k;
    this.settings = settings;
    this.fastest = fastest;
    double recall = settings.stream().mapToDouble(Setting::recall).min().orElseThrow();
    lowest = Math.min(0.9, Math.floor(recall * 10) / 10);
    shortest = power(settings.stream().mapToDouble(Setting::milliseconds).min().orElseThrow());
    double most = settings.stream().mapToDouble(Setting::milliseconds).max().orElseThrow();
    longest = Math.max(next(power(most)), next(shortest));
  }

  /** The highest of 1, 2, 5, 10, 20, ..., 0.5, 0.2, ... that is not above a time. */
  private static double power(double time) {
    double power = Math.pow(10, Math.floor(Math.log10(Math.max(time, 1e-6))));
    return time >= 5 * power ? 5 * power : time >= 2 * power ? 2 * power : power;
  }

  private static double next(double tick) {
    // Half as much again is nearer to the next one than to any other
    return power(tick * 2.6);
  }

  private double x(double milliseconds) {
    double part = Math.log(Math.max(milliseconds, shortest) / shortest);
    return LEFT + (RIGHT - LEFT) * part / Math.log(longest / shortest);
  }

  private double y(double recall) {
    return BOTTOM - (BOTTOM - TOP) * (recall - lowest) / (1 - lowest);
  }

  /** The plot. */
  String svg() {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
            + " role=\"img\">%n",
        WIDTH, HEIGHT, WIDTH, HEIGHT);
    add("<title>%s</title>%n<style>%n%s</style>%n", HeatMap.escaped(title), STYLE);
    add("<rect class=\"paper\" width=\"%d\" height=\"%d\"/>%n", WIDTH, HEIGHT);
    text("title", "start", LEFT, 28, title);
    addAxes();
    addEdge();
    settings.forEach(this::addPoint);
    svg.append("</svg>\n");
    return svg.toString();
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format.replace("%n", "\n"), values));
  }

  private void text(String style, String centroid, double x, double y, String text) {
    add(
        "<text class=\"%s\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>%n",
        style, centroid, x, y, HeatMap.escaped(text));
  }

  private void line(double x1, double y1, double x2, double y2) {
    add("<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n", x1, y1, x2, y2);
  }

  private void addAxes() {
    int ticks = (int) Math.round((1 - lowest) * 10);
    int parts = ticks <= 2 ? 5 : 1;
    for (int i = 0; i <= ticks * parts; i++) {
      double recall = lowest + i * 0.1 / parts;
      line(LEFT, y(recall), RIGHT, y(recall));
      String label = String.format(Locale.ROOT, parts == 1 ? "%.1f" : "%.2f", recall);
      text("faint", "end", LEFT - 8.0, y(recall) + 4, label);
    }
    for (double time = shortest; time <= longest * 1.01; time = next(time)) {
      line(x(time), TOP, x(time), BOTTOM);
      String label = String.format(Locale.ROOT, time < 0.1 ? "%.2g" : "%.3g", time);
      text("faint", "middle", x(time), BOTTOM + 20.0, plain(label));
    }
    text("faint", "start", 12, TOP - 12.0, "recall@" + k);
    text("faint", "end", RIGHT, BOTTOM + 42.0, "ms of CPU a query");
  }

  /** A number without zeros at its end. */
  private static String plain(String number) {
    return number.contains(".") ? number.replaceAll("\\.?0+$", "") : number;
  }

  /** Settings that no other one beats, by time. */
  private void addEdge() {
    List<Setting> sorted = new ArrayList<>(settings);
    sorted.sort(
        Comparator.comparingDouble(Setting::milliseconds)
            .thenComparing(Comparator.comparingDouble(Setting::recall).reversed()));
    StringBuilder points = new StringBuilder();
    double best = -1;
    for (Setting setting : sorted) {
      if (setting.recall() > best) {
        best = setting.recall();
        points.append(
            String.format(
                Locale.ROOT, "%.1f,%.1f ", x(setting.milliseconds()), y(setting.recall())));
      }
    }
    add("<polyline class=\"edge\" points=\"%s\"/>%n", points.toString().strip());
  }

  private void addPoint(Setting setting) {
    double x = x(setting.milliseconds());
    double y = y(setting.recall());
    boolean stands = setting.equals(fastest);
    String tip =
        String.format(
            Locale.ROOT,
            "%s: recall %.4f, %.3f ms",
            setting.name(),
            setting.recall(),
            setting.milliseconds());
    add(
        "<circle%s cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"><title>%s</title></circle>%n",
        stands ? " class=\"fastest\"" : "", x, y, stands ? 7 : 5, HeatMap.escaped(tip));
    if (stands || setting.isExact() || setting.options().isEmpty()) {
      boolean right = x > (LEFT + RIGHT) / 2.0;
      double above = setting.isExact() || stands == false ? -12 : 22;
      text("", right ? "end" : "start", right ? x + 5 : x - 5, y + above, setting.name());
    }
  }
}
