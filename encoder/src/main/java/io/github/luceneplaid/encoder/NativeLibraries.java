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

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Loads the native libraries of ONNX Runtime and of the tokenizers, from a folder that is deleted
 * when the process ends. ONNX Runtime could do so itself, but would leave an empty folder behind
 * each time. The tokenizers would keep theirs in the home of the user.
 */
final class NativeLibraries {
  private static final String ONNX_FOLDER = "onnxruntime.native.path";
  private static final String TOKENIZERS_FOLDER = "ENGINE_CACHE_DIR";

  private static boolean loaded;

  /** Why they cannot be loaded. Each further attempt would fail, too, and unpack them again. */
  private static String failure;

  private NativeLibraries() {}

  /**
   * Loads the libraries, unless that is done.
   *
   * @throws IllegalStateException if they cannot be loaded
   */
  static synchronized void load() {
    if (loaded) {
      return;
    }
    if (failure != null) {
      throw new IllegalStateException(failure);
    }
    tryToLoad();
    loaded = true;
  }

  private static void tryToLoad() {
    // Without these the tokenizers look for a logger, a GPU and a server to report their use to
    System.setProperty("slf4j.internal.verbosity", "ERROR");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("RUST_FLAVOR", "cpu");
    try {
      Path folder = Files.createTempDirectory("plaid-encoder");
      try {
        loadFrom(folder);
      } finally {
        deleteAtEnd(folder);
      }
    } catch (IOException | LinkageError | AssertionError | RuntimeException e) {
      failure = "the native libraries of ONNX Runtime and the tokenizers cannot be loaded: " + e;
      throw new IllegalStateException(failure, e);
    }
  }

  private static void loadFrom(Path folder) throws IOException {
    boolean onnx = System.getProperty(ONNX_FOLDER) == null && extractOnnx(folder);
    boolean tokenizers = System.getProperty(TOKENIZERS_FOLDER) == null;
    if (onnx) {
      System.setProperty(ONNX_FOLDER, folder.toString());
    }
    if (tokenizers) {
      System.setProperty(TOKENIZERS_FOLDER, folder.toString());
    }
    // The tokenizers look for their resources there, which a plugin's thread has of the server
    Thread thread = Thread.currentThread();
    ClassLoader context = thread.getContextClassLoader();
    thread.setContextClassLoader(NativeLibraries.class.getClassLoader());
    try {
      OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      LibUtils.checkStatus();
    } finally {
      thread.setContextClassLoader(context);
      if (onnx) {
        System.clearProperty(ONNX_FOLDER);
      }
      if (tokenizers) {
        System.clearProperty(TOKENIZERS_FOLDER);
      }
    }
  }

  /** Whether there are libraries of ONNX Runtime for this platform; if not, it will tell. */
  private static boolean extractOnnx(Path folder) throws IOException {
    for (String library : List.of("onnxruntime", "onnxruntime4j_jni")) {
      String name = System.mapLibraryName(library);
      try (InputStream in =
          OrtEnvironment.class.getResourceAsStream(
              "/ai/onnxruntime/native/" + platform() + "/" + name)) {
        if (in == null) {
          return false;
        }
        Files.copy(in, folder.resolve(name));
      }
    }
    return true;
  }

  private static void deleteAtEnd(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      // Files are deleted in the reverse order of these calls
      files.forEach(file -> file.toFile().deleteOnExit());
    }
  }

  private static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String system = os.contains("mac") ? "osx" : os.contains("win") ? "win" : "linux";
    return system + (arch.equals("aarch64") || arch.startsWith("arm") ? "-aarch64" : "-x64");
  }
}
