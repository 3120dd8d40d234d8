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

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexableField;

/**
 * A hit as a page shows it.
 *
 * @param hit the hit as in all JSON output
 * @param document the id of the document, which is a part of the record or all of it; null if it
 *     has none
 * @param heading the title as far as it is a part of the text; empty if it is not
 * @param snippet the best sentences after it; empty if no text is stored
 * @param fields the other stored fields by name, without bytes
 */
record ShownHit(
    @JsonUnwrapped SearchOutcome.Hit hit,
    String document,
    List<MarkedText> heading,
    List<MarkedText> snippet,
    Map<String, List<String>> fields) {
  private static final int LINES = 3;

  /** The fields that are shown elsewhere. */
  private static final Set<String> SHOWN =
      Set.of(IndexBuilder.ID, IndexBuilder.PART_OF, IndexBuilder.TITLE, IndexBuilder.TEXT);

  /**
   * Shows a hit.
   *
   * @param stored all its stored fields
   * @param matches the words of its text that matched
   */
  static ShownHit of(SearchOutcome.Hit hit, Document stored, List<WordMatch> matches) {
    String text = stored.get(IndexBuilder.TEXT);
    List<MarkedText> heading = List.of();
    List<MarkedText> sentences = List.of();
    if (text != null) {
      Snippet snippet = new Snippet(text, matches);
      int bodyStart = Snippet.bodyStart(hit.title(), text);
      heading = bodyStart == 0 ? heading : snippet.title(hit.title().length());
      sentences = snippet.line(bodyStart, LINES);
    }
    return new ShownHit(hit, stored.get(IndexBuilder.ID), heading, sentences, fields(stored));
  }

  private static Map<String, List<String>> fields(Document stored) {
    Map<String, List<String>> fields = new LinkedHashMap<>();
    for (IndexableField field : stored) {
      // Numbers have all their digits, which JavaScript's do not
      String value = field.stringValue();
      if (value != null && SHOWN.contains(field.name()) == false) {
        fields.computeIfAbsent(field.name(), name -> new ArrayList<>()).add(value);
      }
    }
    return fields;
  }
}
