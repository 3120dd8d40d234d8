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

package io.github.luceneplaid.opensearch;

import io.github.luceneplaid.engine.HitHighlighter;
import io.github.luceneplaid.engine.HitMatches;
import io.github.luceneplaid.engine.WordMarker;
import java.io.IOException;
import java.util.List;
import org.opensearch.core.common.text.Text;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.search.fetch.FetchSubPhase.HitContext;
import org.opensearch.search.fetch.subphase.highlight.FieldHighlightContext;
import org.opensearch.search.fetch.subphase.highlight.HighlightField;
import org.opensearch.search.fetch.subphase.highlight.HighlightUtils.Encoders;
import org.opensearch.search.fetch.subphase.highlight.Highlighter;
import org.opensearch.search.fetch.subphase.highlight.SearchHighlightContext.FieldOptions;

/** The highlighter of what answered the vectors of a query. */
final class MaxSimHighlighter implements Highlighter {

  private final QueryTexts texts;

  MaxSimHighlighter(QueryTexts texts) {
    this.texts = texts;
  }

  @Override
  public boolean canHighlight(MappedFieldType type) {
    return true;
  }

  @Override
  public HighlightField highlight(FieldHighlightContext context) throws IOException {
    FieldOptions options = context.field.fieldOptions();
    boolean numbers = context.fieldType instanceof LateInteractionFieldType;
    HitHighlighter highlighter = new HitHighlighter(context.fieldName, numbers, options.options());
    HitMatches queries = highlighter.queries(context.query, name -> concrete(context, name));
    WordMarker marker =
        new WordMarker(
            options.preTags()[0],
            options.postTags()[0],
            options.numberOfFragments(),
            options.fragmentCharSize(),
            "html".equals(options.encoder())
                ? Encoders.HTML::encodeText
                : Encoders.DEFAULT::encodeText);
    HitContext hit = context.hitContext;
    List<String> shown =
        highlighter.highlight(
            marker,
            queries,
            hit.reader(),
            hit.docId(),
            texts::offsets,
            name -> hit.sourceLookup().extractValue(concrete(context, name), null));
    return shown.isEmpty()
        ? null
        : new HighlightField(context.fieldName, shown.stream().map(Text::new).toArray(Text[]::new));
  }

  /** The name of a field in Lucene and in the source, which is not that of an alias. */
  private static String concrete(FieldHighlightContext context, String name) {
    MappedFieldType type = context.context.getQueryShardContext().fieldMapper(name);
    return type == null ? name : type.name();
  }
}
