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

import com.fasterxml.jackson.databind.JsonNode;
import io.github.luceneplaid.plaid.LateInteractionOptions;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.RawTokens;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.search.Query;

/** This project's format and query. */
final class PlaidEngine extends LuceneEngine {
  private boolean withShares;

  @Override
  public String version() {
    String version = PlaidEngine.class.getPackage().getImplementationVersion();
    return (version == null ? "(development)" : version) + " on Lucene " + super.version();
  }

  @Override
  WriterSettings writerSettings(JsonNode options) {
    withShares = options.path("shares").asBoolean();
    boolean merged = options.path("segments").asText("merged").equals("merged");
    return new WriterSettings(WriterSettings.codec(format(options)), merged);
  }

  /**
   * The format that the options ask for; without options, the one that keeps the options of
   * segments.
   */
  static PlaidDocValuesFormat format(JsonNode options) {
    if (options.has("bits") == false && options.has("raw") == false) {
      return new PlaidDocValuesFormat();
    }
    return PlaidDocValuesFormat.builder()
        .bits(options.path("bits").asInt(4))
        .raw(RawTokens.valueOf(options.path("raw").asText(RawTokens.NONE.name())))
        .build();
  }

  @Override
  void addFields(Document document, int position, float[][] tokens) {
    document.add(new LateInteractionField(TOKENS, tokens));
    if (withShares) {
      DocumentShare.add(document, position);
    }
  }

  @Override
  LuceneSearch search(int k, JsonNode params) {
    LateInteractionOptions options = options(params);
    return (searcher, query) -> searcher.search(query(query, k, null, options), k);
  }

  static LateInteractionQuery query(
      float[][] query, int k, Query filter, LateInteractionOptions options) {
    return new LateInteractionQuery(TOKENS, query, k, filter, options);
  }

  /** Options that are not named stay automatic. */
  static LateInteractionOptions options(JsonNode params) {
    LateInteractionOptions.Builder builder = LateInteractionOptions.builder();
    if (params.has("regions")) {
      builder.regions(params.get("regions").asInt());
    }
    if (params.has("cells")) {
      builder.cells(params.get("cells").asInt());
    }
    if (params.has("candidates")) {
      builder.candidates(params.get("candidates").asInt());
    }
    if (params.has("rescore")) {
      builder.rescore(params.get("rescore").asInt());
    }
    if (params.has("recall")) {
      builder.recall((float) params.get("recall").asDouble());
    }
    if (params.has("deviations")) {
      builder.deviations((float) params.get("deviations").asDouble());
    }
    if (params.path("exact").asBoolean()) {
      builder.exact();
    }
    return builder.build();
  }
}
