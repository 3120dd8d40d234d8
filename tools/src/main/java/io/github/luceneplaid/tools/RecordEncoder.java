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

import io.github.luceneplaid.encoder.EncodedText;
import io.github.luceneplaid.encoder.TextEncoder;
import io.github.luceneplaid.encoder.TextPart;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Encodes records completely: those that are too long for the model in parts. */
final class RecordEncoder {
  private final TextEncoder encoder;
  private final List<Passage> window = new ArrayList<>();

  RecordEncoder(TextEncoder encoder) {
    this.encoder = encoder;
  }

  /** Chooses records by the parts that they were cut into. */
  interface Filter {
    boolean test(List<Passage> parts) throws IOException;
  }

  /** Takes the result for a record, or a part of it. */
  interface Sink {
    void accept(Passage passage, EncodedText text) throws IOException;
  }

  /**
   * Encodes records in order.
   *
   * @param records whose ids are different
   */
  void encode(List<Passage> records, Sink sink) throws IOException {
    Ids ids = new Ids();
    for (Passage record : records) {
      ids.make(record.id(), record.id());
    }
    encode(records, ids, parts -> false, sink);
  }

  /**
   * As {@link #encode(List, Sink)}.
   *
   * @param ids the ids of the records, and all others that the ids of parts must differ from
   * @param skip chooses, by all parts of a record, the records that are not encoded
   */
  void encode(List<Passage> records, Ids ids, Filter skip, Sink sink) throws IOException {
    for (Passage record : records) {
      List<Passage> parts = cut(record, ids);
      for (Passage part : skip.test(parts) ? List.<Passage>of() : parts) {
        window.add(part);
        if (window.size() == TextEncoder.WINDOW) {
          encodeWindow(sink);
        }
      }
    }
    encodeWindow(sink);
  }

  /** The parts of a record: itself, if it fits. */
  private List<Passage> cut(Passage record, Ids ids) throws IOException {
    List<TextPart> parts = encoder.cut(record.title(), record.body());
    if (parts.size() == 1) {
      // May lack punctuation that would have filled all of the room
      return List.of(part(record, parts.get(0), record.id(), record.record()));
    }
    List<Passage> passages = new ArrayList<>();
    for (TextPart part : parts) {
      String wanted = record.id() + "#" + (passages.size() + 1);
      String id = passages.isEmpty() ? record.id() : ids.make(wanted, wanted);
      passages.add(part(record, part, id, record.id()));
    }
    return passages;
  }

  /** A part keeps the title of its record, even if that is too long to be encoded with each. */
  private static Passage part(Passage record, TextPart part, String id, String whole) {
    boolean titled = part.title().equals(record.title());
    return new Passage(id, record.title(), part.body(), titled, whole, record.fields());
  }

  private void encodeWindow(Sink sink) throws IOException {
    List<String> texts = window.stream().map(Passage::text).toList();
    encoder.encodeDocuments(texts, (i, encoded) -> sink.accept(window.get(i), encoded));
    window.clear();
  }
}
