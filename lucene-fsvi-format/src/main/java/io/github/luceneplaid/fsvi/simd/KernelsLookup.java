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
import org.apache.lucene.util.Constants;

/** Chooses the twin. Nothing that loads before this choice may refer to the Vector API. */
final class KernelsLookup {

  static final String PROPERTY = "plaid.kernels";

  private static final String PANAMA = "io.github.luceneplaid.fsvi.simd.PanamaKernels";

  static final VectorKernels INSTANCE = lookup(System.getProperty(PROPERTY));

  private KernelsLookup() {}

  /**
   * Returns the demanded kernels.
   *
   * @param demanded {@code scalar}, {@code panama}, or null for the best ones
   * @throws IllegalStateException if the demanded kernels are not to be had
   * @throws IllegalArgumentException if demanded is none of these
   */
  static VectorKernels lookup(String demanded) {
    return switch (demanded) {
      case null -> {
        yield obstacle().isEmpty() ? panamaOr(new ScalarKernels()) : new ScalarKernels();
      }
      case "scalar" -> new ScalarKernels();
      case "panama" -> {
        Optional<String> obstacle = obstacle();
        if (obstacle.isPresent()) {
          throw new IllegalStateException(PROPERTY + "=panama, but " + obstacle.get());
        }
        VectorKernels panama = panamaOr(null);
        if (panama == null) {
          throw new IllegalStateException(PROPERTY + "=panama, but vectors are too short");
        }
        yield panama;
      }
      default ->
          throw new IllegalArgumentException(
              PROPERTY + "=" + demanded + ", must be scalar or panama");
    };
  }

  /** Says why the Vector API cannot be used or would be slow. */
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
      return Optional.of("module jdk.incubator.vector is missing, see java --add-modules");
    }
    self.addReads(vectors.get());
    return Optional.empty();
  }

  /** Returns the Panama kernels, or the given ones if the machine's vectors are too short. */
  private static VectorKernels panamaOr(VectorKernels other) {
    try {
      // By name, so that this class links without the module.
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      return (VectorKernels)
          lookup
              .findConstructor(lookup.findClass(PANAMA), MethodType.methodType(void.class))
              .invoke();
    } catch (UnsupportedOperationException e) {
      return other;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new LinkageError(PANAMA + " is missing or damaged", e);
    }
  }
}
