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
package io.github.luceneplaid.elasticsearch.encoder;

import io.github.luceneplaid.encoder.EncodedPart;
import io.github.luceneplaid.engine.TokenBase64;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.elasticsearch.action.ActionListener;
import org.elasticsearch.cluster.metadata.ProjectId;
import org.elasticsearch.ingest.AbstractProcessor;
import org.elasticsearch.ingest.ConfigurationUtils;
import org.elasticsearch.ingest.IngestDocument;
import org.elasticsearch.ingest.Processor;

/**
 * The ingest processor {@code token_vectors}: makes token vectors of a text field, by a model of
 * the node that ingests.
 *
 * <p>A text that is too long for the model is cut into passages. The target gets the tokens of all
 * passages as one matrix or, with {@code passages}, a list of passages for a nested field.
 */
final class TokenVectorsProcessor extends AbstractProcessor {

  static final String TYPE = "token_vectors";

  private final Supplier<NodeModels> models;
  private final Parameters parameters;

  /**
   * What a pipeline states.
   *
   * @param field with the text
   * @param target gets the tokens
   * @param model its name; null for the built-in one
   * @param passages whether the target is a nested field
   * @param ignoreMissing whether documents without the field pass
   */
  record Parameters(
      String field, String target, String model, boolean passages, boolean ignoreMissing) {}

  private TokenVectorsProcessor(
      String tag, String description, Supplier<NodeModels> models, Parameters parameters) {
    super(tag, description);
    this.models = models;
    this.parameters = parameters;
  }

  @Override
  public void execute(IngestDocument document, BiConsumer<IngestDocument, Exception> handler) {
    String text;
    try {
      text = document.getFieldValue(parameters.field, String.class, parameters.ignoreMissing);
      if (text == null && parameters.ignoreMissing == false) {
        throw new IllegalArgumentException(
            "field [" + parameters.field + "]: found null, expected a text");
      }
    } catch (RuntimeException e) {
      handler.accept(null, e);
      return;
    }
    if (text == null) {
      handler.accept(document, null);
      return;
    }
    models
        .get()
        .encodeDocument(
            parameters.model,
            text,
            new ActionListener<>() {
              @Override
              public void onResponse(List<EncodedPart> parts) {
                try {
                  set(document, parts);
                } catch (RuntimeException e) {
                  handler.accept(null, e);
                  return;
                }
                handler.accept(document, null);
              }

              @Override
              public void onFailure(Exception e) {
                handler.accept(null, e);
              }
            });
  }

  private void set(IngestDocument document, List<EncodedPart> parts) {
    if (parts.isEmpty()) {
      // A text without words; tokens that are there are of another one
      if (document.hasField(parameters.target)) {
        document.removeField(parameters.target);
      }
    } else if (parameters.passages) {
      document.setFieldValue(parameters.target, passages(parts));
    } else {
      document.setFieldValue(parameters.target, TokenBase64.of(EncodedPart.matrix(parts)));
    }
  }

  /** The value of a nested field. The processors that follow may change it. */
  static List<Map<String, Object>> passages(List<EncodedPart> parts) {
    List<Map<String, Object>> passages = new ArrayList<>();
    parts.forEach(part -> passages.add(TokenBase64.passage(part.text(), part.vectors())));
    return passages;
  }

  @Override
  public boolean isAsync() {
    return true;
  }

  @Override
  public String getType() {
    return TYPE;
  }

  /** Makes processors of pipelines. */
  static final class Factory implements Processor.Factory {

    private final Supplier<NodeModels> models;

    Factory(Supplier<NodeModels> models) {
      this.models = models;
    }

    @Override
    public Processor create(
        Map<String, Processor.Factory> factories,
        String tag,
        String description,
        Map<String, Object> config,
        ProjectId projectId) {
      return new TokenVectorsProcessor(
          tag,
          description,
          models,
          new Parameters(
              ConfigurationUtils.readStringProperty(TYPE, tag, config, "field"),
              ConfigurationUtils.readStringProperty(TYPE, tag, config, "target_field"),
              ConfigurationUtils.readOptionalStringProperty(TYPE, tag, config, "model"),
              ConfigurationUtils.readBooleanProperty(TYPE, tag, config, "passages", false),
              ConfigurationUtils.readBooleanProperty(TYPE, tag, config, "ignore_missing", false)));
    }
  }
}
