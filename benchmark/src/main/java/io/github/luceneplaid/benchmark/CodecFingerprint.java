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
package io.github.luceneplaid.benchmark;

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;

/**
 * A hash that shows whether an index was written by the same code, because the format may still
 * change.
 */
final class CodecFingerprint {
  private CodecFingerprint() {}

  /** The fingerprint of the format of tokens. */
  static String get() throws IOException {
    return get(PlaidDocValuesFormat.class);
  }

  /** Hashes all classes beside a format, except those that search. */
  static String get(Class<?> format) throws IOException {
    Path jar;
    try {
      jar = Path.of(format.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
    if (Files.isDirectory(jar)) {
      return "development";
    }
    try (JarFile file = new JarFile(jar.toFile())) {
      long sum =
          file.stream()
              .filter(entry -> entry.getName().endsWith(".class"))
              .filter(entry -> entry.getName().contains("/search/") == false)
              .mapToLong(entry -> entry.getName().hashCode() * 31L ^ entry.getCrc())
              .sum();
      return Long.toHexString(sum);
    }
  }
}
