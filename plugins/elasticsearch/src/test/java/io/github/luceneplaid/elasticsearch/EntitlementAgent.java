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

package io.github.luceneplaid.elasticsearch;

import java.lang.instrument.Instrumentation;

/**
 * Starts the server's entitlements, the checks of what code of a plugin may do. The agent of the
 * distribution is in no Maven repository. Everything else that it needs is in the server's jars.
 */
public final class EntitlementAgent {

  private EntitlementAgent() {}

  /**
   * Called by the JVM when the server attaches the agent to itself.
   *
   * @param initializer name of the class to initialize
   */
  public static void agentmain(String initializer, Instrumentation instrumentation)
      throws ReflectiveOperationException {
    Class.forName(initializer)
        .getMethod("initialize", Instrumentation.class)
        .invoke(null, instrumentation);
  }
}
