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

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Puts the native libraries of ONNX Runtime where it finds them. ONNX Runtime could do so itself,
 * but would leave an empty folder behind each time.
 */
final class OnnxLibraries {
  private static final String PROPERTY = "onnxruntime.native.path";

  private static boolean loaded;

  private OnnxLibraries() {}

  /**
   * Runs code that loads ONNX Runtime, with the libraries in place. If they cannot be placed, ONNX
   * Runtime loads its own way.
   */
  static synchronized void load(Runnable loading) {
    if (loaded) {
      return;
    }
    loaded = true;
    Path folder = System.getProperty(PROPERTY) == null ? extracted() : null;
    if (folder == null) {
      loading.run();
      return;
    }
    System.setProperty(PROPERTY, folder.toString());
    try {
      loading.run();
    } finally {
      System.clearProperty(PROPERTY);
    }
  }

  /**
   * A folder that is deleted when the process ends; null if there are no libraries for this
   * platform.
   */
  private static Path extracted() {
    try {
      Path folder = null;
      for (String library : List.of("onnxruntime", "onnxruntime4j_jni")) {
        String name = System.mapLibraryName(library);
        try (InputStream in =
            OnnxLibraries.class.getResourceAsStream(
                "/ai/onnxruntime/native/" + platform() + "/" + name)) {
          if (in == null) {
            return null;
          }
          if (folder == null) {
            folder = Files.createTempDirectory("plaid-onnx");
            // Files are deleted in the reverse order of these calls
            folder.toFile().deleteOnExit();
          }
          Path file = folder.resolve(name);
          file.toFile().deleteOnExit();
          Files.copy(in, file);
        }
      }
      return folder;
    } catch (
        @SuppressWarnings("unused")
        IOException e) {
      return null; // ONNX Runtime will tell
    }
  }

  private static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String system = os.contains("mac") ? "osx" : os.contains("win") ? "win" : "linux";
    return system + (arch.equals("aarch64") || arch.startsWith("arm") ? "-aarch64" : "-x64");
  }
}
