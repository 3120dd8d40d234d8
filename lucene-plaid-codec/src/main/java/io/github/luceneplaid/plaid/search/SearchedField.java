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
package io.github.luceneplaid.plaid.search;

import io.github.luceneplaid.fsvi.internal.FilteredReaders;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReader;

/** What a segment says about the field that is searched. */
final class SearchedField {

  private SearchedField() {}

  /**
   * Whether a segment may have values of a field. If the segment does not know the field, or has it
   * without doc values, it has no values: the first ones may be added later.
   *
   * @throws IllegalArgumentException if the field has doc values of another type, which are not
   *     late-interaction values and never will be
   */
  static boolean mayHaveValues(LeafReader reader, String field) {
    FieldInfo info = FilteredReaders.info(reader, field);
    if (info == null || info.getDocValuesType() == DocValuesType.NONE) {
      return false;
    }
    if (info.getDocValuesType() != DocValuesType.BINARY) {
      throw new IllegalArgumentException(
          "field \""
              + field
              + "\" must have doc values of type "
              + DocValuesType.BINARY
              + ", got: "
              + info.getDocValuesType());
    }
    return true;
  }
}
