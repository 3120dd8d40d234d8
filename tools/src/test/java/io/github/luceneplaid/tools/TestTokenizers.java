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
package io.github.luceneplaid.tools;

import io.github.luceneplaid.testframework.SharedFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Words are marked correctly for tokenizers that treat spaces, bytes and scripts in different ways.
 */
public class TestTokenizers extends CommandTestCase {
  private static final int DIMENSION = 8;
  private static final int PIECES = 64;

  /** Protocol buffers, as far as ONNX needs them here. */
  private static final class Proto {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private void varint(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        out.write((int) ((rest & 0x7f) | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }

    Proto number(int field, long value) {
      varint((long) field << 3);
      varint(value);
      return this;
    }

    Proto bytes(int field, byte[] value) {
      varint((long) field << 3 | 2);
      varint(value.length);
      out.writeBytes(value);
      return this;
    }

    Proto text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Proto message(int field, Consumer<Proto> content) {
      Proto inner = new Proto();
      content.accept(inner);
      return bytes(field, inner.out.toByteArray());
    }
  }

  /** A model that looks pieces up in a table, which lies in a file beside it. */
  private static void model(Path folder) throws IOException {
    ByteBuffer table =
        ByteBuffer.allocate(PIECES * DIMENSION * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < PIECES; i++) {
      for (int j = 0; j < DIMENSION; j++) {
        table.putFloat((float) Math.sin(0.7 * (i + 1) * (j + 1)));
      }
    }
    Files.write(folder.resolve("model.onnx_data"), table.array());
    Proto model = new Proto().number(1, 8).message(8, opset -> opset.text(1, "").number(2, 13));
    model.message(
        7,
        graph ->
            graph
                .message(
                    1,
                    node ->
                        node.text(1, "table").text(1, "input_ids").text(2, "out").text(4, "Gather"))
                .text(2, "g")
                .message(
                    5,
                    tensor ->
                        tensor
                            .number(1, PIECES)
                            .number(1, DIMENSION)
                            .number(2, 1)
                            .text(8, "table")
                            .message(13, e -> e.text(1, "location").text(2, "model.onnx_data"))
                            .number(14, 1))
                .message(11, input -> value(input, "input_ids", 7, 2))
                .message(12, output -> value(output, "out", 1, 3)));
    Files.write(folder.resolve("model.onnx"), model.out.toByteArray());
  }

  private static void value(Proto info, String name, int type, int axes) {
    info.text(1, name).message(2, kind -> kind.message(1, tensor -> tensor(tensor, type, axes)));
  }

  private static void tensor(Proto tensor, int type, int axes) {
    tensor.number(1, type);
    tensor.message(
        2,
        shape -> {
          shape
              .message(1, axis -> axis.text(2, "texts"))
              .message(1, axis -> axis.text(2, "pieces"));
          if (axes == 3) {
            shape.message(1, axis -> axis.number(1, DIMENSION));
          }
        });
  }

  private static final String SPECIALS = "\"<s>\":0,\"</s>\":1,\"<unk>\":2";

  private static final String TEMPLATE =
      "{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"added_tokens\":["
          + "{\"id\":0,\"content\":\"<s>\",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false,\"special\":true},"
          + "{\"id\":1,\"content\":\"</s>\",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false,\"special\":true}],"
          + "\"normalizer\":null,\"pre_tokenizer\":%s,"
          + "\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},"
          + "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},{\"SpecialToken\":{\"id\":\"</s>\",\"type_id\":0}}],\"pair\":[{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},{\"Sequence\":{\"id\":\"B\",\"type_id\":1}}],"
          + "\"special_tokens\":{\"<s>\":{\"id\":\"<s>\",\"ids\":[0],\"tokens\":[\"<s>\"]},\"</s>\":{\"id\":\"</s>\",\"ids\":[1],\"tokens\":[\"</s>\"]}}},"
          + "\"decoder\":null,\"model\":%s}";

  /** As RoBERTa and ModernBERT have it: spaces belong to words, chars may be several pieces. */
  private static String byteLevel(boolean trimming) {
    StringBuilder vocabulary = new StringBuilder(SPECIALS);
    // Letters, and the bytes of 渡 (e6 b8 a1), 輪 (e8 bc aa) and a combining acute accent (cc 81)
    String chars =
        "abcdefghijklmnopqrstuvwxyz\u0120,." + "\u00e6\u00b8\u00a1\u00e8\u00bc\u00aa\u00cc\u0123";
    int id = 3;
    for (int i = 0; i < chars.length(); i++) {
      vocabulary.append(",\"").append(chars.charAt(i)).append("\":").append(id++);
    }
    vocabulary.append(",\"mo\":").append(id++).append(",\"on\":").append(id++);
    vocabulary.append(",\"\u0120mo\":").append(id++);
    return String.format(
        Locale.ROOT,
        TEMPLATE,
        "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":"
            + trimming
            + ",\"use_regex\":true}",
        "{\"type\":\"BPE\",\"dropout\":null,\"unk_token\":\"<unk>\",\"continuing_subword_prefix\":null,\"end_of_word_suffix\":null,\"fuse_unk\":false,\"byte_fallback\":false,\"vocab\":{"
            + vocabulary
            + "},\"merges\":[\"m o\",\"o n\",\"\u0120 mo\"]}");
  }

  /** As XLM-RoBERTa has it. */
  private static String metaspace() {
    String[] pieces = {
      "<s>",
      "</s>",
      "<unk>",
      "\u2581",
      "\u2581fig",
      "\u2581sky",
      "\u2581moon",
      "mo",
      "on",
      ",",
      "渡",
      "輪",
      "\u2581cafe",
      "\u0301"
    };
    StringBuilder vocabulary = new StringBuilder();
    for (String piece : pieces) {
      vocabulary
          .append(vocabulary.isEmpty() ? "" : ",")
          .append("[\"" + piece + "\",-" + (piece.length() > 2 ? 2 : 5) + ".0]");
    }
    return String.format(
        Locale.ROOT,
        TEMPLATE,
        "{\"type\":\"Metaspace\",\"replacement\":\"\u2581\",\"prepend_scheme\":\"always\",\"split\":true}",
        "{\"type\":\"Unigram\",\"unk_id\":2,\"vocab\":["
            + vocabulary
            + "],\"byte_fallback\":false}");
  }

  private void assertMarks(Path model, String text, String query, String marked)
      throws IOException {
    Path texts = Files.writeString(createTempDir().resolve("t"), text + "\n");
    Path index = createTempDir().resolve("index");
    assertEquals(err.toString(), 0, plaid("index", texts, "-o", index, "--model", model));
    assertEquals(err.toString(), 0, plaid("search", index, query, "--model", model));
    List<String> lines = out.toString().lines().toList();
    assertTrue(out.toString(), lines.get(3).strip().equals(marked));
  }

  /** The graph finds its table in the other file, too. */
  public void testTokenizers() throws IOException {
    for (String tokenizer : new String[] {byteLevel(true), byteLevel(false), metaspace()}) {
      Path model = createTempDir();
      model(model);
      Files.writeString(model.resolve("tokenizer.json"), tokenizer);
      assertMarks(model, "fig sky moon, sky", "moon", "fig sky [moon], sky");
      assertMarks(model, "fig sky moon", "sky moon", "fig [sky] [moon]");
      assertMarks(model, "moon 渡輪", "輪", "moon 渡[輪]");
    }
  }

  public void testShared() throws IOException {
    Path model = SharedFolder.of("cases/model-metaspace");
    assertMarks(model, "the ferry at noon", "ferry noon", "the [ferry] at [noon]");
  }
}
