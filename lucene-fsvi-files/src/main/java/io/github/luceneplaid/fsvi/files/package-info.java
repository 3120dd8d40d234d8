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
 * Files of vectors that other programs read and write, each usable on its own and without an index.
 *
 * <ul>
 *   <li>{@link io.github.luceneplaid.fsvi.files.NpyFile} and {@link
 *       io.github.luceneplaid.fsvi.files.NpzFile}: arrays of NumPy
 *   <li>{@link io.github.luceneplaid.fsvi.files.FsviFile}: vectors of floats or half floats with
 *       ids, in the order of their hashes
 *   <li>{@link io.github.luceneplaid.fsvi.files.MvecFile}: vectors of floats with keys, in the
 *       order they were added
 *   <li>{@link io.github.luceneplaid.fsvi.files.MmapArray}: an array of up to six dimensions, which
 *       can be changed in place
 * </ul>
 *
 * Each but {@code NpzFile} has a writer beside it. {@link
 * io.github.luceneplaid.fsvi.files.VectorRows} and {@link
 * io.github.luceneplaid.fsvi.files.VectorRowsWriter} are what they have in common: vectors, one
 * after another, with an id each.
 *
 * <p>Files are mapped, not loaded. What is wrong with a file is told by a {@link
 * io.github.luceneplaid.fsvi.files.VectorFileException}. A file that somebody else shortens while
 * it is being read ends the reading thread with an {@link java.lang.InternalError}, as with any
 * mapped file; {@code close} lets go of a mapping, the memory is returned when it is collected.
 * Readers may be used by several threads at once, writers by one.
 *
 * <p>Writers write to a temporary file in the same folder, which takes the place of the file when
 * it is complete and on the disk. Until then, and if anything goes wrong, what was there stays.
 */
package io.github.luceneplaid.fsvi.files;
