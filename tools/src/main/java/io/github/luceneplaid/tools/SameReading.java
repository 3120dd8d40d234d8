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

import java.io.IOException;
import java.nio.file.Path;

/**
 * Reads the files that an index knows as they were read before: by the same encoding, unless the
 * user names another one, and as prose or lines.
 *
 * @param options say the encoding that the user names
 * @param settings of the index
 * @param there the records of the index
 */
record SameReading(InputOptions options, IndexSettings settings, IndexedRecords there)
    implements TextFiles.Reading {

  @Override
  public TextDecoder decoder(Path file) throws IOException {
    return options.decoder(settings.encoding(file));
  }

  @Override
  public boolean isProse(InputFiles.InputFile file) throws IOException {
    return file.known() == null ? file.inFolder() : there.isProse(file.known(), file.inFolder());
  }
}
