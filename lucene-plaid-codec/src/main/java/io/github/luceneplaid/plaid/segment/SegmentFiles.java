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

package io.github.luceneplaid.plaid.segment;

/**
 * The extensions of a segment's files, the codec names in their headers, and the versions of the
 * format. The class of the format states the content of the files.
 *
 * @lucene.internal
 */
public final class SegmentFiles {

  public static final String META_CODEC = "PlaidMeta";
  public static final String META_EXTENSION = "vem";
  public static final String DATA_CODEC = "PlaidData";
  public static final String DATA_EXTENSION = "veq";
  public static final String VECTOR_CODEC = "PlaidVectors";
  public static final String VECTOR_EXTENSION = "vec";

  static final int VERSION_START = 0;
  public static final int VERSION_CURRENT = VERSION_START;

  private SegmentFiles() {}
}
