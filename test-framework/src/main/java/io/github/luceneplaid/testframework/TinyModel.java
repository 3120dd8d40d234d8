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
package io.github.luceneplaid.testframework;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A model of 34 pieces and 8 dimensions: component j of piece i is 3 sin(0.7 (i + 1) (j + 1)),
 * wherever it stands.
 */
public final class TinyModel {
  private TinyModel() {}

  /** Copies the model and its tokenizer to a folder, which it returns. */
  public static Path copyTo(Path folder) throws IOException {
    for (String name : new String[] {"model.onnx", "tokenizer.json"}) {
      try (InputStream in = TinyModel.class.getResourceAsStream("tiny-model/" + name)) {
        Files.copy(in, folder.resolve(name));
      }
    }
    return folder;
  }
}
