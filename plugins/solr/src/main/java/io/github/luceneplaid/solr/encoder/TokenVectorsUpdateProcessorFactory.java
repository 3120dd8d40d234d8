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
package io.github.luceneplaid.solr.encoder;

import io.github.luceneplaid.encoder.EncodedPart;
import io.github.luceneplaid.engine.TokenBase64;
import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.solr.common.SolrException;
import org.apache.solr.common.SolrException.ErrorCode;
import org.apache.solr.common.SolrInputDocument;
import org.apache.solr.common.util.NamedList;
import org.apache.solr.request.SolrQueryRequest;
import org.apache.solr.response.SolrQueryResponse;
import org.apache.solr.schema.SchemaField;
import org.apache.solr.update.AddUpdateCommand;
import org.apache.solr.update.processor.UpdateRequestProcessor;
import org.apache.solr.update.processor.UpdateRequestProcessorFactory;

/**
 * Makes token vectors of a text field: {@code source} is the field with the text, {@code dest} the
 * field for the vectors, and {@code model} the name of a model, or the built-in one if it is left
 * out.
 *
 * <p>A text that is too long for the model is cut into passages, and the field gets the vectors of
 * all of them. It belongs in an {@code updateRequestProcessorChain} before {@link
 * io.github.luceneplaid.solr.LateInteractionUpdateProcessorFactory}.
 *
 * @lucene.experimental
 */
public final class TokenVectorsUpdateProcessorFactory extends UpdateRequestProcessorFactory {

  private static final Set<String> NAMES = Set.of("source", "dest", "model");

  private String source;
  private String dest;
  private String model;

  /** Made by Solr, for a core. */
  public TokenVectorsUpdateProcessorFactory() {}

  @Override
  public void init(NamedList<?> args) {
    for (Map.Entry<String, ?> entry : args) {
      if (NAMES.contains(entry.getKey()) == false || entry.getValue() instanceof String == false) {
        throw new SolrException(
            ErrorCode.SERVER_ERROR,
            getClass().getSimpleName()
                + ": found ["
                + entry.getKey()
                + "], expected <str> with the names [source], [dest] and [model]");
      }
    }
    source = required(args, "source");
    dest = required(args, "dest");
    model = (String) args.get("model");
  }

  private String required(NamedList<?> args, String name) {
    if (args.get(name) instanceof String value) {
      return value;
    }
    throw new SolrException(
        ErrorCode.SERVER_ERROR, getClass().getSimpleName() + ": [" + name + "] is missing");
  }

  @Override
  public UpdateRequestProcessor getInstance(
      SolrQueryRequest request, SolrQueryResponse response, UpdateRequestProcessor next) {
    return new Processor(request, next);
  }

  /**
   * Returns the only value of a field, which may have several by its type. Returns null if there is
   * none.
   *
   * @throws SolrException if there are several
   */
  static Object single(Object values) {
    if (values instanceof Collection<?> all) {
      if (all.size() > 1) {
        throw new SolrException(
            ErrorCode.BAD_REQUEST, "found " + all.size() + " values, expected one text");
      }
      return all.isEmpty() ? null : all.iterator().next();
    }
    return values;
  }

  private final class Processor extends UpdateRequestProcessor {

    private final SolrQueryRequest request;

    Processor(SolrQueryRequest request, UpdateRequestProcessor next) {
      super(next);
      this.request = request;
    }

    @Override
    public void processAdd(AddUpdateCommand command) throws IOException {
      command.getSolrInputDocument().visitSelfAndNestedDocs((label, document) -> add(document));
      super.processAdd(command);
    }

    /** Adds the tokens of a document, which may be nested in another one. */
    private void add(SolrInputDocument document) {
      try {
        encode(document);
      } catch (SolrException e) {
        SchemaField key = request.getSchema().getUniqueKeyField();
        throw new SolrException(
            ErrorCode.getErrorCode(e.code()),
            "[doc="
                + (key == null ? null : document.getFieldValue(key.getName()))
                + "] field ["
                + source
                + "]: "
                + e.getMessage(),
            e);
      }
    }

    private void encode(SolrInputDocument document) {
      if (document.containsKey(source) == false) {
        return;
      }
      // All values: the first one alone would leave out the text of the others
      Object value = document.getField(source).getValue();
      if (value instanceof Map<?, ?> operations) { // an atomic update
        if (operations.keySet().equals(Set.of("set")) == false) {
          throw new SolrException(
              ErrorCode.BAD_REQUEST,
              "found the operations " + operations.keySet() + ", expected [set]");
        }
        String tokens = tokens(operations.get("set"));
        document.setField(dest, Collections.singletonMap("set", tokens));
        return;
      }
      String tokens = tokens(value);
      if (tokens == null) {
        document.removeField(dest);
      } else {
        document.setField(dest, tokens);
      }
    }

    /** Tokens in base64; null if there are none. */
    private String tokens(Object values) {
      Object value = single(values);
      if (value == null) {
        return null;
      }
      if (value instanceof CharSequence == false) {
        throw new SolrException(
            ErrorCode.BAD_REQUEST,
            "found " + value.getClass().getSimpleName() + ", expected a text");
      }
      List<EncodedPart> parts =
          NodeModels.of(request.getCoreContainer()).encodeDocument(model, value.toString());
      return parts.isEmpty() ? null : TokenBase64.of(EncodedPart.matrix(parts));
    }
  }
}
