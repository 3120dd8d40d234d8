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
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.search.Query;
import picocli.CommandLine.Option;

/** Options of commands that search. */
final class SearchOptions {
  @Option(names = "--exact", description = "Score every document.")
  private boolean exact;

  @Option(
      names = "--at-least",
      paramLabel = "SHARE",
      description =
          "Share of the hits to find, of those with --exact (default: 0.995). How much to look at"
              + " follows from it; --recall tells what came of it.")
  private Float atLeast;

  @Option(
      names = "--cells",
      paramLabel = "N",
      description = "Cells looked at per query token (default: automatic).")
  private Integer cells;

  @Option(
      names = "--candidates",
      paramLabel = "N",
      description = "Documents scored per query, at most (default: automatic).")
  private Integer candidates;

  @Option(
      names = "--filter",
      paramLabel = "QUERY",
      description =
          "Only documents that match, by the fields they have, in the syntax of Lucene's query"
              + " parser: 'year:[1950 TO 1960] AND category:physics', 'NOT author.name:\"Jane"
              + " Doe\"'.")
  private String filter;

  /** Refuses all of these options where nothing is searched. */
  void checkNone(String instead) {
    if (exact || atLeast != null || cells != null || candidates != null || filter != null) {
      throw UserException.usage(
          "--exact, --at-least, --cells, --candidates and --filter are of searches; " + instead);
    }
  }

  /** What hits must match; null for everything. */
  Query filter(IndexReader reader) throws IOException {
    return filter == null ? null : FilterParser.parse(filter, reader);
  }

  LateInteractionOptions options() {
    if (exact && (cells != null || candidates != null || atLeast != null)) {
      throw UserException.usage(
          "--exact scores every document: no --cells, no --candidates, no --at-least");
    }
    LateInteractionOptions.Builder builder = LateInteractionOptions.builder();
    try {
      if (exact) {
        builder.exact();
      }
      if (atLeast != null) {
        builder.recall(atLeast);
      }
      if (cells != null) {
        builder.cells(cells);
      }
      if (candidates != null) {
        builder.candidates(candidates);
      }
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw UserException.usage(e.getMessage());
    }
  }
}
