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

/**
 * Readers and writers for files of vectors that other programs read and write. They need no index.
 *
 * <ul>
 *   <li>{@link io.github.luceneplaid.fsvi.files.NpyFile} and {@link
 *       io.github.luceneplaid.fsvi.files.NpzFile}: arrays of NumPy
 *   <li>{@link io.github.luceneplaid.fsvi.files.FsviFile}: vectors of 32-bit or 16-bit floats with
 *       ids, in the order of the hashes of the ids
 *   <li>{@link io.github.luceneplaid.fsvi.files.MvecFile}: vectors of 32-bit floats with keys, in
 *       the order in which they were added
 *   <li>{@link io.github.luceneplaid.fsvi.files.MmapArray}: an array of at most six axes, which can
 *       be changed in place
 * </ul>
 *
 * Each class except {@code NpzFile} has a corresponding writer. {@link
 * io.github.luceneplaid.fsvi.files.VectorRows} and {@link
 * io.github.luceneplaid.fsvi.files.VectorRowsWriter} are the common interfaces for a sequence of
 * vectors with ids.
 *
 * <p><b>Reading.</b> Files are mapped, not loaded, except arrays of an NPZ file. A damaged file
 * causes a {@link io.github.luceneplaid.fsvi.files.VectorFileException}. If another program
 * shortens a file while it is being read, the reading thread gets an {@link
 * java.lang.InternalError}, as for any mapped file. {@code close} drops the mapping, and the
 * garbage collector frees it. Several threads may use a reader at the same time.
 *
 * <p><b>Writing.</b> A writer writes to a temporary file in the same folder. When the file is
 * complete and on the disk, it replaces the target. Until then, and after any failure up to then,
 * an existing target is unchanged. If only the last step fails, which syncs the folder, the new
 * file is in its place. After a failure to write, a writer can only be closed. Only one thread may
 * use a writer.
 */
package io.github.luceneplaid.fsvi.files;
