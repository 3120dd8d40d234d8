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

import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.DocIdSetIterator;

/**
 * Checks what {@link FsviVectorsFormat} says of the bytes of a field, beyond what is checked when a
 * segment is opened.
 *
 * <ul>
 *   <li>documents rise, their two lists agree, and there is one for each vector
 *   <li>elements are finite, and 16-bit floats fit each row
 *   <li>scales are in their range, or 0 for rows of zeros; scaled rows have elements of -127 to
 *       127, and reach one of both
 *   <li>errors and norms are those of the rows
 * </ul>
 *
 * @lucene.internal
 */
public final class VectorFieldCheck {

  /** How far columns may be from what is computed of rows. */
  private static final double TOLERANCE = 1e-5;

  private final StoredVectors stored;
  private final int dimension;
  private final List<String> problems = new ArrayList<>();

  private VectorFieldCheck(StoredVectors stored) {
    this.stored = stored;
    this.dimension = stored.dimension();
  }

  /**
   * Checks a field of a segment.
   *
   * @return what is wrong, one sentence each; empty if nothing is, or the field is in another
   *     format
   */
  public static List<String> check(LeafReader reader, String field) throws IOException {
    StoredVectors stored = FsviVectorsFormat.stored(reader, field);
    return stored == null ? List.of() : new VectorFieldCheck(stored).run(reader.maxDoc());
  }

  private List<String> run(int maxDoc) throws IOException {
    checkDocuments(maxDoc);
    float[] fine = new float[dimension];
    float[] coarse = new float[dimension];
    for (int ord = 0; ord < stored.size(); ord++) {
      checkRow(stored.fine(), ord, fine);
      if (stored.hasTwoTiers()) {
        checkRow(stored.coarse(), ord, coarse);
        double error = Rounding.error(fine, coarse);
        checkColumn(
            "error", ord, stored.coarse().error(ord), error, TOLERANCE * Rounding.norm(fine));
      }
      if (stored.norms() != null) {
        double norm = Rounding.norm(fine);
        checkColumn("norm", ord, stored.norm(ord), norm, TOLERANCE * norm);
      }
    }
    return problems;
  }

  private void checkDocuments(int maxDoc) {
    DocIndexIterator iterator = stored.docs().iterator();
    int size = stored.size();
    int previous = -1;
    try {
      for (int ord = 0; ord < size; ord++) {
        int doc = stored.docs().doc(ord);
        if (doc <= previous || doc >= maxDoc) {
          add("document of vector " + ord, doc, (previous + 1) + " to " + (maxDoc - 1));
        }
        int listed = iterator.nextDoc();
        if (listed != doc || iterator.index() != ord) {
          add("document " + ord + " of the set", listed, doc);
          return;
        }
        previous = doc;
      }
      int end = iterator.nextDoc();
      if (end != DocIdSetIterator.NO_MORE_DOCS) {
        add("documents of the set", "document " + end, size + " documents");
      }
    } catch (IOException | IndexOutOfBoundsException e) {
      add("documents", e, size + " documents");
    }
  }

  private void add(String what, Object found, Object expected) {
    problems.add(what + ": found " + found + ", expected " + expected);
  }

  /** Decodes and checks a row. */
  private void checkRow(StoredTier tier, int ord, float[] into) throws IOException {
    if (tier.scales() != null) {
      tier.rows().readRows(ord, 1, into, 0);
      checkScale(ord, tier.scale(ord), Rounding.largest(into));
    }
    tier.decode(ord, into);
    for (int i = 0; i < into.length; i++) {
      if (Float.isFinite(into[i]) == false) {
        add("element " + i + " of vector " + ord, into[i], "a finite number");
        return;
      }
    }
    if (tier.encoding() == SlabEncoding.FLOAT16
        && Rounding.fits(SlabEncoding.FLOAT16, into) == false) {
      float largest = Rounding.largest(into);
      add("largest element of vector " + ord, largest, "0 or at least " + 0x1p-14f);
    }
  }

  private void checkScale(int ord, float scale, float largest) {
    int levels = scale == 0 ? 0 : Rounding.INT8_LEVELS;
    if (Rounding.isScale(scale) == false) {
      add("scale of vector " + ord, scale, "0, or the 127th part of 2^-100 to 2^126");
    } else if (largest != levels) {
      add("largest element of vector " + ord + " with scale " + scale, largest, levels);
    }
  }

  private void checkColumn(String what, int ord, float found, double expected, double tolerance) {
    // The norm of large elements is infinite, and then only that is right. The comparison is
    // negated, so that NaN is wrong, too
    boolean near = Double.isFinite(expected) && Math.abs(found - expected) <= tolerance;
    if (near == false && found != expected) {
      add(what + " of vector " + ord, found, expected);
    }
  }
}
