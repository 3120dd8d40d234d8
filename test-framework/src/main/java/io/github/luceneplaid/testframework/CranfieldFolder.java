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
package io.github.luceneplaid.testframework;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files of the Cranfield collection: real abstracts and questions with the vectors of their
 * tokens. Tests that find no such folder are skipped.
 */
public final class CranfieldFolder {

  private static final Pattern ELEMENT = Pattern.compile("[^\\s\\[\\],\"]+");
  private static final Pattern SHAPE = Pattern.compile("'shape': \\((\\d+), (\\d+)\\)");

  private CranfieldFolder() {}

  /** Where the collection is, if it is on this machine. */
  public static Path path() {
    return SharedFolder.path("data/cranfield");
  }

  /** The tokens of each document, [documents][tokens][dimension], in the order of {@link #ids}. */
  public static float[][][] documents() throws IOException {
    return tokens("docs.f16.npy", "doclens.json");
  }

  /** The tokens of each query, [queries][tokens][dimension]. */
  public static float[][][] queries() throws IOException {
    return tokens("queries.f16.npy", "querylens.json");
  }

  /** The ids of the documents. */
  public static List<String> ids() throws IOException {
    return elements("ids.json");
  }

  /** The elements of a file that is a JSON array of numbers or plain strings. */
  public static List<String> elements(String file) throws IOException {
    List<String> elements = new ArrayList<>();
    Matcher matcher = ELEMENT.matcher(Files.readString(path().resolve(file)));
    while (matcher.find()) {
      elements.add(matcher.group());
    }
    return elements;
  }

  /** Cuts a NumPy matrix of 16-bit floats into the texts that its rows belong to. */
  private static float[][][] tokens(String matrix, String lengths) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path().resolve(matrix)));
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    int start = 10 + Short.toUnsignedInt(bytes.getShort(8));
    String header = new String(bytes.array(), 10, start - 10, StandardCharsets.US_ASCII);
    Matcher shape = SHAPE.matcher(header);
    if (header.contains("'<f2'") == false || shape.find() == false) {
      throw new IOException(matrix + ": found " + header + ", expected a matrix of 16-bit floats");
    }
    int dimension = Integer.parseInt(shape.group(2));
    bytes.position(start);
    List<float[][]> texts = new ArrayList<>();
    for (String length : elements(lengths)) {
      float[][] tokens = new float[Integer.parseInt(length)][dimension];
      for (float[] token : tokens) {
        for (int j = 0; j < dimension; j++) {
          token[j] = Float.float16ToFloat(bytes.getShort());
        }
      }
      texts.add(tokens);
    }
    if (bytes.hasRemaining()) {
      throw new EOFException(matrix + ": " + bytes.remaining() + " bytes behind the last text");
    }
    return texts.toArray(float[][][]::new);
  }
}
