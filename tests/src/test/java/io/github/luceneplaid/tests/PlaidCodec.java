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
package io.github.luceneplaid.tests;

import java.util.function.Supplier;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;

/** Lucene's codec with a format of its own for one field. */
final class PlaidCodec {

  private PlaidCodec() {}

  /** A codec that writes a field in a format. */
  static Codec of(String field, DocValuesFormat format) {
    return of(field, () -> format);
  }

  /** A codec that asks for a format anew for each segment. */
  static Codec of(String field, Supplier<DocValuesFormat> formats) {
    return new Lucene104Codec() {
      @Override
      public DocValuesFormat getDocValuesFormatForField(String name) {
        return name.equals(field) ? formats.get() : super.getDocValuesFormatForField(name);
      }
    };
  }
}
