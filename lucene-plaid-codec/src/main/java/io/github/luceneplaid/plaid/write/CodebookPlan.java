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

package io.github.luceneplaid.plaid.write;

import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.segment.CodedParts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The codebook blocks of a segment that is being written, in the order of their centroids. Imported
 * codebooks come first, trained ones after them. Tokens without imported codes are coded against
 * the trained ones.
 *
 * <p>A segment has room for {@link CodedParts#MAX_BLOCKS} blocks and {@link
 * CodedParts#MAX_CENTROIDS} centroids. The sources of a merge may have more. A plan keeps all
 * trained codebooks of the sources, or none of them. It keeps imported codebooks in the order of
 * their numbers of tokens, the largest first, as far as there is room beside the trained ones.
 * Tokens of the other codebooks are encoded again. So are tokens of trained codebooks if raw tokens
 * are wanted that their segment does not have.
 *
 * @param codebooks the blocks
 * @param copies whether codes of trained codebooks are copied; if not, their tokens are encoded
 *     again
 * @lucene.internal
 */
public record CodebookPlan(List<Codebook> codebooks, boolean copies) {

  private static final int MAX_TRAINED_CENTROIDS = 1 << 14;

  public CodebookPlan {
    codebooks = List.copyOf(codebooks);
    if (codebooks.size() > CodedParts.MAX_BLOCKS) {
      throw new IllegalArgumentException(
          "codebook blocks: found "
              + codebooks.size()
              + ", expected at most "
              + CodedParts.MAX_BLOCKS);
    }
    if (count(codebooks) > CodedParts.MAX_CENTROIDS) {
      throw new IllegalArgumentException(
          "centroids: found "
              + count(codebooks)
              + ", expected at most "
              + CodedParts.MAX_CENTROIDS);
    }
    for (int i = 1; i < codebooks.size(); i++) {
      if (codebooks.get(i).isImported() && codebooks.get(i - 1).isImported() == false) {
        throw new IllegalArgumentException(
            "codebook blocks: found an imported one after a trained one,"
                + " expected imported ones first");
      }
    }
  }

  /**
   * Returns the number of centroids for a number of tokens. It is the square root of that number,
   * rounded up to a power of two.
   */
  public static int idealCentroids(long tokens) {
    int root = (int) Math.min(MAX_TRAINED_CENTROIDS, Math.ceil(Math.sqrt((double) tokens)));
    return root <= 1 ? 1 : Integer.highestOneBit(root - 1) << 1;
  }

  /**
   * Returns the plan that trains no codebook. It copies all codes of trained codebooks, and
   * imported codes as far as there is room for their codebooks.
   *
   * @return the plan; null if there are too many trained codebooks, or if there is none and some
   *     tokens have to be encoded
   */
  static CodebookPlan copying(FieldSurvey survey) {
    CodebookPlan plan = copying(survey, 0, 0);
    boolean complete = plan != null && plan.copiedTokens(survey) == survey.tokens();
    return survey.codebooks().isEmpty() && complete == false ? null : plan;
  }

  /**
   * Does the same as {@link #copying}, with room for a codebook that is trained on the tokens that
   * are not copied.
   */
  static CodebookPlan copyingWithRoom(FieldSurvey survey) {
    return copying(survey, 1, idealCentroids(survey.tokens()));
  }

  private static CodebookPlan copying(FieldSurvey survey, int spareBlocks, int spareCentroids) {
    int blocks = CodedParts.MAX_BLOCKS - spareBlocks - survey.codebooks().size();
    int centroids = CodedParts.MAX_CENTROIDS - spareCentroids - count(survey.codebooks());
    if (blocks < 0 || centroids < 0) {
      return null;
    }
    List<Codebook> all = importable(survey, blocks, centroids);
    all.addAll(survey.codebooks());
    return new CodebookPlan(all, true);
  }

  /**
   * Returns the plan that copies imported codes only. It leaves room for a codebook that is trained
   * on all tokens of the field.
   */
  static CodebookPlan ofImports(FieldSurvey survey) {
    int centroids = CodedParts.MAX_CENTROIDS - idealCentroids(survey.tokens());
    return new CodebookPlan(importable(survey, CodedParts.MAX_BLOCKS - 1, centroids), false);
  }

  private static List<Codebook> importable(FieldSurvey survey, int blocks, int centroids) {
    List<Codebook> kept = new ArrayList<>();
    int left = centroids;
    for (Codebook codebook : byTokens(survey.imported())) {
      if (kept.size() < blocks && codebook.size() <= left) {
        kept.add(codebook);
        left -= codebook.size();
      }
    }
    return kept;
  }

  private static List<Codebook> byTokens(Map<Codebook, Long> imported) {
    Comparator<Map.Entry<Codebook, Long>> most = Map.Entry.comparingByValue();
    return imported.entrySet().stream().sorted(most.reversed()).map(Map.Entry::getKey).toList();
  }

  /**
   * Whether there are enough centroids to search this number of tokens. There are too few if the
   * tokens have become more than 16 times as many.
   */
  static boolean suffices(int centroids, long tokens) {
    return centroids * 4L >= idealCentroids(tokens);
  }

  private static int count(Collection<Codebook> codebooks) {
    return codebooks.stream().mapToInt(Codebook::size).sum();
  }

  /** Returns the number of centroids of trained codebooks. */
  int ownCentroidCount() {
    return count(own());
  }

  /** Returns the imported codebooks. */
  List<Codebook> imported() {
    return codebooks.stream().filter(Codebook::isImported).toList();
  }

  /** Returns the trained codebooks. */
  List<Codebook> own() {
    return codebooks.stream().filter(codebook -> codebook.isImported() == false).toList();
  }

  /** Returns the number of tokens whose imported codes are copied. */
  long importedTokens(FieldSurvey survey) {
    return imported().stream().mapToLong(codebook -> survey.imported().get(codebook)).sum();
  }

  /** Returns the number of tokens whose codes are copied. */
  long copiedTokens(FieldSurvey survey) {
    return importedTokens(survey) + (copies ? survey.codedTokens() : 0);
  }

  /** Whether the codes of a document are copied. */
  boolean copies(TokenCursor doc) {
    Codebook imported = doc.imported();
    return imported == null ? copies && doc.codes() != null : has(imported);
  }

  private boolean has(Codebook codebook) {
    for (Codebook block : codebooks) {
      if (block.id().equals(codebook.id())) {
        return true;
      }
    }
    return false;
  }

  /** Returns this plan with one more block after the others. */
  CodebookPlan with(Codebook codebook) {
    List<Codebook> all = new ArrayList<>(codebooks);
    all.add(codebook);
    return new CodebookPlan(all, copies);
  }
}
