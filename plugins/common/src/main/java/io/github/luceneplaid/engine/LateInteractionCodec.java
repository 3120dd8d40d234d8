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

package io.github.luceneplaid.engine;

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import java.util.function.Predicate;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.perfield.PerFieldDocValuesFormat;

/**
 * An engine's own codec, but for the doc values of late-interaction fields. Segments store the name
 * of the engine's codec and, with each field, the name of its doc-values format. So an engine opens
 * them with its own codec, as long as the format can be found by name.
 *
 * <p>The fields carry their own options, see {@link LateInteractionFieldSettings#fieldType}.
 *
 * @lucene.experimental
 */
public final class LateInteractionCodec extends FilterCodec {

  private final DocValuesFormat docValuesFormat;

  /**
   * Wraps a codec.
   *
   * @param stock the engine's codec
   * @param lateInteraction whether a field of a given name is a late-interaction field; called by
   *     flushes and merges, in any thread
   */
  public LateInteractionCodec(Codec stock, Predicate<String> lateInteraction) {
    super(stock.getName(), stock);
    DocValuesFormat plaid = new PlaidDocValuesFormat();
    DocValuesFormat others = stock.docValuesFormat();
    this.docValuesFormat =
        new PerFieldDocValuesFormat() {
          @Override
          public DocValuesFormat getDocValuesFormatForField(String field) {
            if (lateInteraction.test(field)) {
              return plaid;
            }
            // A format that chooses by field must not wrap another such format
            return others instanceof PerFieldDocValuesFormat perField
                ? perField.getDocValuesFormatForField(field)
                : others;
          }
        };
  }

  @Override
  public DocValuesFormat docValuesFormat() {
    return docValuesFormat;
  }
}
