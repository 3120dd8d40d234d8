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

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.RawTokens;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.tests.codecs.asserting.AssertingCodec;
import org.apache.lucene.tests.util.TestUtil;

/** The query on an index whose segments are written by several formats and options in turn. */
public class TestLateInteractionQueryMixed extends BaseLateInteractionQueryTestCase {

  @Override
  protected IndexWriterConfig config() {
    DocValuesFormat other = TestUtil.getDefaultDocValuesFormat();
    DocValuesFormat[] formats = {
      PlaidDocValuesFormat.builder().trainingThreshold(30).tokensPerCell(4).build(),
      new PlaidDocValuesFormat(),
      other,
      PlaidDocValuesFormat.builder().raw(RawTokens.FLOAT32).trainingThreshold(20).build(),
    };
    AtomicInteger turn = new AtomicInteger(random().nextInt(formats.length));
    return newIndexWriterConfig()
        .setCodec(
            new AssertingCodec() {
              @Override
              public DocValuesFormat getDocValuesFormatForField(String field) {
                return field.equals(FIELD)
                    ? formats[Math.floorMod(turn.getAndIncrement(), formats.length)]
                    : other;
              }
            });
  }
}
