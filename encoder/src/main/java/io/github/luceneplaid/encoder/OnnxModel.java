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
package io.github.luceneplaid.encoder;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.Closeable;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A transformer as ONNX: piece ids in, one vector per piece out. */
final class OnnxModel implements Closeable {
  private static final String IDS = "input_ids";
  private static final String ATTENTION = "attention_mask";
  private static final String TYPES = "token_type_ids";

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final String name;
  private final String output;

  /**
   * @param name what to call the model in messages
   * @param file {@code model.onnx}; data of it may lie beside it
   * @param threads of a run; 0 for as many as there are cores
   */
  OnnxModel(String name, Path file, int threads) {
    this.name = name;
    NativeLibraries.load();
    environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      if (threads > 0) {
        options.setIntraOpNumThreads(threads);
      }
      session = environment.createSession(file.toString(), options);
    } catch (OrtException e) {
      throw new EncoderException(
          name + ": not a model ONNX Runtime can load: " + e.getMessage(), e);
    }
    boolean success = false;
    try {
      for (String input : session.getInputNames()) {
        if (List.of(IDS, ATTENTION, TYPES).contains(input) == false) {
          throw new EncoderException(
              name
                  + ": input "
                  + input
                  + " is not one of "
                  + IDS
                  + ", "
                  + ATTENTION
                  + ", "
                  + TYPES);
        }
      }
      output = tokenOutput(session.getOutputInfo());
      success = true;
    } catch (OrtException e) {
      throw new EncoderException(name + ": " + e.getMessage(), e);
    } finally {
      if (success == false) {
        close();
      }
    }
  }

  /** The first output with a vector per piece: float, [texts, pieces, dimension]. */
  private String tokenOutput(Map<String, NodeInfo> outputs) {
    for (NodeInfo node : outputs.values()) {
      if (node.getInfo() instanceof TensorInfo tensor
          && tensor.type == OnnxJavaType.FLOAT
          && tensor.getShape().length == 3) {
        return node.getName();
      }
    }
    throw new EncoderException(
        name + ": no float output of 3 axes [texts, pieces, dimension] among " + outputs.keySet());
  }

  /** Per text, the vectors of its {@linkplain Pieces#kept kept} pieces. */
  float[][][] run(List<Pieces> batch) {
    int longest = batch.stream().mapToInt(Pieces::length).max().orElseThrow();
    long[] ids = new long[batch.size() * longest];
    long[] attention = new long[batch.size() * longest];
    for (int i = 0; i < batch.size(); i++) {
      Pieces pieces = batch.get(i);
      System.arraycopy(pieces.ids(), 0, ids, i * longest, pieces.length());
      System.arraycopy(pieces.attention(), 0, attention, i * longest, pieces.length());
    }
    long[] shape = {batch.size(), longest};
    Map<String, OnnxTensor> inputs = new HashMap<>();
    try {
      for (String input : session.getInputNames()) {
        long[] values =
            switch (input) {
              case IDS -> ids;
              case ATTENTION -> attention;
              default -> new long[ids.length];
            };
        inputs.put(input, OnnxTensor.createTensor(environment, LongBuffer.wrap(values), shape));
      }
      try (OrtSession.Result result = session.run(inputs)) {
        return rows(batch, longest, (OnnxTensor) result.get(output).orElseThrow());
      }
    } catch (OrtException e) {
      throw new EncoderException(name + ": " + e.getMessage(), e);
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private float[][][] rows(List<Pieces> batch, int longest, OnnxTensor tensor) {
    long[] shape = tensor.getInfo().getShape();
    if (shape[0] != batch.size() || shape[1] != longest) {
      throw new EncoderException(
          name
              + ": output "
              + output
              + " has shape ["
              + shape[0]
              + ", "
              + shape[1]
              + ", ...], expected ["
              + batch.size()
              + ", "
              + longest
              + ", ...]");
    }
    int dimension = Math.toIntExact(shape[2]);
    FloatBuffer values = tensor.getFloatBuffer();
    float[][][] result = new float[batch.size()][][];
    for (int i = 0; i < result.length; i++) {
      int[] kept = batch.get(i).kept();
      result[i] = new float[kept.length][dimension];
      for (int t = 0; t < kept.length; t++) {
        values.get((i * longest + kept[t]) * dimension, result[i][t]);
      }
    }
    return result;
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new EncoderException(name + ": " + e.getMessage(), e);
    }
  }
}
