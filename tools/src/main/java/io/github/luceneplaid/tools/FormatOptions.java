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

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.RawTokens;
import org.apache.lucene.codecs.DocValuesFormat;
import picocli.CommandLine.Option;

/** Options of commands that write an index. */
final class FormatOptions {
  @Option(
      names = "--bits",
      defaultValue = "4",
      paramLabel = "N",
      description = "Bits per dimension: 1, 2, 3, 4 or 8 (default: ${DEFAULT-VALUE}).")
  private int bits;

  @Option(
      names = "--raw",
      defaultValue = "none",
      paramLabel = "KIND",
      description =
          "Tokens to keep beside the codes: none, float16 or float32 (default: ${DEFAULT-VALUE}).")
  private RawTokens raw;

  /** Null for the format's own default. */
  @Option(
      names = "--training-threshold",
      paramLabel = "TOKENS",
      description = "Segments with fewer tokens are stored as floats and searched exactly.")
  private Integer trainingThreshold;

  /**
   * The format for tokens.
   *
   * @param threshold training threshold unless the user gives one; null for the format's default
   */
  DocValuesFormat format(Integer threshold) {
    PlaidDocValuesFormat.Builder builder = PlaidDocValuesFormat.builder();
    Integer tokens = trainingThreshold == null ? threshold : trainingThreshold;
    try {
      builder.bits(bits).raw(raw);
      if (tokens != null) {
        builder.trainingThreshold(tokens);
      }
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw UserException.usage(e.getMessage());
    }
  }

  /** Stores the options of the format in the settings of the index. */
  void keep(IndexSettings settings) {
    settings.setFormat(bits, raw, trainingThreshold);
  }
}
