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

package io.github.luceneplaid.elasticsearch;

import io.github.luceneplaid.engine.ExactVectorFieldSettings;
import io.github.luceneplaid.engine.VectorValue;
import io.github.luceneplaid.fsvi.FsviEncoding;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.elasticsearch.index.mapper.DocumentParserContext;
import org.elasticsearch.index.mapper.FieldMapper;
import org.elasticsearch.index.mapper.MapperBuilderContext;

/**
 * Takes the vector of a document, {@code [...]} or a text in base64. By {@code null} or {@code []}
 * the document has no vector.
 */
final class ExactVectorFieldMapper extends FieldMapper {

  static final TypeParser PARSER =
      new TypeParser(
          (name, context) -> new Builder(name),
          List.of(
              notInMultiFields(ExactVectorFieldSettings.TYPE),
              (name, context) ->
                  LateInteractionPlugin.checkEnabled(
                      name, ExactVectorFieldSettings.TYPE, context.getIndexSettings())));

  private final ExactVectorFieldSettings settings;
  private final FieldType luceneType;

  private ExactVectorFieldMapper(
      String simpleName, ExactVectorFieldType fieldType, BuilderParams params) {
    super(simpleName, fieldType, params);
    this.settings = fieldType.settings();
    this.luceneType = settings.fieldType();
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
  protected void parseCreateField(DocumentParserContext context) throws IOException {
    String field = fullPath();
    String described = "field [" + field + "]";
    VectorValue value = VectorValue.read(new TokenParser(context.parser()), described);
    if (value == null) {
      return;
    }
    if (context.doc().getByKey(field) != null) {
      throw new IllegalArgumentException(
          described + ": found a second value in a document, expected one");
    }
    float[] vector = value.vector(settings, described);
    context
        .doc()
        .addWithKey(field, ExactVectorFieldSettings.luceneField(field, vector, luceneType));
  }

  @Override
  public FieldMapper.Builder getMergeBuilder() {
    return new Builder(leafName()).init(this);
  }

  /** The parameters of a mapping. */
  private static final class Builder extends FieldMapper.Builder {

    private final Parameter<Integer> dims =
        new Parameter<>(
            "dims",
            false,
            () -> null,
            (name, context, value) -> wholeNumber(value),
            mapper -> settings(mapper).dims(),
            (builder, name, value) -> builder.field(name, value),
            String::valueOf);
    private final Parameter<FsviEncoding> encoding =
        named(
            "encoding",
            ExactVectorFieldSettings.DEFAULT_ENCODING,
            ExactVectorFieldSettings::encoding,
            ExactVectorFieldSettings::encoding,
            ExactVectorFieldSettings::name);
    private final Parameter<VectorSimilarityFunction> similarity =
        named(
            "similarity",
            ExactVectorFieldSettings.DEFAULT_SIMILARITY,
            ExactVectorFieldSettings::similarity,
            ExactVectorFieldSettings::similarity,
            ExactVectorFieldSettings::name);
    private final Parameter<Map<String, String>> meta = Parameter.metaParam();

    private Builder(String name) {
      super(name);
    }

    private static ExactVectorFieldSettings settings(FieldMapper mapper) {
      return ((ExactVectorFieldMapper) mapper).settings;
    }

    private static <T> Parameter<T> named(
        String name,
        T defaultValue,
        Function<String, T> parser,
        Function<ExactVectorFieldSettings, T> setting,
        Function<T, String> namer) {
      return new Parameter<>(
          name,
          false,
          () -> defaultValue,
          (field, context, value) -> parser.apply(String.valueOf(value)),
          mapper -> setting.apply(settings(mapper)),
          (builder, field, value) -> builder.field(field, namer.apply(value)),
          namer);
    }

    private static Integer wholeNumber(Object value) {
      try {
        return Integer.valueOf(String.valueOf(value));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "[dims]: found " + value + ", expected a whole number", e);
      }
    }

    @Override
    protected Parameter<?>[] getParameters() {
      return new Parameter<?>[] {dims, encoding, similarity, meta};
    }

    @Override
    public String contentType() {
      return ExactVectorFieldSettings.TYPE;
    }

    @Override
    public ExactVectorFieldMapper build(MapperBuilderContext context) {
      String name = context.buildFullName(leafName());
      try {
        if (dims.getValue() == null) {
          throw new IllegalArgumentException("[dims]: found none, expected the numbers per vector");
        }
        ExactVectorFieldSettings settings =
            new ExactVectorFieldSettings(
                dims.getValue(), encoding.getValue(), similarity.getValue());
        return new ExactVectorFieldMapper(
            leafName(),
            new ExactVectorFieldType(name, settings, meta.getValue()),
            LateInteractionFieldMapper.singleTarget(builderParams(this, context)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("Field [" + name + "]: " + e.getMessage(), e);
      }
    }
  }
}
