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
package io.github.luceneplaid.fsvi.simd;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.function.Function;
import java.util.logging.Logger;
import org.apache.lucene.util.Constants;

/**
 * Chooses the kernels. It logs a warning if it chooses the scalar ones and they were not requested.
 * No class that is loaded before this choice may refer to the Vector API.
 */
final class KernelsLookup {

  static final String PROPERTY = "plaid.kernels";

  private static final String PANAMA = "io.github.luceneplaid.fsvi.simd.PanamaKernels";

  // Initialized before INSTANCE, which uses it
  private static final Logger LOG = Logger.getLogger(KernelsLookup.class.getName());

  static final VectorKernels INSTANCE = lookup(System.getProperty(PROPERTY));

  private KernelsLookup() {}

  /**
   * Returns the requested kernels.
   *
   * @param demanded {@code scalar}, {@code panama}, or null for the fastest ones
   * @throws IllegalStateException if the requested kernels cannot be used
   * @throws IllegalArgumentException if {@code demanded} has another value
   */
  static VectorKernels lookup(String demanded) {
    return switch (demanded) {
      case null -> panamaOr(KernelsLookup::warned);
      case "scalar" -> new ScalarKernels();
      case "panama" -> panamaOr(KernelsLookup::refused);
      default ->
          throw new IllegalArgumentException(
              PROPERTY + "=" + demanded + ", must be scalar or panama");
    };
  }

  private static VectorKernels refused(String obstacle) {
    throw new IllegalStateException(PROPERTY + "=panama, but " + obstacle);
  }

  private static VectorKernels warned(String obstacle) {
    LOG.warning(
        "Vectors are compared by scalar kernels, which take several times as long: " + obstacle);
    return new ScalarKernels();
  }

  private static VectorKernels panamaOr(Function<String, VectorKernels> other) {
    Optional<String> obstacle = obstacle();
    if (obstacle.isPresent()) {
      return other.apply(obstacle.get());
    }
    VectorKernels panama = panama();
    return panama != null ? panama : other.apply("vectors of this machine are too short");
  }

  /** Returns the reason why the Vector API cannot be used or would be slow. */
  private static Optional<String> obstacle() {
    if (Constants.IS_HOTSPOT_VM == false || Constants.IS_JVMCI_VM || Constants.IS_CLIENT_VM) {
      return Optional.of("this is not HotSpot with its C2 compiler");
    }
    Module self = KernelsLookup.class.getModule();
    Optional<Module> vectors =
        Optional.ofNullable(self.getLayer())
            .orElse(ModuleLayer.boot())
            .findModule("jdk.incubator.vector");
    if (vectors.isEmpty()) {
      return Optional.of(
          "the Java vector incubator module is not readable. Pass '--add-modules"
              + " jdk.incubator.vector' to java to enable the Vector API.");
    }
    self.addReads(vectors.get());
    return Optional.empty();
  }

  /** Returns null if the machine's vectors are too short. */
  private static VectorKernels panama() {
    try {
      // By name, so that this class links without the module
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      return (VectorKernels)
          lookup
              .findConstructor(lookup.findClass(PANAMA), MethodType.methodType(void.class))
              .invoke();
    } catch (UnsupportedOperationException e) {
      return null;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new LinkageError(PANAMA + " is missing or damaged", e);
    }
  }
}
