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
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Makes data sets, each once. */
final class Preparation {
  private static final String SYNTHETIC = "synthetic:";
  private static final String LONG = "long:";

  /** The documents that make a long one of 500 to 1,000 tokens. */
  private static final int JOINED = 8;

  /** After the name of another model. */
  private static final String PROJECTED = "-128:";

  private static final int DIMENSION = 128;
  private static final int THREADS = 2;

  private final Cache cache;
  private final Path home;
  private final Path shared;
  private final PrintStream log;

  /**
   * @param home clone of this project, whose command encodes texts
   * @param shared holds {@code data/cranfield}
   */
  Preparation(Cache cache, Path home, Path shared, PrintStream log) {
    this.cache = cache;
    this.home = home;
    this.shared = shared;
    this.log = log;
  }

  /** Makes what is missing of a data set. */
  DataFolder prepare(String name) throws IOException {
    Path path = cache.data(name);
    DataFolder data = new DataFolder(path);
    if (Files.exists(data.exactPath())) {
      return data;
    }
    log.println("Preparing " + name);
    if (name.equals("cranfield")) {
      new CranfieldData(shared.resolve("data/cranfield"), encoding(null)).make(data);
    } else if (name.equals("debian")) {
      new DebianData(encoding(null)).make(data);
    } else if (name.equals("debian-10k")) {
      new SubsetData(prepare("debian"), 5).make(data);
    } else if (name.startsWith(SYNTHETIC)) {
      long tokens = (long) Double.parseDouble(name.substring(SYNTHETIC.length()));
      new SyntheticData(prepare("debian"), tokens).make(data);
    } else if (name.startsWith(LONG)) {
      new LongData(prepare(name.substring(LONG.length())), JOINED).make(data);
    } else {
      otherTokens(name, data);
    }
    exact(data);
    return data;
  }

  /** Data sets whose names start with that of a model. */
  private void otherTokens(String name, DataFolder data) throws IOException {
    for (OtherModel model : OtherModel.values()) {
      String projected = model.label + PROJECTED;
      String all = model.label + ":";
      if (name.startsWith(projected)) {
        String source = all + name.substring(projected.length());
        new ProjectedData(prepare(source), DIMENSION).make(data);
        return;
      }
      if (name.startsWith(all)) {
        // Prepares the source first, because a wrong name fails here.
        DataFolder source = prepare(name.substring(all.length()));
        Path folder = model.folder(cache.models(), home, log);
        new EncodedData(source, encoding(folder)).make(data);
        return;
      }
    }
    throw new IOException("no data set " + name);
  }

  private TextEncoding encoding(Path model) {
    return new TextEncoding(home.resolve("plaid"), model, log);
  }

  private void exact(DataFolder data) throws IOException {
    long start = System.nanoTime();
    try (Texts documents = data.documents();
        Texts queries = data.queries()) {
      Hits[] hits = ExactSearch.run(documents, queries, DataFolder.DEPTH, THREADS);
      Json.writeCompact(data.exactPath(), hits);
      log.printf(
          Locale.ROOT,
          "%d documents, %d tokens, %d queries; exact search took %.0f s%n",
          documents.size(),
          documents.tokens(),
          queries.size(),
          (System.nanoTime() - start) / 1e9);
    }
  }
}
