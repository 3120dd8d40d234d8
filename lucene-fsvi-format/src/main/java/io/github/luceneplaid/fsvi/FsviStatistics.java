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
package io.github.luceneplaid.fsvi;

import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import java.util.List;

/**
 * What one segment holds of a field of vectors.
 *
 * @param vectors number of vectors
 * @param dimension elements of a vector
 * @param slabs how elements are stored: in one slab, or in a coarse one that is scanned and a fine
 *     one that is read back
 * @param bytesPerVector bytes of a vector in all slabs, with its scale, length and error if these
 *     are stored
 * @lucene.experimental
 */
public record FsviStatistics(
    int vectors, int dimension, List<SlabEncoding> slabs, long bytesPerVector) {

  /** Bytes of all vectors. */
  public long totalBytes() {
    return vectors * bytesPerVector;
  }
}
