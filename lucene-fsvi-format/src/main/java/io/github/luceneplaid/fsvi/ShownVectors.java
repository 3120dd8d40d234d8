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
 * The vectors of a field as a reader shows them. Filters of a reader may hide or change them, and
 * cannot be asked what they do. A filter that returns the values it gets, or Lucene's own for
 * searches that time out, is known to pass them on: then the segment is searched in the way of its
 * format. Behind any other filter each vector is read as it is shown, and only what is shown is
 * found.
 *
 * <p>An instance belongs to one thread.
 */
final class ShownVectors {

  private final LeafReader reader;
  private final FieldInfo info;
  private final KnnVectorValues values;

  // The reader that all is passed on from as it is, or null.
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
   * @return null if it shows none
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
   * @throws IllegalStateException if it shows vectors of bytes
   */
  static ShownVectors openFloats(LeafReader reader, String field) throws IOException {
    ShownVectors shown = open(reader, field);
    if (shown != null) {
      FloatVectorValues.checkField(reader, field);
    }
    return shown;
  }

  /** Opens a field of bytes likewise. */
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

  /** Whether the vectors are known to be those of the segment, all of them. */
  boolean arePassedOn() {
    return source != null;
  }

  /** Whether a filter shows the vectors by a class of its own. */
  private boolean isWrapped() throws IOException {
    return source == null
        || values.getClass() != FilteredReaders.kind(source, behind -> values(behind, info));
  }

  /** The field in this format, if its vectors are passed on as they are; else null. */
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
   * What a scan of the {@link #stored} vectors has to be told of, since a filter may end it; null
   * if there is none that could.
   */
  ScanWatch watch() {
    return stored(values) != null
        ? null
        : doc -> {
          // An iterator asks for the time when it is first moved.
          DocIndexIterator docs = values.iterator();
          if (docs.docID() < doc) {
            docs.advance(doc);
          }
        };
  }

  /** What is told of each block of a scan. */
  interface ScanWatch {
    /**
     * Ends the scan by an exception, or does not.
     *
     * @param doc the first one of the block
     */
    void reach(int doc) throws IOException;
  }

  /** Accepted documents of those that are shown; null for all documents of the {@link #scorer}. */
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
   * Scores the best vectors that a format has, or those that a filter shows. Lucene's filter for
   * searches that time out does not pass on how the best ones are scored.
   *
   * @return null if there are none
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

  /** Does so for a field of bytes. */
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

  private interface OrdScorer {
    float score(int ord) throws IOException;
  }

  /** Scores vectors as they are read. */
  private record ShownScorer(DocIndexIterator iterator, OrdScorer scores) implements VectorScorer {
    @Override
    public float score() throws IOException {
      return scores.score(iterator.index());
    }
  }
}
