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

package io.github.luceneplaid.opensearch;

import io.github.luceneplaid.engine.ExactVectorFieldSettings;
import io.github.luceneplaid.engine.VectorValue;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.util.Version;
import org.opensearch.index.mapper.FieldMapper;
import org.opensearch.index.mapper.MapperParsingException;
import org.opensearch.index.mapper.ParametrizedFieldMapper;
import org.opensearch.index.mapper.ParseContext;

/**
 * Takes the vector of a document, {@code [...]} or a text in base64, into a field of vectors that
 * are searched exactly. By {@code null} or {@code []} the document has no vector.
 */
final class ExactVectorFieldMapper extends ParametrizedFieldMapper {

  static final TypeParser PARSER =
      new TypeParser(
          (name, context) -> {
            LateInteractionPlugin.checkEnabled(
                name, ExactVectorFieldSettings.TYPE, context.getSettings());
            return new Builder(name);
          });

  private final ExactVectorFieldSettings settings;
  private final FieldType luceneType;

  private ExactVectorFieldMapper(
      String simpleName, ExactVectorFieldType type, MultiFields multiFields, CopyTo copyTo) {
    super(simpleName, type, multiFields, copyTo);
    this.settings = type.settings();
    this.luceneType = settings.fieldType();
  }

  /** Reads the parameters of a mapping. */
  private static final class Builder extends ParametrizedFieldMapper.Builder {

    private final Parameter<Integer> dims =
        new Parameter<>(
            "dims",
            false,
            () -> null,
            (field, context, value) -> integer(field, value),
            mapper -> settings(mapper).dims());
    private final Parameter<String> encoding =
        Parameter.stringParam(
            "encoding",
            false,
            mapper -> ExactVectorFieldSettings.name(settings(mapper).encoding()),
            ExactVectorFieldSettings.name(ExactVectorFieldSettings.DEFAULT_ENCODING));
    private final Parameter<String> similarity =
        Parameter.stringParam(
            "similarity",
            false,
            mapper -> ExactVectorFieldSettings.name(settings(mapper).similarity()),
            ExactVectorFieldSettings.name(ExactVectorFieldSettings.DEFAULT_SIMILARITY));
    private final Parameter<Map<String, String>> meta = Parameter.metaParam();

    Builder(String name) {
      super(name);
    }

    private static ExactVectorFieldSettings settings(FieldMapper mapper) {
      return ((ExactVectorFieldMapper) mapper).settings;
    }

    private static int integer(String field, Object value) {
      try {
        return Integer.parseInt(value.toString());
      } catch (NumberFormatException e) {
        throw new MapperParsingException(
            "field [" + field + "]: [dims]: found " + value + ", expected an integer", e);
      }
    }

    @Override
    protected List<Parameter<?>> getParameters() {
      return List.of(dims, encoding, similarity, meta);
    }

    @Override
    public ExactVectorFieldMapper build(BuilderContext context) {
      String fullName = buildFullName(context);
      MultiFields multiFields = multiFieldsBuilder.build(this, context);
      CopyTo copyTo = this.copyTo.build();
      LateInteractionFieldMapper.check(fullName, multiFields, copyTo, dims.get());
      try {
        ExactVectorFieldSettings.checkLucene(Version.LATEST);
        ExactVectorFieldSettings settings =
            new ExactVectorFieldSettings(
                dims.get(),
                ExactVectorFieldSettings.encoding(encoding.get()),
                ExactVectorFieldSettings.similarity(similarity.get()));
        return new ExactVectorFieldMapper(
            name, new ExactVectorFieldType(fullName, settings, meta.get()), multiFields, copyTo);
      } catch (IllegalArgumentException e) {
        throw new MapperParsingException("field [" + fullName + "]: " + e.getMessage(), e);
      }
    }
  }

  @Override
  public ParametrizedFieldMapper.Builder getMergeBuilder() {
    return new Builder(simpleName()).init(this);
  }

  @Override
  protected String contentType() {
    return ExactVectorFieldSettings.TYPE;
  }

  @Override
  public boolean parsesArrayValue() {
    return true;
  }

  @Override
  protected void parseCreateField(ParseContext context) throws IOException {
    String described = "field [" + name() + "]";
    VectorValue value = VectorValue.read(new TokenParser(context.parser()), described);
    if (value == null) {
      return;
    }
    if (context.doc().getByKey(name()) != null) {
      throw new IllegalArgumentException(
          described + ": found a second value, expected one in a document");
    }
    float[] vector = value.vector(settings, described);
    context
        .doc()
        .addWithKey(name(), ExactVectorFieldSettings.luceneField(name(), vector, luceneType));
  }
}
