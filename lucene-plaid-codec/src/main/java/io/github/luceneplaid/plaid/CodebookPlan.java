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

package io.github.luceneplaid.plaid;

import io.github.luceneplaid.plaid.codebook.Codebook;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Which codebook blocks a trained segment will have, in the order of their anchors: adopted ones,
 * then those of the format's own, which all tokens without adopted codes are coded against.
 *
 * @param codebooks the blocks
 * @param copies whether codes of the format's own are copied; false: all but adopted codes is
 *     encoded
 */
record CodebookPlan(List<Codebook> codebooks, boolean copies) {

  /** Blocks of a segment: above it, a merge trains one new codebook and encodes all tokens. */
  static final int MAX_BLOCKS = 16;

  /** Anchors of all blocks of a segment: their ids are 16 bits. */
  static final int MAX_ANCHORS = 1 << Short.SIZE;

  private static final int MAX_TRAINED_ANCHORS = 1 << 14;

  /** Adopted blocks where there are others, and their anchors, at most: those need room. */
  private static final int MAX_ADOPTED_BLOCKS = MAX_BLOCKS / 2;

  private static final int MAX_ADOPTED_ANCHORS = MAX_ANCHORS - MAX_TRAINED_ANCHORS;

  /** The number of anchors that suits so many tokens: their root, up to the next power of two. */
  static int idealAnchors(long tokens) {
    int root = (int) Math.ceil(Math.sqrt((double) tokens));
    int anchors = root <= 1 ? 1 : Integer.highestOneBit(root - 1) << 1;
    return Math.min(anchors, MAX_TRAINED_ANCHORS);
  }

  /**
   * The adopted codebooks that a segment can have: as many as there is room for, those with most
   * tokens first.
   */
  static List<Codebook> adoptable(FieldSurvey survey) {
    boolean alone = survey.adoptedTokens() == survey.tokens();
    int blocks = alone ? MAX_BLOCKS : MAX_ADOPTED_BLOCKS;
    int anchors = alone ? MAX_ANCHORS : MAX_ADOPTED_ANCHORS;
    List<Codebook> kept = new ArrayList<>();
    for (Codebook codebook : byTokens(survey.adopted())) {
      if (kept.size() < blocks && codebook.size() <= anchors) {
        kept.add(codebook);
        anchors -= codebook.size();
      }
    }
    return kept;
  }

  private static List<Codebook> byTokens(Map<Codebook, Long> adopted) {
    Comparator<Map.Entry<Codebook, Long>> most = Map.Entry.comparingByValue();
    return adopted.entrySet().stream().sorted(most.reversed()).map(Map.Entry::getKey).toList();
  }

  /** Whether a segment can have all the codebooks of the codes it is made of. */
  static boolean canCopy(FieldSurvey survey) {
    int blocks = survey.codebooks().size() + survey.adopted().size();
    int anchors = count(survey.codebooks()) + count(survey.adopted().keySet());
    return survey.codedTokens() > 0 && blocks <= MAX_BLOCKS && anchors <= MAX_ANCHORS;
  }

  /**
   * Whether there are enough anchors to search so many tokens by: not if they grew 16 times over.
   */
  static boolean suffices(int anchors, long tokens) {
    return anchors * 4L >= idealAnchors(tokens);
  }

  /** Whether there can be one more block, of so many anchors. */
  boolean hasRoom(int anchors) {
    return codebooks.size() < MAX_BLOCKS && anchorCount() + anchors <= MAX_ANCHORS;
  }

  int anchorCount() {
    return count(codebooks);
  }

  private static int count(Collection<Codebook> codebooks) {
    return codebooks.stream().mapToInt(Codebook::size).sum();
  }

  /** The number of anchors of the format's own blocks. */
  int ownAnchorCount() {
    return count(own());
  }

  /** The adopted blocks. */
  List<Codebook> adopted() {
    return codebooks.stream().filter(Codebook::isAdopted).toList();
  }

  /** The blocks of the format's own. */
  List<Codebook> own() {
    return codebooks.stream().filter(codebook -> codebook.isAdopted() == false).toList();
  }

  /** This plan with blocks behind the others whose codes are copied. */
  CodebookPlan copying(List<Codebook> blocks) {
    List<Codebook> all = new ArrayList<>(codebooks);
    all.addAll(blocks);
    return new CodebookPlan(all, true);
  }

  /** This plan with one more block behind the others. */
  CodebookPlan with(Codebook codebook) {
    List<Codebook> all = new ArrayList<>(codebooks);
    all.add(codebook);
    return new CodebookPlan(all, copies);
  }
}
