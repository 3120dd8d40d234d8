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

import org.apache.lucene.tests.util.LuceneTestCase;

/** The twin that the build demands is the one that runs. */
public class TestKernelsLookup extends LuceneTestCase {

  private static boolean expectPanama() {
    String value = System.getProperty("plaid.expectPanama");
    assumeTrue("not started by the build", value != null);
    return Boolean.parseBoolean(value);
  }

  public void testDefault() {
    boolean panama = expectPanama();
    String name = VectorKernels.get().name();
    assertEquals(name, panama, name.startsWith("panama"));
    assertEquals(name, panama == false, name.equals("scalar"));
    assertSame(VectorKernels.get(), VectorKernels.get());
  }

  public void testScalarOnDemand() {
    assertEquals("scalar", KernelsLookup.lookup("scalar").name());
  }

  public void testPanamaOnDemand() {
    if (expectPanama()) {
      assertTrue(KernelsLookup.lookup("panama").name().startsWith("panama"));
    } else {
      IllegalStateException e =
          expectThrows(IllegalStateException.class, () -> KernelsLookup.lookup("panama"));
      assertTrue(e.getMessage(), e.getMessage().contains("jdk.incubator.vector"));
    }
  }

  public void testUnknownDemand() {
    IllegalArgumentException e =
        expectThrows(IllegalArgumentException.class, () -> KernelsLookup.lookup("avx"));
    assertTrue(e.getMessage(), e.getMessage().contains("plaid.kernels=avx"));
  }
}
