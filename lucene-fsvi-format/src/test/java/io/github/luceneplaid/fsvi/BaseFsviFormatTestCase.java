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

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.tests.index.BaseKnnVectorsFormatTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Runs Lucene's tests of vectors formats for an encoding, with or without graphs. */
public abstract class BaseFsviFormatTestCase extends BaseKnnVectorsFormatTestCase {

  final FsviEncoding encoding;
  private final boolean graphs;

  BaseFsviFormatTestCase(FsviEncoding encoding, boolean graphs) {
    this.encoding = encoding;
    this.graphs = graphs;
  }

  @Override
  protected Codec getCodec() {
    KnnVectorsFormat format =
        graphs
            ? FsviHnswVectorsFormat.builder().encoding(encoding).graphThreshold(0).build()
            : new FsviVectorsFormat(encoding);
    return TestUtil.alwaysKnnVectorsFormat(format);
  }

  @Override
  protected boolean supportsFloatVectorFallback() {
    return false;
  }
}
