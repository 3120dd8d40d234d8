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

import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import java.io.IOException;
import java.nio.file.Path;

/** The tokens of another data set in fewer dimensions, at length 1 again. */
final class ProjectedData {
  /** The number of documents whose tokens are enough to find the subspace. */
  private static final int SAMPLE = 100_000;

  private final DataFolder source;
  private final int dimension;

  ProjectedData(DataFolder source, int dimension) {
    this.source = source;
    this.dimension = dimension;
  }

  void make(DataFolder data) throws IOException {
    source.copyPieces(data);
    try (Texts documents = source.documents();
        Texts queries = source.queries()) {
      PrincipalSubspace subspace = fit(documents);
      write(documents, subspace, data.documentsPath());
      write(queries, subspace, data.queriesPath());
    }
  }

  private PrincipalSubspace fit(Texts documents) throws IOException {
    PrincipalSubspace.Fitter fitter = new PrincipalSubspace.Fitter(documents.dimension());
    int step = Math.toIntExact(1 + documents.tokens() / SAMPLE);
    for (int doc = 0; doc < documents.size(); doc += step) {
      for (float[] token : documents.vectors(doc)) {
        fitter.add(token);
      }
    }
    return fitter.fit(dimension);
  }

  private void write(Texts texts, PrincipalSubspace subspace, Path folder) throws IOException {
    try (NpyWriter output =
        new NpyWriter(folder.resolve(Texts.TOKENS), ElementType.FLOAT16, dimension)) {
      for (int i = 0; i < texts.size(); i++) {
        for (float[] token : texts.vectors(i)) {
          output.add(subspace.project(token));
        }
      }
      output.finish();
    }
  }
}
