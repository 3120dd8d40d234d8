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
package io.github.luceneplaid.benchmark;

import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.TieredMergePolicy;

/**
 * How an index is written: by one thread, which also merges.
 *
 * @param codec null for Lucene's own
 * @param analyzer of texts; null if there are none
 * @param merged whether all is merged to one segment in the end; if not, flushes are small enough
 *     to leave 10 to 20 segments
 */
record WriterSettings(Codec codec, Analyzer analyzer, boolean merged) {
  /** The number of flushes, which makes three tiers of segments. */
  private static final int FLUSHES = 100;

  private static final double BUFFER_MB = 256;

  WriterSettings(Codec codec, boolean merged) {
    this(codec, null, merged);
  }

  /** Lucene's codec with a format for the tokens. */
  static Codec codec(DocValuesFormat tokens) {
    return new Lucene104Codec() {
      @Override
      public DocValuesFormat getDocValuesFormatForField(String field) {
        return field.equals(LuceneEngine.TOKENS) ? tokens : super.getDocValuesFormatForField(field);
      }
    };
  }

  /** The configuration for building an index of some number of documents. */
  IndexWriterConfig config(int documents) {
    IndexWriterConfig config = base();
    if (merged) {
      return config.setRAMBufferSizeMB(BUFFER_MB);
    }
    TieredMergePolicy tiers = new TieredMergePolicy();
    // Otherwise all segments of a small index would count as tiny, and be merged to a few.
    tiers.setFloorSegmentMB(0.01);
    return config
        .setMergePolicy(tiers)
        .setMaxBufferedDocs(Math.max(2, documents / FLUSHES))
        .setRAMBufferSizeMB(IndexWriterConfig.DISABLE_AUTO_FLUSH);
  }

  /** For changing an index. */
  IndexWriterConfig updates() {
    return base().setRAMBufferSizeMB(BUFFER_MB);
  }

  private IndexWriterConfig base() {
    IndexWriterConfig config =
        analyzer == null ? new IndexWriterConfig() : new IndexWriterConfig(analyzer);
    if (codec != null) {
      config.setCodec(codec);
    }
    return config.setMergeScheduler(new SerialMergeScheduler());
  }
}
