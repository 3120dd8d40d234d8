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

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;

/** MUVERA: the {@link FixedDimensionalEncoding} of a document, in Lucene's graph. */
final class MuveraEngine extends TwoStageEngine {
  private static final String ENCODING = "encoding";

  /** The random seed, which must be the same for an index and for searches in it. */
  private static final long SEED = 42;

  private JsonNode options = Json.object();
  private FixedDimensionalEncoding encoding;

  @Override
  WriterSettings writerSettings(JsonNode ofBuild) {
    if (ofBuild.isEmpty() == false) {
      use(ofBuild);
    }
    KnnVectorsFormat format =
        options.path("quantized").asBoolean()
            ? new Lucene104HnswScalarQuantizedVectorsFormat()
            : new Lucene99HnswVectorsFormat();
    Codec codec =
        new Lucene104Codec() {
          @Override
          public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            return new ManyDimensions(format);
          }
        };
    return new WriterSettings(codec, true);
  }

  private void use(JsonNode ofBuild) {
    options = ofBuild;
    encoding = null;
  }

  @Override
  public void open(Path index, JsonNode ofBuild) throws IOException {
    super.open(index, ofBuild);
    use(ofBuild);
  }

  private FixedDimensionalEncoding encoding(int dimension) {
    if (encoding == null) {
      encoding =
          new FixedDimensionalEncoding(
              dimension,
              new FixedDimensionalEncoding.Settings(
                  options.path("repetitions").asInt(20),
                  options.path("bits").asInt(5),
                  options.path("projected").asInt(16),
                  options.path("dimension").asInt(0)),
              SEED);
    }
    return encoding;
  }

  @Override
  void addFirstStage(Document document, int position, float[][] tokens) {
    float[] vector = encoding(tokens[0].length).document(tokens);
    document.add(
        new KnnFloatVectorField(ENCODING, vector, VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT));
  }

  @Override
  Query firstStage(float[][] query, int candidates) {
    float[] vector = encoding(query[0].length).query(query);
    return new KnnFloatVectorQuery(ENCODING, vector, candidates);
  }

  /** A format of Lucene for more dimensions than it allows by default. */
  private static final class ManyDimensions extends KnnVectorsFormat {
    private static final int MAX_DIMENSIONS = 1 << 16;

    private final KnnVectorsFormat format;

    /** A segment is read by the format itself, which is found by name. */
    ManyDimensions(KnnVectorsFormat format) {
      super(format.getName());
      this.format = format;
    }

    @Override
    public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
      return format.fieldsWriter(state);
    }

    @Override
    public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
      return format.fieldsReader(state);
    }

    @Override
    public int getMaxDimensions(String field) {
      return MAX_DIMENSIONS;
    }
  }
}
