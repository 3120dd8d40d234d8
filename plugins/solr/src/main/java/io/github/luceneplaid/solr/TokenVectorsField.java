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

import io.github.luceneplaid.engine.LateInteractionFieldSettings;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.lucene.codecs.perfield.PerFieldDocValuesFormat;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.queries.function.ValueSource;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.SortField;
import org.apache.lucene.util.BytesRef;
import org.apache.solr.common.SolrException;
import org.apache.solr.common.SolrException.ErrorCode;
import org.apache.solr.core.SolrCore;
import org.apache.solr.response.TextResponseWriter;
import org.apache.solr.schema.IndexSchema;
import org.apache.solr.schema.SchemaField;
import org.apache.solr.search.QParser;
import org.apache.solr.uninverting.UninvertingReader;

/**
 * A field with the token vectors of a document, searched by {@code {!maxsim}} and scored by {@code
 * maxsim()}.
 *
 * <pre class="prettyprint">
 * &lt;fieldType name="tokens" class="io.github.luceneplaid.solr.TokenVectorsField" dims="128"/&gt;
 * </pre>
 *
 * Attributes are {@code dims}, which is required, {@code bits}, {@code raw}, {@code
 * training_threshold}, {@code max_vectors}, {@code max_query_vectors} and {@code pool_factor}, see
 * {@link LateInteractionFieldSettings}. The doc-values format is {@link PlaidDocValuesFormat} and
 * the field has nothing but doc values, unless it is {@code stored="true"}: then the original
 * vectors are kept in stored fields, too, for atomic updates and for {@code fl}.
 *
 * <p>A value is a text with JSON, {@code "[[...], [...]]"}, or with base64, see {@link
 * io.github.luceneplaid.engine.TokenMatrix#addBase64}; with {@link
 * LateInteractionUpdateProcessorFactory} it may also be an array of arrays. Responses have the
 * bytes of Lucene's {@link LateInteractionField} in base64. That form is accepted as a value, too.
 *
 * @lucene.experimental
 */
public final class TokenVectorsField extends org.apache.solr.schema.FieldType {

  private static final String DOC_VALUES_FORMAT = "docValuesFormat";
  private static final int NEVER = MULTIVALUED | TOKENIZED | INDEXED | UNINVERTIBLE;

  private static final String EXPECTED =
      "expected docValues, and no multiValued, indexed, tokenized, uninvertible or large";

  private LateInteractionFieldSettings settings;
  private FieldType luceneType;

  /** Made by Solr, for a schema. */
  public TokenVectorsField() {}

  @Override
  protected void init(IndexSchema schema, Map<String, String> args) {
    super.init(schema, args);
    properties &= ~NEVER;
    properties |= DOC_VALUES;
    // Stored values are the original vectors and must not be replaced by decoded ones
    properties &= (trueProperties & STORED) == 0 ? ~STORED : ~USE_DOCVALUES_AS_STORED;
    if ((trueProperties & NEVER) != 0 || (falseProperties & DOC_VALUES) != 0) {
      throw invalid(EXPECTED);
    }
    String format = args.putIfAbsent(DOC_VALUES_FORMAT, PlaidDocValuesFormat.NAME);
    if (format != null && format.equals(PlaidDocValuesFormat.NAME) == false) {
      throw invalid(
          "[docValuesFormat]: found " + format + ", expected " + PlaidDocValuesFormat.NAME);
    }
    try {
      settings = settings(args);
    } catch (IllegalArgumentException e) {
      throw invalid(e.getMessage());
    }
    luceneType = settings.fieldType();
  }

  private static LateInteractionFieldSettings settings(Map<String, String> args) {
    String raw = args.remove("raw");
    Integer dims = integer(args, "dims", null);
    if (dims == null) {
      throw new IllegalArgumentException("[dims] is missing, the numbers per token vector");
    }
    return new LateInteractionFieldSettings(
        dims,
        integer(args, "bits", LateInteractionFieldSettings.DEFAULT_BITS),
        raw == null
            ? LateInteractionFieldSettings.DEFAULT_RAW
            : LateInteractionFieldSettings.raw(raw),
        integer(
            args, "training_threshold", LateInteractionFieldSettings.DEFAULT_TRAINING_THRESHOLD),
        integer(args, "max_vectors", LateInteractionFieldSettings.DEFAULT_MAX_VECTORS),
        integer(args, "max_query_vectors", LateInteractionFieldSettings.DEFAULT_MAX_QUERY_VECTORS),
        integer(args, "pool_factor", LateInteractionFieldSettings.DEFAULT_POOL_FACTOR));
  }

  private static Integer integer(Map<String, String> args, String name, Integer defaultValue) {
    String text = args.remove(name);
    if (text == null) {
      return defaultValue;
    }
    try {
      return Integer.valueOf(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "[" + name + "]: found " + text + ", expected a number", e);
    }
  }

  private SolrException invalid(String reason) {
    return new SolrException(
        ErrorCode.SERVER_ERROR,
        "fieldType [" + typeName + "] (" + getClass().getSimpleName() + "): " + reason);
  }

