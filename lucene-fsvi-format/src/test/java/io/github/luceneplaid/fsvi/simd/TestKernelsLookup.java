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

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.lucene.tests.util.LuceneTestCase;

/** The build selects the twin that runs. */
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
    List<LogRecord> logged =
        logged(() -> assertEquals("scalar", KernelsLookup.lookup("scalar").name()));
    assertEquals(0, logged.size());
  }

  public void testWarning() {
    assertEquals("once in a virtual machine", 0, logged(VectorKernels::get).size());
    List<LogRecord> logged = logged(() -> KernelsLookup.lookup(null));
    if (expectPanama()) {
      assertEquals(0, logged.size());
      return;
    }
    assertEquals(1, logged.size());
    assertEquals(Level.WARNING, logged.get(0).getLevel());
    String message = logged.get(0).getMessage();
    assertTrue(message, message.contains("scalar kernels"));
    assertTrue(message, message.contains("'--add-modules jdk.incubator.vector'"));
  }

  /** Returns the messages that are logged meanwhile. */
  private static List<LogRecord> logged(Runnable run) {
    // So that the only choice of this virtual machine is not among them
    VectorKernels.get();
    List<LogRecord> records = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            records.add(record);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(KernelsLookup.class.getName());
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
    try {
      run.run();
    } finally {
      logger.setUseParentHandlers(true);
      logger.removeHandler(handler);
    }
    return records;
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
