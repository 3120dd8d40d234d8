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

package io.github.luceneplaid.plaid.exchange;

import io.github.luceneplaid.fsvi.files.VectorFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The file {@code metadata.json} of a PLAID folder. Its {@code num_partitions} and {@code
 * avg_doclen} may be wrong, so they are not read.
 *
 * @param bits bits of a bucket number: 1, 2, 4 or 8
 * @param chunks number of chunks
 * @param documents number of documents; 0 if it is missing, or is not known: next-plaid counts them
 *     then
 * @param tokens number of tokens; -1 if it is missing
 * @param dimension components of a token; 0 if it is missing, which next-plaid writes as 0 when it
 *     changes a folder that lacks it
 * @param binary whether residuals are the signs of components
 * @param frozen whether codes and residuals may be in merged files only
 */
record PlaidFolderMetadata(
    int bits,
    int chunks,
    int documents,
    long tokens,
    int dimension,
    boolean binary,
    boolean frozen) {

  static final String FILE = "metadata.json";

  static PlaidFolderMetadata read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    Map<String, Object> values = JsonFile.object(file);
    int bits = (int) integer(file, values, "nbits", null, 8);
    if (bits < 1 || 8 % bits != 0) {
      throw error(file, "nbits", bits, "1, 2, 4 or 8");
    }
    int most = Integer.MAX_VALUE;
    return new PlaidFolderMetadata(
        bits,
        (int) integer(file, values, "num_chunks", null, most),
        (int) integer(file, values, "num_documents", 0L, most),
        integer(file, values, "num_embeddings", -1L, Long.MAX_VALUE),
        (int) integer(file, values, "embedding_dim", 0L, most),
        flag(file, values, "binary"),
        flag(file, values, "frozen"));
  }

  private static boolean flag(Path file, Map<String, Object> values, String name)
      throws VectorFileException {
    Object value = values.getOrDefault(name, false);
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw error(file, name, value, "true or false");
  }

  private static long integer(
      Path file, Map<String, Object> values, String name, Long missing, long most)
      throws VectorFileException {
    Object value = values.containsKey(name) ? values.get(name) : missing;
    if (value == null && values.containsKey(name) == false) {
      throw error(file, name, "nothing", "a number");
    }
    if (value instanceof Long number && (number >= 0 || number.equals(missing)) && number <= most) {
      return number;
    }
    throw error(file, name, value, "an integer from 0 to " + most);
  }

  private static VectorFileException error(Path file, String name, Object found, String expected) {
    return new VectorFileException(file.toString(), 0, name, found, expected);
  }
}
