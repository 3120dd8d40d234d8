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

import io.github.luceneplaid.engine.LateInteractionFieldSettings;
import io.github.luceneplaid.engine.TokenMatrix;
import io.github.luceneplaid.engine.TokenReader;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.lucene.document.FieldType;
import org.opensearch.index.mapper.FieldMapper;
import org.opensearch.index.mapper.MapperParsingException;
import org.opensearch.index.mapper.ParametrizedFieldMapper;
import org.opensearch.index.mapper.ParseContext;

/**
 * Takes the tokens of a document, {@code [[...], [...]]} or a text in base64, into a field of late
 * interaction. Without tokens, by {@code null} or {@code []}, the document has no such field.
 */
final class LateInteractionFieldMapper extends ParametrizedFieldMapper {

  static final TypeParser PARSER =
      new TypeParser(
          (name, context) -> {
            LateInteractionPlugin.checkEnabled(
                name, LateInteractionFieldSettings.TYPE, context.getSettings());
            return new Builder(name);
          });

  private final LateInteractionFieldSettings settings;
  private final FieldType luceneType;

  private LateInteractionFieldMapper(
      String simpleName, LateInteractionFieldType type, MultiFields multiFields, CopyTo copyTo) {
    super(simpleName, type, multiFields, copyTo);
    this.settings = type.settings();
    this.luceneType = settings.fieldType();
  }

  /** Reads the parameters of a mapping. */
  static final class Builder extends ParametrizedFieldMapper.Builder {

    private final Parameter<Integer> dims = integer("dims", false, null, s -> s.dims());
    private final Parameter<Integer> bits =
        integer("bits", false, LateInteractionFieldSettings.DEFAULT_BITS, s -> s.bits());
    private final Parameter<String> raw =
        Parameter.stringParam(
            "raw",
            false,
            mapper -> LateInteractionFieldSettings.rawName(settings(mapper).raw()),
            LateInteractionFieldSettings.rawName(LateInteractionFieldSettings.DEFAULT_RAW));
    private final Parameter<Integer> trainingThreshold =
        integer(
            "training_threshold",
            false,
            LateInteractionFieldSettings.DEFAULT_TRAINING_THRESHOLD,
            s -> s.trainingThreshold());

    /**
     * Never becomes smaller: a shard that recovers takes the operations of its translog again, and
     * would refuse the larger documents among them.
     */
    private final Parameter<Integer> maxVectors =
        integer(
                "max_vectors",
                true,
                LateInteractionFieldSettings.DEFAULT_MAX_VECTORS,
                s -> s.maxVectors())
            .setMergeValidator((before, after) -> after >= before);

    private final Parameter<Integer> maxQueryVectors =
        integer(
            "max_query_vectors",
            true,
            LateInteractionFieldSettings.DEFAULT_MAX_QUERY_VECTORS,
            s -> s.maxQueryVectors());
    private final Parameter<Integer> poolFactor =
        integer(
            "pool_factor",
            false,
            LateInteractionFieldSettings.DEFAULT_POOL_FACTOR,
            s -> s.poolFactor());
    private final Parameter<Map<String, String>> meta = Parameter.metaParam();

    Builder(String name) {
      super(name);
    }

    private static LateInteractionFieldSettings settings(FieldMapper mapper) {
      return ((LateInteractionFieldMapper) mapper).settings;
    }

    private static Parameter<Integer> integer(
        String name,
        boolean updateable,
        Integer defaultValue,
        Function<LateInteractionFieldSettings, Integer> initializer) {
      return new Parameter<>(
          name,
          updateable,
          () -> defaultValue,
          (field, context, value) -> integer(field, name, value),
          mapper -> initializer.apply(settings(mapper)));
    }

    private static int integer(String field, String name, Object value) {
      try {
        return Integer.parseInt(value.toString());
      } catch (NumberFormatException e) {
        throw new MapperParsingException(
            "field [" + field + "]: [" + name + "]: found " + value + ", expected an integer", e);
      }
    }

    @Override
    protected List<Parameter<?>> getParameters() {
      return List.of(
          dims, bits, raw, trainingThreshold, maxVectors, maxQueryVectors, poolFactor, meta);
    }

    @Override
    public LateInteractionFieldMapper build(BuilderContext context) {
      String fullName = buildFullName(context);
      MultiFields multiFields = multiFieldsBuilder.build(this, context);
      CopyTo copyTo = this.copyTo.build();
      check(fullName, multiFields, copyTo, dims.get());
      try {
        LateInteractionFieldSettings settings =
            new LateInteractionFieldSettings(
                dims.get(),
                bits.get(),
                LateInteractionFieldSettings.raw(raw.get()),
                trainingThreshold.get(),
                maxVectors.get(),
                maxQueryVectors.get(),
                poolFactor.get());
        return new LateInteractionFieldMapper(
            name,
            new LateInteractionFieldType(fullName, settings, meta.get()),
            multiFields,
            copyTo);
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
    return LateInteractionFieldSettings.TYPE;
  }

  @Override
  public boolean parsesArrayValue() {
    return true;
  }

  @Override
  protected void parseCreateField(ParseContext context) throws IOException {
    TokenMatrix matrix = settings.documentMatrix(name());
    TokenReader.read(new TokenParser(context.parser()), matrix);
    if (matrix.size() == 0) {
      return;
    }
    if (context.doc().getByKey(name()) != null) {
      throw new IllegalArgumentException(
          "field [" + name() + "]: found a second value, expected one in a document");
    }
    context
        .doc()
        .addWithKey(
            name(),
            LateInteractionFieldSettings.luceneField(
                name(), settings.pooled(matrix.toArray()), luceneType));
  }

  /**
   * Refuses a field of vectors without a dimension, or with other fields for the same value,
   * because they cannot use vectors.
   */
  static void check(String field, MultiFields multiFields, CopyTo copyTo, Integer dims) {
    if (multiFields.iterator().hasNext() || copyTo.copyToFields().isEmpty() == false) {
      throw new MapperParsingException(
          "field [" + field + "]: found [fields] or [copy_to], expected neither");
    }
    if (dims == null) {
      throw new MapperParsingException("field [" + field + "]: [dims] is missing");
    }
  }
}
