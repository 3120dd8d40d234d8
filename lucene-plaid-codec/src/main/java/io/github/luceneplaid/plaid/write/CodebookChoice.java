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

import io.github.luceneplaid.plaid.codebook.AbortCheck;
import io.github.luceneplaid.plaid.codebook.CentroidRouter;
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.codebook.CodebookBlocks;
import io.github.luceneplaid.plaid.codebook.CodebookTrainer;
import io.github.luceneplaid.plaid.segment.PlaidOptions;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;

/**
 * Chooses the codebooks of a field: which ones are kept, and whether one is trained.
 *
 * <p>A small field is not trained. If it has at least {@link #PROVISIONAL_TOKENS} tokens, it gets a
 * provisional codebook, whose codes are used by searches only. The tokens themselves are stored
 * beside them.
 */
final class CodebookChoice {

  /**
   * A segment of this many tokens is searched faster through provisional codes than by exact scores
   * of all documents.
   */
  private static final int PROVISIONAL_TOKENS = 1 << 9;

  /**
   * New tokens are coded against a codebook of their own if their residuals are longer than those
   * of the tokens that the old codebooks were trained on by this factor.
   */
  private static final double DRIFT = 1.15;

  private final FieldTokens tokens;
  private final FieldSurvey survey;
  private final PlaidOptions options;
  private final AbortCheck abort;
  private final int dimension;
  private final TokenNormalizer normalizer;

  /**
   * The chosen codebooks.
   *
   * @param plan the codebook blocks; null if the field stays flat
   * @param provisional whether the codes are provisional
   * @param rotated all tokens in order, normalized, if a provisional codebook was trained on all of
   *     them; otherwise null
   */
  record Chosen(CodebookPlan plan, boolean provisional, float[] rotated) {}

  CodebookChoice(FieldTokens tokens, TokenNormalizer normalizer) {
    this.tokens = tokens;
    this.survey = tokens.survey();
    this.options = tokens.options();
    this.abort = tokens.abort();
    this.dimension = tokens.dimension();
    this.normalizer = normalizer;
  }

  /** Chooses codebooks, and trains one if the field needs it. */
  Chosen choose() throws IOException {
    CodebookPlan plan = plan();
    if (plan != null || survey.tokens() < PROVISIONAL_TOKENS) {
      return new Chosen(plan, false, null);
    }
    TokenSample sample = trainingSample(doc -> false, survey.tokens());
    plan = new CodebookPlan(List.of(train(sample, survey.tokens())), false);
    return new Chosen(plan, true, sample.size() == survey.tokens() ? sample.rows() : null);
  }

  /** Returns the plan for codes that stay; null if there are too few tokens for such codes. */
  private CodebookPlan plan() throws IOException {
    CodebookPlan ofImports = CodebookPlan.ofImports(survey);
    CodebookPlan copying = CodebookPlan.copying(survey);
    if (copying == null || copying.copiedTokens(survey) < ofImports.copiedTokens(survey)) {
      boolean nothingToCopy = ofImports.codebooks().isEmpty() && survey.codedTokens() == 0;
      return nothingToCopy && survey.tokens() < options.trainingThreshold()
          ? null
          : ofImports.with(trainOnAll());
    }
    long own = survey.tokens() - copying.importedTokens(survey);
    if (own == 0) {
      return copying;
    }
    int centroids = copying.ownCentroidCount();
    boolean suffices = CodebookPlan.suffices(centroids, own);
    long fresh = survey.tokens() - copying.copiedTokens(survey);
    CodebookPlan roomy = CodebookPlan.copyingWithRoom(survey);
    if (fresh >= options.trainingThreshold()
        && roomy != null
        && (suffices
            ? hasDrifted(copying, fresh)
            : CodebookPlan.suffices(centroids + CodebookPlan.idealCentroids(fresh), own))) {
      return roomy.with(train(roomy::copies, survey.tokens() - roomy.copiedTokens(survey)));
    }
    if (suffices) {
      return copying;
    }
    Codebook larger = trainOnAll();
    // Few distinct tokens do not give a larger codebook
    return larger.size() > centroids ? ofImports.with(larger) : copying;
  }

  private Codebook trainOnAll() throws IOException {
    return train(doc -> false, survey.tokens());
  }

  /** Trains a codebook on the tokens of documents whose codes are not copied. */
  private Codebook train(Predicate<TokenCursor> copied, long count) throws IOException {
    return train(trainingSample(copied, count), count);
  }

  private Codebook train(TokenSample sample, long count) throws IOException {
    return train(sample, dimension, CodebookPlan.idealCentroids(count), options.seed(), abort);
  }

  /** Trains a codebook and rounds its centroids as a segment stores them. */
  static Codebook train(
      TokenSample sample, int dimension, int centroids, long seed, AbortCheck abort)
      throws IOException {
    return asStored(
        CodebookTrainer.train(sample.rows(), sample.size(), dimension, centroids, seed, abort));
  }

  /** Tokens are coded against the centroids that a segment stores, so these are rounded first. */
  private static Codebook asStored(Codebook codebook) {
    float[] centroids = codebook.centroids().clone();
    for (int i = 0; i < centroids.length; i++) {
      centroids[i] = Float.float16ToFloat(Float.floatToFloat16(centroids[i]));
    }
    return new Codebook(
        centroids, codebook.dimension(), codebook.meanResidual(), codebook.trainedTokens());
  }

  private TokenSample trainingSample(Predicate<TokenCursor> copied, long count) throws IOException {
    int centroids = CodebookPlan.idealCentroids(count);
    return sample(copied, count, TokenSample.size(centroids, count, dimension));
  }

  private TokenSample sample(Predicate<TokenCursor> copied, long count, int size)
      throws IOException {
    return TokenSample.draw(tokens.docs(), normalizer, copied, count, size, options.seed());
  }

  /** Whether new tokens are much farther from the centroids than those trained on were. */
  private boolean hasDrifted(CodebookPlan plan, long fresh) throws IOException {
    TokenSample sample = sample(plan::copies, fresh, (int) Math.min(fresh, 1024));
    float[] centroids = new CodebookBlocks(plan.own()).centroids();
    int[] nearest = new int[sample.size()];
    new CentroidRouter(centroids, plan.ownCentroidCount(), dimension, abort)
        .nearest(sample.rows(), 0, sample.size(), nearest);
    double sum = 0;
    for (int i = 0; i < sample.size(); i++) {
      sum += distance(sample.rows(), i, centroids, nearest[i]);
    }
    double trained = 0;
    for (Codebook codebook : plan.own()) {
      trained = Math.max(trained, codebook.meanResidual());
    }
    return sum / sample.size() > DRIFT * trained;
  }

  private double distance(float[] rows, int row, float[] centroids, int centroid) {
    double squares = 0;
    for (int j = 0; j < dimension; j++) {
      double difference = rows[row * dimension + j] - centroids[centroid * dimension + j];
      squares += difference * difference;
    }
    return Math.sqrt(squares);
  }
}
