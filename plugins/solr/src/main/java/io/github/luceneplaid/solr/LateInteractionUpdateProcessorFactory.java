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

package io.github.luceneplaid.solr;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.lucene.util.BytesRef;
import org.apache.solr.common.SolrException;
import org.apache.solr.common.SolrException.ErrorCode;
import org.apache.solr.common.SolrInputDocument;
import org.apache.solr.common.SolrInputField;
import org.apache.solr.request.SolrQueryRequest;
import org.apache.solr.response.SolrQueryResponse;
import org.apache.solr.schema.IndexSchema;
import org.apache.solr.schema.SchemaField;
import org.apache.solr.update.AddUpdateCommand;
import org.apache.solr.update.processor.UpdateRequestProcessor;
import org.apache.solr.update.processor.UpdateRequestProcessorFactory;

/**
 * Turns the token vectors of documents into bytes as soon as they arrive. With it a value may be an
 * array of arrays, {@code [[...], [...]]}; Solr by itself would read that as several values of a
 * single-valued field. Errors do not repeat the whole value, and update logs and replicas get bytes
 * in place of lists of numbers.
 *
 * <p>It belongs in an {@code updateRequestProcessorChain} before {@code
 * solr.DistributedUpdateProcessorFactory}, and after {@code solr.TolerantUpdateProcessorFactory} if
 * there is one.
 *
 * @lucene.experimental
 */
public final class LateInteractionUpdateProcessorFactory extends UpdateRequestProcessorFactory {

  /** Made by Solr, for a core. */
  public LateInteractionUpdateProcessorFactory() {}

  @Override
  public UpdateRequestProcessor getInstance(
      SolrQueryRequest request, SolrQueryResponse response, UpdateRequestProcessor next) {
    return new Processor(request, next);
  }

  private static final class Processor extends UpdateRequestProcessor {

    private final SolrQueryRequest request;

    Processor(SolrQueryRequest request, UpdateRequestProcessor next) {
      super(next);
      this.request = request;
    }

    @Override
    public void processAdd(AddUpdateCommand command) throws IOException {
      encode(command.getSolrInputDocument());
      super.processAdd(command);
    }

    private void encode(SolrInputDocument document) {
      IndexSchema schema = request.getSchema();
      for (SolrInputField inputField : document) {
        SchemaField field = schema.getFieldOrNull(inputField.getName());
        if (field != null && field.getType() instanceof TokenVectorsField type) {
          TokenVectorsField.checkCodec(request.getCore(), field);
          try {
            inputField.setValue(encode(type, field, inputField.getValue()));
          } catch (SolrException e) {
            throw new SolrException(
                ErrorCode.getErrorCode(e.code()),
                "[doc=" + id(document) + "] " + e.getMessage(),
                e);
          }
        }
      }
      document.visitSelfAndNestedDocs(
          (label, nested) -> {
            if (nested != document) {
              encode(nested);
            }
          });
    }

    private Object id(SolrInputDocument document) {
      SchemaField key = request.getSchema().getUniqueKeyField();
      return key == null ? null : document.getFieldValue(key.getName());
    }

    private static Object encode(TokenVectorsField type, SchemaField field, Object value) {
      if (value instanceof Map<?, ?> operations) { // an atomic update
        Map<Object, Object> encoded = new LinkedHashMap<>();
        operations.forEach((name, operand) -> encoded.put(name, encode(type, field, operand)));
        return encoded;
      }
      BytesRef payload = type.encode(field, value);
      return payload == null ? null : payload.bytes;
    }
  }
}
