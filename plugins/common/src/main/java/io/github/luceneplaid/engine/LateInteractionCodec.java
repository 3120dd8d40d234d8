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

import io.github.luceneplaid.fsvi.FsviEncoding;
import io.github.luceneplaid.fsvi.FsviVectorsFormat;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.perfield.PerFieldDocValuesFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;

/**
 * An engine's own codec, but for the doc values of late-interaction fields, and the vectors of
 * fields that are searched exactly. Segments store the name of the engine's codec and, with each
 * field, the name of its format. So an engine opens them with its own codec, as long as the format
 * can be found by name.
 *
 * <p>Late-interaction fields carry their own options, see {@link
 * LateInteractionFieldSettings#fieldType}.
 *
 * @lucene.experimental
 */
public final class LateInteractionCodec extends FilterCodec {

  private final DocValuesFormat docValuesFormat;
  private final KnnVectorsFormat knnVectorsFormat;

  /**
   * Wraps a codec. Flushes and merges call the functions in any thread.
   *
   * @param stock the engine's codec
   * @param lateInteraction whether a field of a given name is a late-interaction field
   * @param exactVectors the encoding of a field of a given name with vectors that are searched
   *     exactly; null for other fields
   */
  public LateInteractionCodec(
      Codec stock, Predicate<String> lateInteraction, Function<String, FsviEncoding> exactVectors) {
    super(stock.getName(), stock);
    Map<FsviEncoding, KnnVectorsFormat> fsvi = new EnumMap<>(FsviEncoding.class);
    for (FsviEncoding encoding : FsviEncoding.values()) {
      fsvi.put(encoding, new FsviVectorsFormat(encoding));
    }
    KnnVectorsFormat otherVectors = stock.knnVectorsFormat();
    this.knnVectorsFormat =
        new PerFieldKnnVectorsFormat() {
          @Override
          public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            FsviEncoding encoding = exactVectors.apply(field);
            if (encoding != null) {
              return fsvi.get(encoding);
            }
            return otherVectors instanceof PerFieldKnnVectorsFormat perField
                ? perField.getKnnVectorsFormatForField(field)
                : otherVectors;
          }
        };
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

  @Override
  public KnnVectorsFormat knnVectorsFormat() {
    return knnVectorsFormat;
  }
}
