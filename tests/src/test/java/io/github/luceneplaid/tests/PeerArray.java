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
package io.github.luceneplaid.tests;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.luceneplaid.fsvi.files.ArrayFile;
import io.github.luceneplaid.fsvi.files.ArrayWriter;
import io.github.luceneplaid.fsvi.files.ElementType;
import io.github.luceneplaid.fsvi.files.MmapArray;
import io.github.luceneplaid.fsvi.files.MmapArrayWriter;
import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.NpyWriter;
import io.github.luceneplaid.fsvi.files.NpzFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.lucene.tests.util.TestUtil;

/**
 * The content of an array.
 *
 * @param name of it in an archive, otherwise of no meaning
 * @param type of elements
 * @param shape lengths of its axes
 * @param values in C order: doubles, or longs if they are integers
 */
record PeerArray(String name, ElementType type, long[] shape, List<? extends Number> values) {

  /** Numbers of any kind as Python writes and reads them. */
  static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  static final List<ElementType> MMAP_TYPES =
      List.of(ElementType.FLOAT32, ElementType.FLOAT64, ElementType.INT32, ElementType.INT64);

  /** The NumPy names of types. */
  private static final Map<ElementType, String> CODES = codes();

  private static Map<ElementType, String> codes() {
    Map<ElementType, String> codes = new EnumMap<>(ElementType.class);
    for (ElementType type : ElementType.values()) {
      String kind = type.name().startsWith("U") ? "u" : type.isFloat() ? "f" : "i";
      codes.put(type, (type == ElementType.BOOLEAN ? "b" : kind) + type.bytes());
    }
    return codes;
  }

  /** An array of random values: any values, even infinite ones, or finite ones only. */
  static PeerArray random(Random random, ElementType type, int axes, boolean all) {
    long[] shape = new long[axes];
    long size = 1;
    for (int i = 0; i < axes; i++) {
      shape[i] = TestUtil.nextInt(random, i == 0 && all ? 0 : 1, 5);
      size *= shape[i];
    }
    List<Number> values = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      values.add(type.isFloat() ? float64(random, type, all) : int64(random, type));
    }
    return new PeerArray("", type, shape, values);
  }

  private static Number float64(Random random, ElementType type, boolean all) {
    while (true) {
      double value =
          switch (type) {
            case FLOAT16 -> Float.float16ToFloat((short) random.nextInt());
            case FLOAT32 -> Float.intBitsToFloat(random.nextInt());
            default -> Double.longBitsToDouble(random.nextLong());
          };
      // There are many NaN values, which JSON cannot distinguish
      if (Double.isFinite(value) || (all && Double.isNaN(value) == false)) {
        return value;
      }
    }
  }

  private static Number int64(Random random, ElementType type) {
    int unused = Long.SIZE - 8 * type.bytes();
    return switch (type) {
      case BOOLEAN -> (long) random.nextInt(2);
      case UINT8, UINT16, UINT32 -> random.nextLong() >>> unused;
      default -> random.nextLong() >> unused;
    };
  }

  /** A matrix of 32-bit floats. */
  static PeerArray ofRows(JsonNode rows) {
    List<Double> values = new ArrayList<>();
    rows.forEach(row -> row.forEach(element -> values.add((double) (float) element.asDouble())));
    long[] shape = {rows.size(), rows.get(0).size()};
    return new PeerArray("", ElementType.FLOAT32, shape, values);
  }

  /** An array that is read. */
  static PeerArray readNpy(Path file) throws IOException {
    try (NpyFile array = NpyFile.open(file)) {
      List<Double> values = new ArrayList<>();
      for (long i = 0; i < array.size(); i++) {
        values.add(array.doubleAt(i));
      }
      return new PeerArray("", array.type(), array.shape(), values);
    }
  }

  /** Reads the description of a file from the file beside it. */
  static List<PeerArray> described(Path file) throws IOException {
    JsonNode json = TestPeers.json(TestPeers.described(file));
    List<PeerArray> arrays = new ArrayList<>();
    for (JsonNode array : json.isArray() ? json : List.of(json)) {
      arrays.add(of(array));
    }
    return arrays;
  }

  private static PeerArray of(JsonNode json) {
    String code = json.get("type").asText();
    ElementType type =
        CODES.entrySet().stream()
            .filter(entry -> entry.getValue().equals(code))
            .findFirst()
            .orElseThrow()
            .getKey();
    List<Number> values = new ArrayList<>();
    for (JsonNode value : json.get("values")) {
      // Two calls, because a conditional expression would convert longs to doubles
      if (type.isFloat()) {
        // Other programs write only the digits that distinguish floats
        boolean isDouble = type == ElementType.FLOAT64;
        values.add(isDouble ? value.asDouble() : (double) (float) value.asDouble());
      } else {
        values.add(value.asLong());
      }
    }
    long[] shape = MAPPER.convertValue(json.get("shape"), long[].class);
    return new PeerArray(json.path("name").asText(), type, shape, values);
  }

  /** Writes the description of a file to another one beside it. */
  void describe(Path file) throws IOException {
    Map<String, Object> content = Map.of("type", CODES.get(type), "shape", shape, "values", values);
    MAPPER.writeValue(TestPeers.described(file).toFile(), content);
  }

  private int[] rowShape() {
    return Arrays.stream(shape).skip(1).mapToInt(Math::toIntExact).toArray();
  }

  void writeNpy(Path file) throws IOException {
    try (NpyWriter writer = new NpyWriter(file, type, rowShape())) {
      write(writer);
    }
    describe(file);
  }

  void writeMmap(Path file) throws IOException {
    try (MmapArrayWriter writer = new MmapArrayWriter(file, type, rowShape())) {
      write(writer);
    }
    describe(file);
  }

  private void write(ArrayWriter writer) throws IOException {
    for (Number value : values) {
      switch (type) {
        case FLOAT16, FLOAT32 -> writer.writeFloats(new float[] {value.floatValue()}, 0, 1);
        case FLOAT64 -> writer.writeDoubles(new double[] {value.doubleValue()}, 0, 1);
        default -> writer.writeLongs(new long[] {value.longValue()}, 0, 1);
      }
    }
    writer.finish();
  }

  void assertIsNpy(Path file) throws IOException {
    try (NpyFile array = NpyFile.open(file)) {
      assertIs(file.toString(), array);
    }
  }

  void assertIsInNpz(Path file) throws IOException {
    try (NpzFile archive = NpzFile.open(file);
        NpyFile array = archive.array(name)) {
      assertIs(file + ": " + name, array);
    }
  }

  void assertIsMmap(Path file) throws IOException {
    try (MmapArray array = MmapArray.open(file, MmapArray.Mode.READ_ONLY)) {
      assertIs(file.toString(), array);
    }
  }

  private void assertIs(String what, ArrayFile array) {
    assertEquals(what, type, array.type());
    assertArrayEquals(what, shape, array.shape());
    for (int i = 0; i < values.size(); i++) {
      String element = what + ", element " + i;
      if (type.isFloat()) {
        assertEquals(element, values.get(i).doubleValue(), array.doubleAt(i), 0);
      } else {
        assertEquals(element, values.get(i).longValue(), array.longAt(i));
      }
    }
  }
}