  /**
   * A field of this type.
   *
   * @throws SolrException if the schema has no such field, or one of another type
   */
  static SchemaField checked(IndexSchema schema, String name) {
    SchemaField field = schema.getField(name);
    if (field.getType() instanceof TokenVectorsField == false) {
      throw new SolrException(
          ErrorCode.BAD_REQUEST,
          "field ["
              + name
              + "] is of type ["
              + field.getType().getTypeName()
              + "], expected a "
              + TokenVectorsField.class.getSimpleName());
    }
    return field;
  }

  /**
   * Checks that a core writes a field in its format, because a codec factory may ignore the format.
   *
   * @throws SolrException if it does not
   */
  static void checkCodec(SolrCore core, SchemaField field) {
    if (core.getCodec().docValuesFormat() instanceof PerFieldDocValuesFormat perField
        && perField
            .getDocValuesFormatForField(field.getName())
            .getName()
            .equals(field.getDocValuesFormat())) {
      return;
    }
    throw new SolrException(
        ErrorCode.SERVER_ERROR,
        "field ["
            + field.getName()
            + "]: the codecFactory of core ["
            + core.getName()
            + "] does not give it docValuesFormat ["
            + field.getDocValuesFormat()
            + "]; configure solr.SchemaCodecFactory");
  }

  /**
   * The stored value of a document's field; null for no value. Solr's own form of a value has been
   * pooled when it was made, so an atomic update does not pool it again.
   */
  BytesRef encode(SchemaField field, Object value) {
    float[][] tokens;
    try {
      tokens = TokenValues.read(value, settings.dims(), settings.documentMatrix(field.getName()));
      if (TokenValues.isPayload(value, settings.dims()) == false) {
        tokens = settings.pooled(tokens);
      }
    } catch (IllegalArgumentException e) {
      throw new SolrException(ErrorCode.BAD_REQUEST, e.getMessage(), e);
    }
    return tokens.length == 0 ? null : LateInteractionField.encode(tokens);
  }

  /**
   * The token vectors of a query.
   *
   * @param value a text with them, or the vectors themselves
   */
  float[][] queryTokens(SchemaField field, Object value) {
    float[][] tokens;
    try {
      tokens = TokenValues.read(value, settings.dims(), settings.queryMatrix(field.getName()));
    } catch (IllegalArgumentException e) {
      throw new SolrException(ErrorCode.BAD_REQUEST, e.getMessage(), e);
    }
    if (tokens.length == 0) {
      throw new SolrException(
          ErrorCode.BAD_REQUEST,
          "[query_vectors] of field [" + field.getName() + "]: found none, expected at least one");
    }
    return tokens;
  }

  @Override
  public void checkSchemaField(SchemaField field) {
    super.checkSchemaField(field);
    if (field.multiValued() || field.indexed() || field.isLarge() || !field.hasDocValues()) {
      throw invalid("field [" + field.getName() + "]: " + EXPECTED);
    }
    if (field.stored() && field.useDocValuesAsStored()) {
      throw invalid("field [" + field.getName() + "]: stored needs useDocValuesAsStored=\"false\"");
    }
  }

  @Override
  protected void checkSupportsDocValues() {}

  @Override
  protected boolean enableDocValuesByDefault() {
    return true;
  }

  @Override
  public List<IndexableField> createFields(SchemaField field, Object value) {
    BytesRef payload = encode(field, value);
    if (payload == null) {
      return List.of();
    }
    Field docValue = new Field(field.getName(), payload, luceneType);
    return field.stored()
        ? List.of(docValue, new StoredField(field.getName(), payload))
        : List.of(docValue);
  }

  @Override
  public Object toObject(IndexableField field) {
    BytesRef payload = field.binaryValue();
    return Arrays.copyOfRange(payload.bytes, payload.offset, payload.offset + payload.length);
  }

  @Override
  public String toExternal(IndexableField field) {
    return Base64.getEncoder().encodeToString((byte[]) toObject(field));
  }

  @Override
  public void write(TextResponseWriter writer, String name, IndexableField field)
      throws IOException {
    writer.writeStr(name, toExternal(field), false);
  }

  @Override
  public UninvertingReader.Type getUninversionType(SchemaField field) {
    return null;
  }

  @Override
  public Query getFieldQuery(QParser parser, SchemaField field, String value) {
    throw unsupported(field, "has no terms", "{!maxsim f=" + field.getName() + " k=10 v=$qv}");
  }

  @Override
  protected Query getSpecializedRangeQuery(
      QParser parser,
      SchemaField field,
      String min,
      String max,
      boolean minInclusive,
      boolean maxInclusive) {
    throw unsupported(field, "has no ranges", "{!maxsim f=" + field.getName() + " k=10 v=$qv}");
  }

  @Override
  public ValueSource getValueSource(SchemaField field, QParser parser) {
    throw unsupported(field, "is not a number", "maxsim(" + field.getName() + ",$qv)");
  }

  @Override
  public SortField getSortField(SchemaField field, boolean top) {
    throw unsupported(field, "cannot be sorted by", "maxsim(" + field.getName() + ",$qv)");
  }

  private static SolrException unsupported(SchemaField field, String why, String instead) {
    return new SolrException(
        ErrorCode.BAD_REQUEST, "field [" + field.getName() + "] " + why + ": use " + instead);
  }
}
