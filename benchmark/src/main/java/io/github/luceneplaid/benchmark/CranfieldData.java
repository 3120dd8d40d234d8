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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;

/** The Cranfield collection. Its tokens are given; only their pieces are computed. */
final class CranfieldData {
  private final Path source;
  private final TextEncoding encoding;

  CranfieldData(Path source, TextEncoding encoding) {
    this.source = source;
    this.encoding = encoding;
  }

  void make(DataFolder data) throws IOException {
    if (Files.isDirectory(source) == false) {
      throw new IOException(source + ": no such folder (--shared names the one with data)");
    }
    Path documents = Files.createDirectories(data.documentsPath());
    Path queries = Files.createDirectories(data.queriesPath());
    copy("docs.f16.npy", documents.resolve(Texts.TOKENS));
    copy("doclens.json", documents.resolve(Texts.LENGTHS));
    copy("ids.json", documents.resolve(Texts.IDS));
    copy("pooled_docs.f16.npy", documents.resolve(Texts.POOLED));
    copy("queries.f16.npy", queries.resolve(Texts.TOKENS));
    copy("querylens.json", queries.resolve(Texts.LENGTHS));
    copy("query_ids.json", queries.resolve(Texts.IDS));
    copy("pooled_queries.f16.npy", queries.resolve(Texts.POOLED));
    copy("qrels.tsv", data.judgementsPath());
    copy("texts.jsonl", data.textsPath());
    copy("queries.jsonl", data.queryTextsPath());
    pieces(data.textsPath(), documents, false);
    pieces(data.queryTextsPath(), queries, true);
  }

  private void copy(String from, Path to) throws IOException {
    Files.copy(source.resolve(from), to, StandardCopyOption.REPLACE_EXISTING);
    // The source may be read-only, but copies must be replaceable.
    to.toFile().setWritable(true);
  }

  /** Takes the pieces from a new encoding of the texts, which must cut them in the same way. */
  private void pieces(Path texts, Path folder, boolean asQueries) throws IOException {
    Path again = folder.resolve("again");
    encoding.encode(texts, again, asQueries);
    int[] before = Json.read(folder.resolve(Texts.LENGTHS), int[].class);
    int[] now = Json.read(again.resolve(Texts.LENGTHS), int[].class);
    if (Arrays.equals(before, now) == false) {
      throw new IOException(texts + ": cut into other pieces than those of " + source);
    }
    Files.move(
        again.resolve(Texts.PIECES),
        folder.resolve(Texts.PIECES),
        StandardCopyOption.REPLACE_EXISTING);
    Folders.delete(again);
  }
}
