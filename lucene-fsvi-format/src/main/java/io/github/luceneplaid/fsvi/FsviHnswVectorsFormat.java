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

import java.io.IOException;
import java.util.Objects;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsReader;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsWriter;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.util.IOUtils;

/**
 * Stores vectors in the files of {@link FsviVectorsFormat}, and Lucene's HNSW graph in the files of
 * {@link Lucene99HnswVectorsFormat} (.vem and .vex).
 *
 * <p>If a field has two slabs, a search walks the graph by the coarse rows and scores the vectors
 * that it collects by the fine rows. A search scans the segment where that is cheaper: in a small
 * segment, with a selective filter, or for many hits. Such a search is exact.
 *
 * @lucene.experimental
 */
public final class FsviHnswVectorsFormat extends KnnVectorsFormat {

  /** Name by which {@link KnnVectorsFormat#forName} finds the format. */
  public static final String NAME = "FsviHnsw1";

  private final FsviEncoding encoding;
  private final int maxConn;
  private final int beamWidth;
  private final int graphThreshold;
  private final SlabVectorsFormat slabs;

  /** Makes a format that writes 32-bit floats, and graphs with the defaults of {@link Builder}. */
  public FsviHnswVectorsFormat() {
    this(new Builder());
  }

  private FsviHnswVectorsFormat(Builder builder) {
    super(NAME);
    this.encoding = builder.encoding;
    this.maxConn = builder.maxConn;
    this.beamWidth = builder.beamWidth;
    this.graphThreshold = builder.graphThreshold;
    this.slabs = new SlabVectorsFormat(encoding, FsviVectorsFormat.VERSION_CURRENT);
  }

  /** Returns a builder with the default options. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
    SlabVectorsWriter slabsWriter = slabs.fieldsWriter(state);
    boolean success = false;
    try {
      KnnVectorsWriter writer =
          new Lucene99HnswVectorsWriter(
              state, maxConn, beamWidth, slabs, slabsWriter, 1, null, tinySegmentsThreshold());
      success = true;
      return writer;
    } finally {
      if (success == false) {
        IOUtils.closeWhileHandlingException(slabsWriter);
      }
    }
  }

  /**
   * Converts the threshold for Lucene. Lucene expects the k for which a search is expected to visit
   * all vectors: k · ln(vectors) = vectors.
   */
  private int tinySegmentsThreshold() {
    return graphThreshold < 3 ? 0 : (int) (graphThreshold / Math.log(graphThreshold));
  }

  @Override
  public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
    SlabVectorsReader slabsReader = slabs.fieldsReader(state);
    boolean success = false;
    try {
      KnnVectorsReader reader =
          new FsviHnswVectorsReader(slabsReader, new Lucene99HnswVectorsReader(state, slabsReader));
      success = true;
      return reader;
    } finally {
      if (success == false) {
        IOUtils.closeWhileHandlingException(slabsReader);
      }
    }
  }

  @Override
  public int getMaxDimensions(String field) {
    return FsviVectorsFormat.MAX_DIMENSIONS;
  }

  @Override
  public String toString() {
    return "FsviHnswVectorsFormat("
        + encoding
        + ", maxConn="
        + maxConn
        + ", beamWidth="
        + beamWidth
        + ", graphThreshold="
        + graphThreshold
        + ")";
  }

  /** Options of a format. Each option has a default. */
  public static final class Builder {
    private FsviEncoding encoding = FsviEncoding.FLOAT32;
    private int maxConn = 16;
    private int beamWidth = 200;
    private int graphThreshold = 10_000;

    private Builder() {}

    /** Sets the encoding of fields of floats: {@link FsviEncoding#FLOAT32} by default. */
    public Builder encoding(FsviEncoding encoding) {
      this.encoding = Objects.requireNonNull(encoding);
      return this;
    }

    /** Sets the number of neighbours of a vector in the graph: 1 to 512, 16 by default. */
    public Builder maxConn(int maxConn) {
      this.maxConn = maxConn;
      return this;
    }

    /**
     * Sets the number of candidates for neighbours of a vector that is added: 1 to 3200, 200 by
     * default.
     */
    public Builder beamWidth(int beamWidth) {
      this.beamWidth = beamWidth;
      return this;
    }

    /**
     * Sets the approximate number of vectors from which on a segment has a graph for a field: at
     * least 0, 10,000 by default. A segment with fewer vectors is scanned.
     */
    public Builder graphThreshold(int vectors) {
      this.graphThreshold = vectors;
      return this;
    }

    /**
     * Makes the format.
     *
     * @throws IllegalArgumentException if an option is out of its range
     */
    public FsviHnswVectorsFormat build() {
      Arguments.checkRange("maxConn", maxConn, 1, 512);
      Arguments.checkRange("beamWidth", beamWidth, 1, 3200);
      Arguments.checkAtLeast("graphThreshold", graphThreshold, 0);
      return new FsviHnswVectorsFormat(this);
    }
  }
}
