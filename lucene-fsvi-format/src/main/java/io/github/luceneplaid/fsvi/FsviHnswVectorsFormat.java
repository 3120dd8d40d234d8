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
 * The vectors of {@link FsviVectorsFormat}, in its files, with Lucene's HNSW graph on top, in those
 * of {@link Lucene99HnswVectorsFormat} (.vem and .vex).
 *
 * <p>A graph is walked by the coarse rows if there are two slabs, and what is found on the way is
 * scored by the fine ones. Where a scan is cheaper than a graph is walked, because a segment is
 * small, a filter selective or many hits are wanted, the search is exact as it is without a graph.
 *
 * @lucene.experimental
 */
public final class FsviHnswVectorsFormat extends KnnVectorsFormat {

  /** Name under which the format is found by {@link KnnVectorsFormat#forName}. */
  public static final String NAME = "FsviHnsw1";

  private final FsviEncoding encoding;
  private final int maxConn;
  private final int beamWidth;
  private final int graphThreshold;
  private final SlabVectorsFormat slabs;

  /** Writes 32-bit floats, and graphs with the defaults of {@link Builder}. */
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

  /** Starts from the defaults. */
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

  /** Lucene asks for the k whose expected visits, k · ln(vectors), are as many as the vectors. */
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

  /** Options of a format; each has a default. */
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
