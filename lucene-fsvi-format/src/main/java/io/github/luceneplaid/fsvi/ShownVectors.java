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

import io.github.luceneplaid.fsvi.internal.FilteredReaders;
import java.io.IOException;
import java.util.List;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.ConjunctionUtils;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.VectorScorer;

/**
 * The vectors of a field as a reader shows them. A filter reader may hide or change vectors, and
 * its API does not tell whether it does. Two kinds of filter readers are known to pass all vectors
 * on unchanged: those that return the values of the inner reader, and the readers of Lucene and of
 * Elasticsearch for searches that can be ended. Behind these a segment is searched as its format
 * does. Behind any other filter reader each vector is read as the filter shows it, and only shown
 * vectors are found.
 *
 * <p>For one thread.
 */
final class ShownVectors {

  private final LeafReader reader;
  private final FieldInfo info;
  private final KnnVectorValues values;

  // The innermost reader whose vectors are passed on unchanged, or null
  private final LeafReader source;

  private ShownVectors(LeafReader reader, FieldInfo info, KnnVectorValues values)
      throws IOException {
    this.reader = reader;
    this.info = info;
    this.values = values;
    this.source = FilteredReaders.source(reader, behind -> values(behind, info));
  }

  /**
   * Opens the vectors of a reader.
   *
   * @return null if the reader shows no vectors
   */
  static ShownVectors open(LeafReader reader, String field) throws IOException {
    FieldInfo info = FilteredReaders.info(reader, field);
    if (info == null || info.hasVectorValues() == false) {
      return null;
    }
    KnnVectorValues values = values(reader, info);
    return values == null ? null : new ShownVectors(reader, info, values);
  }

  /**
   * Opens a field of floats.
   *
   * @return null if the reader shows no vectors
   * @throws IllegalStateException if the reader shows vectors of bytes
   */
  static ShownVectors openFloats(LeafReader reader, String field) throws IOException {
    ShownVectors shown = open(reader, field);
    if (shown != null) {
      FloatVectorValues.checkField(reader, field);
    }
    return shown;
  }

  /** Opens a field of bytes in the same way. */
  static ShownVectors openBytes(LeafReader reader, String field) throws IOException {
    ShownVectors shown = open(reader, field);
    if (shown != null) {
      ByteVectorValues.checkField(reader, field);
    }
    return shown;
  }

  private static KnnVectorValues values(LeafReader reader, FieldInfo info) throws IOException {
    return switch (info.getVectorEncoding()) {
      case FLOAT32 -> reader.getFloatVectorValues(info.name);
      case BYTE -> reader.getByteVectorValues(info.name);
    };
  }

  /** Returns whether the vectors are known to be all vectors of the segment, unchanged. */
  boolean arePassedOn() {
    return source != null;
  }

  /** Returns whether a filter reader shows the vectors by a class of its own. */
  private boolean isWrapped() throws IOException {
    return source == null
        || values.getClass() != FilteredReaders.kind(source, behind -> values(behind, info));
  }

  /** Returns the stored vectors if they are in this format and passed on unchanged, else null. */
  StoredVectors stored() throws IOException {
    StoredVectors direct = stored(values);
    return direct != null || source == null ? direct : stored(values(source, info));
  }

  private static StoredVectors stored(KnnVectorValues values) {
    return switch (values) {
      case StoredFloatVectorValues floats -> floats.stored();
      case StoredByteVectorValues bytes -> bytes.stored();
      case null, default -> null;
    };
  }

  /**
   * Returns a watch for a scan of the {@link #stored} vectors. A filter reader may end the scan by
   * it. Returns null if there is no such filter reader.
   */
  ScanWatch watch() {
    return stored(values) != null
        ? null
        : doc -> {
          // The iterator of a reader for searches that can be ended asks that when it moves.
          DocIndexIterator docs = values.iterator();
          if (docs.docID() < doc) {
            docs.advance(doc);
          }
        };
  }

  /** Receives each block of a scan. */
  interface ScanWatch {
    /**
     * Receives a block. An exception ends the scan.
     *
     * @param doc first document of the block
     */
    void reach(int doc) throws IOException;
  }

  /**
   * Returns the accepted documents whose vectors are shown. Returns null if these are all documents
   * of the {@link #scorer}.
   */
  DocIdSetIterator accepted(AcceptDocs acceptDocs) throws IOException {
    DocIdSetIterator accepted = acceptDocs.bits() == null ? null : acceptDocs.iterator();
    if (isWrapped() == false) {
      return accepted;
    }
    DocIdSetIterator shown = values.iterator();
    return accepted == null
        ? shown
        : ConjunctionUtils.createConjunction(List.of(accepted, shown), List.of());
  }

  /**
   * Returns a scorer for the most precise vectors of the format, or for the vectors that a filter
   * reader shows. A reader for searches that can be ended does not pass on the scorer of the
   * format, so that scorer comes from the inner reader.
   *
   * @return null if there are no vectors
   * @throws IllegalArgumentException if the query has another dimension
   */
  VectorScorer scorer(float[] target) throws IOException {
    FloatVectorValues floats = reader.getFloatVectorValues(info.name);
    if (source != null) {
      return (isWrapped() ? source.getFloatVectorValues(info.name) : floats).rescorer(target);
    }
    FlatVectorsScorer.checkDimensions(target.length, floats.dimension());
    VectorSimilarityFunction similarity = info.getVectorSimilarityFunction();
    return new ShownScorer(
        floats.iterator(), ord -> PrefixScorer.score(similarity, target, floats.vectorValue(ord)));
  }

  /** Returns a scorer for a field of bytes in the same way. */
  VectorScorer scorer(byte[] target) throws IOException {
    ByteVectorValues bytes = reader.getByteVectorValues(info.name);
    if (source != null) {
      return (isWrapped() ? source.getByteVectorValues(info.name) : bytes).rescorer(target);
    }
    FlatVectorsScorer.checkDimensions(target.length, bytes.dimension());
    VectorSimilarityFunction similarity = info.getVectorSimilarityFunction();
    return new ShownScorer(
        bytes.iterator(),
        ord -> {
          float score = similarity.compare(target, bytes.vectorValue(ord));
          return Float.isNaN(score) ? 0.5f : score;
        });
  }

  /**
   * Returns a score, or one in place of NaN. Other formats give NaN to vectors of length 0 whose
   * cosine is asked for, and Lucene's queues would rank them first.
   */
  float finite(float score) {
    if (Float.isNaN(score) == false) {
      return score;
    }
    return info.getVectorSimilarityFunction() == VectorSimilarityFunction.COSINE ? 0.5f : 0;
  }

  private interface OrdScorer {
    float score(int ord) throws IOException;
  }

  /** Scores vectors as a filter reader shows them. */
  private record ShownScorer(DocIndexIterator iterator, OrdScorer scores) implements VectorScorer {
    @Override
    public float score() throws IOException {
      return scores.score(iterator.index());
    }
  }
}
