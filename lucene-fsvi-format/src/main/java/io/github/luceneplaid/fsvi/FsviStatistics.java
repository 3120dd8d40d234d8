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

import java.util.List;

/**
 * Statistics of a field of vectors in one segment.
 *
 * @param vectors number of vectors
 * @param dimension number of elements of a vector
 * @param slabs encoding of each slab: {@link FsviEncoding#FLOAT32}, {@link FsviEncoding#FLOAT16} or
 *     {@link FsviEncoding#INT8}. There is one slab, or a coarse one for scans and then a fine one.
 *     A field of bytes has INT8
 * @param bytesPerVector number of bytes of a vector in all slabs, including its scale, error and
 *     norm where the format stores them
 * @lucene.experimental
 */
public record FsviStatistics(
    int vectors, int dimension, List<FsviEncoding> slabs, long bytesPerVector) {

  /** Returns the number of bytes of all vectors. */
  public long totalBytes() {
    return vectors * bytesPerVector;
  }
}
