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

import io.github.luceneplaid.benchmark.EngineResult.Built;
import io.github.luceneplaid.benchmark.EngineResult.Change;
import io.github.luceneplaid.benchmark.EngineResult.Opened;
import io.github.luceneplaid.benchmark.EngineResult.Point;
import io.github.luceneplaid.benchmark.EngineResult.Round;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;

/** The page that is made of results. */
public class TestReport extends LuceneTestCase {
  private static Point point(int k, double recall, double... cpu) {
    List<Round> rounds =
        Arrays.stream(cpu).mapToObj(c -> new Round(c, 2 * c, 1000, 2000, 3000)).toList();
    return new Point(k, Json.object().put("probes", 4), 100, recall, 0.5, rounds);
  }

  private static EngineResult result(String engine, Point... points) {
    return new EngineResult(
        "tiny",
        engine,
        "1.2",
        "4 bits",
        Json.object(),
        "2020-01-01T00:00:00Z",
        new Built(3, 4, 8000, null),
        new Opened(0.1, 50, 1),
        new Change(1, 2.5, 2.5),
        new Change(1, 0.5, 0.5),
        null,
        77,
        List.of(points),
        null);
  }

  public void testPage() throws Exception {
    Path root = Path.of(createTempDir().toRealPath().toString());
    Path results = root.resolve("results");
    Json.write(
        results.resolve("tiny/data.json"), new DataResult("tiny", 10, 100, 5, 20, "MRR@10", 0.75));
    Json.write(
        results.resolve("tiny/a.json"),
        result("plaid", point(10, 0.96, 1, 0.5, 0.25), point(10, 0.99, 1), point(100, 0.95, 2)));
    Json.write(
        results.resolve("tiny/b.json"),
        result("next-plaid", point(10, 0.951, 2, 4, 1), point(100, 0.9, 2)));
    Json.write(
        results.resolve("scenarios/x.json"),
        List.of(
            new ScenarioResult(
                "x", null, "r", "What it is.", List.of("a"), List.of(List.of("7")), List.of())));
    Json.write(
        results.resolve("runs/r.json"),
        new RunInfo(
            "2020-01-01T00:00:00Z",
            "benchmark/run.sh",
            "Zen",
            "avx2",
            2,
            24_000,
            "Linux",
            "Java",
            "-Xmx3g",
            "10.6.0",
            "panama, 256 bits",
            "abc",
            1.25));
    Path page = root.resolve("docs/benchmarks.md");
    Files.createDirectories(page.getParent());
    Files.writeString(page.resolveSibling("benchmarks-sizes.md"), "# Sizes\n\nMany.\n");
    Report.write(results, page);
    String text = Files.readString(page);
    assertContains("| plaid, 4 bits | 200 | 200 | 100 | 100 | 50.0 |", text);
    assertContains(
        "| next-plaid, 4 bits | 50.0 | 50.0 | – (0.951) | – (0.951) | – (0.900) |", text);
    // Ratios of the three rounds are 2, 8 and 4
    assertContains(
        "| **4.00** (2.00 to 8.00) | **4.00** (2.00 to 8.00) | only ours | only ours | only ours |",
        text);
    assertContains("kernels: panama, 256 bits; load at the end: 1.25\n", text);
    assertContains("| 0.008 | 80.0 | 3.00 | 4.00 | 2.50 | 0.500 | not supported | 77.0 |", text);
    assertContains("| plaid, 4 bits | 10 | probes 4 | 0.960 | 0.500 | 200 | 100 | 1.00 |", text);
    assertContains("## x\n\nWhat it is.\n\n| a |\n| --- |\n| 7 |\n", text);
    assertContains("\nOther pages:\n\n- [Sizes](benchmarks-sizes.md)\n\n## tiny\n", text);
    assertContains("- next-plaid 1.2\n", text);
    assertTrue(Files.readString(page.resolveSibling("benchmark-tiny-10.svg")).contains("<svg"));
  }

  private static void assertContains(String expected, String text) {
    assertTrue(text, text.contains(expected));
  }
}
