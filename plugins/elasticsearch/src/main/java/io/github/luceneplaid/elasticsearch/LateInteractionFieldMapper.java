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

import io.github.luceneplaid.engine.LateInteractionFieldSettings;
import io.github.luceneplaid.engine.TokenMatrix;
import io.github.luceneplaid.engine.TokenReader;
import io.github.luceneplaid.plaid.RawTokens;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.lucene.document.FieldType;
import org.elasticsearch.index.mapper.DocumentParserContext;
import org.elasticsearch.index.mapper.FieldMapper;
import org.elasticsearch.index.mapper.MapperBuilderContext;

/**
 * Takes one matrix of token vectors per document: {@code [[...], [...]]}, or base64. {@code null}
 * and {@code []} mean no value.
 */
final class LateInteractionFieldMapper extends FieldMapper {

  static final TypeParser PARSER =
      new TypeParser(
          (name, context) -> new Builder(name),
          List.of(
              notInMultiFields(LateInteractionFieldSettings.TYPE),
              (name, context) ->
                  LateInteractionPlugin.checkEnabled(
                      name, LateInteractionFieldSettings.TYPE, context.getIndexSettings())));

  private final LateInteractionFieldSettings settings;
  private final FieldType luceneType;

  private LateInteractionFieldMapper(
      String simpleName, LateInteractionFieldType fieldType, BuilderParams params) {
    super(simpleName, fieldType, params);
    this.settings = fieldType.settings();
    this.luceneType = settings.fieldType();
  }

  @Override
  protected String contentType() {
    return LateInteractionFieldSettings.TYPE;
  }

  @Override
  public boolean parsesArrayValue() {
    return true;
  }

  @Override
  protected void parseCreateField(DocumentParserContext context) throws IOException {
    String field = fullPath();
    TokenMatrix matrix = settings.documentMatrix(field);
    TokenReader.read(new TokenParser(context.parser()), matrix);
    if (matrix.size() == 0) {
      return;
    }
    if (context.doc().getByKey(field) != null) {
      throw new IllegalArgumentException(
          "field [" + field + "]: found a second value in a document, expected one");
    }
    context
        .doc()
        .addWithKey(
            field,
            LateInteractionFieldSettings.luceneField(
                field, settings.pooled(matrix.toArray()), luceneType));
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
            (name, context, value) -> intValue("dims", value),
            mapper -> settings(mapper).dims(),
            (builder, name, value) -> builder.field(name, value),
            String::valueOf);
    private final Parameter<Integer> bits =
        intParam(
            "bits",
            false,
            LateInteractionFieldSettings::bits,
            LateInteractionFieldSettings.DEFAULT_BITS);
    private final Parameter<RawTokens> raw =
        new Parameter<>(
            "raw",
            false,
            () -> LateInteractionFieldSettings.DEFAULT_RAW,
            (name, context, value) -> LateInteractionFieldSettings.raw(String.valueOf(value)),
            mapper -> settings(mapper).raw(),
            (builder, name, value) ->
                builder.field(name, LateInteractionFieldSettings.rawName(value)),
            LateInteractionFieldSettings::rawName);
    private final Parameter<Integer> trainingThreshold =
        intParam(
            "training_threshold",
            false,
            LateInteractionFieldSettings::trainingThreshold,
            LateInteractionFieldSettings.DEFAULT_TRAINING_THRESHOLD);

    /**
     * Never becomes smaller: a shard that recovers takes the operations of its translog again, and
     * would refuse the larger documents among them.
     */
    private final Parameter<Integer> maxVectors =
        intParam(
                "max_vectors",
                true,
                LateInteractionFieldSettings::maxVectors,
                LateInteractionFieldSettings.DEFAULT_MAX_VECTORS)
            .setMergeValidator((before, after, conflicts) -> after >= before);

    private final Parameter<Integer> maxQueryVectors =
        intParam(
            "max_query_vectors",
            true,
            LateInteractionFieldSettings::maxQueryVectors,
            LateInteractionFieldSettings.DEFAULT_MAX_QUERY_VECTORS);
    private final Parameter<Integer> poolFactor =
        intParam(
            "pool_factor",
            false,
            LateInteractionFieldSettings::poolFactor,
            LateInteractionFieldSettings.DEFAULT_POOL_FACTOR);
    private final Parameter<Map<String, String>> meta = Parameter.metaParam();

    private Builder(String name) {
      super(name);
    }

    private static LateInteractionFieldSettings settings(FieldMapper mapper) {
      return ((LateInteractionFieldMapper) mapper).settings;
    }

    private static Parameter<Integer> intParam(
        String name,
        boolean updateable,
        Function<LateInteractionFieldSettings, Integer> setting,
        int defaultValue) {
      return new Parameter<>(
          name,
          updateable,
          () -> defaultValue,
          (field, context, value) -> intValue(name, value),
          mapper -> setting.apply(settings(mapper)),
          (builder, field, value) -> builder.field(field, value),
          String::valueOf);
    }

    private static Integer intValue(String name, Object value) {
      try {
        return Integer.valueOf(String.valueOf(value));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "[" + name + "]: found " + value + ", expected a whole number", e);
      }
    }

    @Override
    protected Parameter<?>[] getParameters() {
      return new Parameter<?>[] {
        dims, bits, raw, trainingThreshold, maxVectors, maxQueryVectors, poolFactor, meta
      };
    }

    @Override
    public String contentType() {
      return LateInteractionFieldSettings.TYPE;
    }

    @Override
    public LateInteractionFieldMapper build(MapperBuilderContext context) {
      String name = context.buildFullName(leafName());
      try {
        return new LateInteractionFieldMapper(
            leafName(),
            new LateInteractionFieldType(name, settings(), meta.getValue()),
            singleTarget(builderParams(this, context)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("Field [" + name + "]: " + e.getMessage(), e);
      }
    }

    private LateInteractionFieldSettings settings() {
      if (dims.getValue() == null) {
        throw new IllegalArgumentException("[dims]: found none, expected the numbers per vector");
      }
      return new LateInteractionFieldSettings(
          dims.getValue(),
          bits.getValue(),
          raw.getValue(),
          trainingThreshold.getValue(),
          maxVectors.getValue(),
          maxQueryVectors.getValue(),
          poolFactor.getValue());
    }
  }

  /** Refuses other fields for the same value, because they cannot use vectors. */
  static BuilderParams singleTarget(BuilderParams params) {
    if (params.copyTo().copyToFields().isEmpty() == false) {
      throw new IllegalArgumentException("[copy_to] is not supported");
    }
    if (params.multiFields().iterator().hasNext()) {
      throw new IllegalArgumentException("[fields] are not supported");
    }
    return params;
  }
}
