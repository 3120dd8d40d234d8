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

import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.index.IndexReader;
import picocli.CommandLine.Option;

/** Options of a search by tokens and words. */
final class WordsOptions {
  @Option(
      names = "--words",
      description =
          "Search by words as well (BM25), and make one ranking of both; hits show their ranks in"
              + " each.")
  private boolean words;

  @Option(
      names = "--fusion",
      paramLabel = "KIND",
      description =
          "How --words makes one ranking: rrf adds 1/(60 + rank) of both (default), sum adds the"
              + " scores, those of each ranking scaled to 0 to 1.")
  private Fusion fusion;

  /** How to make one ranking of two; null if there is one only. */
  Fusion fusion() {
    if (fusion != null && words == false) {
      throw UserException.usage(
          "--fusion " + fusion + ": there is one ranking only without --words");
    }
    return words && fusion == null ? Fusion.rrf : fusion;
  }

  /** Refuses an index without a field of words. */
  static void check(Path folder, IndexReader reader) throws IOException {
    if (IndexFields.of(reader).kind(IndexBuilder.TEXT) != IndexFields.Kind.WORDS) {
      throw new UserException(
          folder
              + ": --words: expected words in the field text, found none (plaid index of texts"
              + " writes them, and plaid import where metadata.db has a column text)");
    }
  }
}
