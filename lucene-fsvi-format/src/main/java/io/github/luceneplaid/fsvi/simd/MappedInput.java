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
package io.github.luceneplaid.fsvi.simd;

import java.io.IOException;
import org.apache.lucene.store.AlreadyClosedException;

/**
 * A memory-mapped file that kernels read in place, from {@link VectorKernels#mapped}. {@link
 * QueryMatrix#maxSim(MappedInput, long, int, float[])} reads rows of floats from it. Other rows are
 * copied by the method here. Positions are bytes from the start of the input and need no alignment.
 * Elements are little-endian.
 *
 * <p>A file may be mapped in several pieces. If a range is not in one piece, a method does nothing
 * and returns false. The caller then reads the rows through the input.
 *
 * <p>All methods throw {@link AlreadyClosedException} when the input has been closed, and {@link
 * IndexOutOfBoundsException} if a range is outside of the file or of an array. An instance belongs
 * to one thread at a time.
 *
 * @lucene.experimental
 */
public interface MappedInput {

  /**
   * Copies shorts from the file.
   *
   * @param position position of the first one
   * @param into receives them
   * @param offset index of the first one in into
   * @param n number of shorts
   * @return whether the shorts were copied
   * @throws IOException from the input
   */
  boolean readShorts(long position, short[] into, int offset, int n) throws IOException;
}
