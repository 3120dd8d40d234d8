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

import java.util.List;

/**
 * The results of a scenario, as a table.
 *
 * @param scenario its name
 * @param data name of the data set; null if there are several
 * @param run when the run started
 * @param text says what was done
 * @param columns headings
 * @param rows cells
 * @param curves to plot, may be empty
 */
record ScenarioResult(
    String scenario,
    String data,
    String run,
    String text,
    List<String> columns,
    List<List<String>> rows,
    List<Curve> curves) {

  /** A line of a plot with two logarithmic axes. */
  record Curve(String name, String xTitle, String yTitle, double[] x, double[] y) {}
}
