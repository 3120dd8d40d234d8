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
 * Which codebook blocks a trained segment will have, in the order of their centroids: imported
 * ones, then those of the format's own, which all tokens without imported codes are coded against.
 *
 * <p>A segment has room for {@link CodedParts#MAX_BLOCKS} blocks and {@link
 * CodedParts#MAX_CENTROIDS} centroids. What a merge is made of may have more. Then some of it is
 * encoded anew, and a plan keeps what it can: imported codebooks, those with most tokens first,
 * each that there is still room for.
 *
 * @param codebooks the blocks
 * @param copies whether codes of the format's own are copied; false: all but imported codes is
 *     encoded
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
        throw new IllegalArgumentException("an imported codebook behind one that is not");
      }
    }
  }

  /** The number of centroids that suits so many tokens: their root, up to the next power of two. */
  public static int idealCentroids(long tokens) {
    int root = (int) Math.min(MAX_TRAINED_CENTROIDS, Math.ceil(Math.sqrt((double) tokens)));
    return root <= 1 ? 1 : Integer.highestOneBit(root - 1) << 1;
  }

  /**
   * The plan that trains nothing: all codes of the format's own are copied, and imported ones as
   * far as there is room beside them.
   *
   * @return null if there is no such plan: there are too many codebooks of the format's own, or
   *     none that the rest could be coded against
   */
  static CodebookPlan copying(FieldSurvey survey) {
    CodebookPlan plan = copying(survey, 0, 0);
    boolean complete = plan != null && plan.copiedTokens(survey) == survey.tokens();
    return survey.codebooks().isEmpty() && complete == false ? null : plan;
  }

  /** Like {@link #copying}, but with room for a codebook that is trained on what is not copied. */
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
   * The plan that keeps imported codes only, as far as they leave room for a codebook that is
   * trained on as many tokens as there are.
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
   * Whether there are enough centroids to search so many tokens by: not if they grew 16 times over.
   */
  static boolean suffices(int centroids, long tokens) {
    return centroids * 4L >= idealCentroids(tokens);
  }

  private static int count(Collection<Codebook> codebooks) {
    return codebooks.stream().mapToInt(Codebook::size).sum();
  }

  /** The number of centroids of the format's own blocks. */
  int ownCentroidCount() {
    return count(own());
  }

  /** The imported blocks. */
  List<Codebook> imported() {
    return codebooks.stream().filter(Codebook::isImported).toList();
  }

  /** The blocks of the format's own. */
  List<Codebook> own() {
    return codebooks.stream().filter(codebook -> codebook.isImported() == false).toList();
  }

  /** Tokens whose imported codes are copied. */
  long importedTokens(FieldSurvey survey) {
    return imported().stream().mapToLong(codebook -> survey.imported().get(codebook)).sum();
  }

  /** Tokens whose codes are copied. */
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

  /** This plan with one more block behind the others. */
  CodebookPlan with(Codebook codebook) {
    List<Codebook> all = new ArrayList<>(codebooks);
    all.add(codebook);
    return new CodebookPlan(all, copies);
  }
}
