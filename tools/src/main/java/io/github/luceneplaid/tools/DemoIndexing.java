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

import io.github.luceneplaid.encoder.TextEncoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.index.DirectoryReader;

/** The part of the demo that writes: several segments, deletes, updates, a merge. */
final class DemoIndexing {
  private static final int PARTS = 4;

  /** One in this many passages is indexed twice; the copy is deleted later. */
  private static final int COPY_EVERY = 40;

  /** One in this many passages begins as a draft, which is updated later. */
  private static final int DRAFT_EVERY = 25;

  private final Console console;
  private final TextEncoder encoder;
  private final NewIndex index;
  private final DocValuesFormat format;
  private final List<String> copies = new ArrayList<>();
  private final List<Passage> drafted = new ArrayList<>();
  private final List<float[][]> draftedTokens = new ArrayList<>();
  private long tokens;

  DemoIndexing(Console console, TextEncoder encoder, NewIndex index, DocValuesFormat format) {
    this.console = console;
    this.encoder = encoder;
    this.index = index;
    this.format = format;
  }

  void run(List<Passage> passages) throws IOException {
    long start = System.nanoTime();
    IndexSettings settings = new IndexSettings();
    settings.setModel(encoder);
    try (IndexBuilder builder = IndexBuilder.create(index, format, settings)) {
      builder.expect(passages, console::note);
      try (Progress progress = console.progress("Encoding", " passages", passages.size())) {
        for (int part = 0; part < PARTS; part++) {
          int from = (int) ((long) passages.size() * part / PARTS);
          int to = (int) ((long) passages.size() * (part + 1) / PARTS);
          addPart(builder, passages, from, to, progress);
          builder.flush();
        }
      }
      double seconds = (System.nanoTime() - start) * 1e-9;
      say(
          String.format(
              Locale.ROOT,
              "Encoded and indexed %,d passages (%,d tokens) in %.1f s, in %d parts: %s",
              passages.size(),
              tokens,
              seconds,
              PARTS,
              state(builder)));
      for (String copy : copies) {
        builder.delete(copy);
      }
      for (int i = 0; i < drafted.size(); i++) {
        builder.update(drafted.get(i), draftedTokens.get(i));
      }
      builder.flush();
      say(
          "Deleted "
              + Table.count(copies.size(), "copy", "copies")
              + ", updated "
              + Table.count(drafted.size(), "draft")
              + ": "
              + state(builder));
      start = System.nanoTime();
      builder.merge();
      seconds = (System.nanoTime() - start) * 1e-9;
      say(String.format(Locale.ROOT, "Merged in %.1f s: %s", seconds, state(builder)));
      builder.finish();
    }
  }

  private void addPart(
      IndexBuilder builder, List<Passage> records, int from, int to, Progress progress)
      throws IOException {
    int[] number = {from};
    new RecordEncoder(encoder)
        .encode(
            records.subList(from, to),
            (passage, encoded) -> {
              boolean first = passage.id().equals(passage.recordId());
              number[0] += first ? 1 : 0;
              add(builder, passage, first ? number[0] - 1 : -1, encoded.vectors());
              progress.stepTo(number[0]);
            });
  }

  /**
   * Adds a passage.
   *
   * @param number the number of its record; −1 if it is not the first passage of the record
   */
  private void add(IndexBuilder builder, Passage passage, int number, float[][] vectors)
      throws IOException {
    tokens += vectors.length;
    if (number % DRAFT_EVERY == 1 && vectors.length > 1) {
      Passage draft =
          new Passage(passage.id(), passage.title(), "(draft)", passage.record(), passage.fields());
      builder.add(draft, new float[][] {vectors[0]});
      drafted.add(passage);
      draftedTokens.add(vectors);
    } else {
      builder.add(passage, vectors);
    }
    if (number % COPY_EVERY == 2) {
      String id = "copy of " + passage.id();
      builder.add(new Passage(id, passage.title(), passage.body()), vectors);
      copies.add(id);
    }
  }

  private static String state(IndexBuilder builder) throws IOException {
    try (DirectoryReader reader = builder.reader()) {
      return String.format(
          Locale.ROOT,
          "%d segment%s, %,d documents, %d deleted",
          reader.leaves().size(),
          reader.leaves().size() == 1 ? "" : "s",
          reader.numDocs(),
          reader.numDeletedDocs());
    }
  }

  private void say(String line) {
    console.out().println(line);
  }
}
