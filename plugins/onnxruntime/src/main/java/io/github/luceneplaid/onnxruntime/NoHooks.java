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
package io.github.luceneplaid.onnxruntime;

/**
 * Stands for {@link Runtime} in the classes of ONNX Runtime. A server decides itself what happens
 * when it stops, and Elasticsearch lets no plugin add a hook. The hook would only release memory
 * that the end of the process releases.
 *
 * @lucene.internal
 */
public final class NoHooks {

  private static final NoHooks INSTANCE = new NoHooks();

  private NoHooks() {}

  /** As {@link Runtime#getRuntime()}. */
  public static NoHooks getRuntime() {
    return INSTANCE;
  }

  /**
   * Does nothing.
   *
   * @param hook is not run
   */
  public void addShutdownHook(Thread hook) {}
}
