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

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.elasticsearch.Build;
import org.junit.Test;

/** Tests which files the plugin's package must and must not have. */
public class PluginZipIT {

  @Test
  public void testZip() throws IOException {
    try (ZipFile zip = new ZipFile(ElasticsearchHome.zip().toFile())) {
      Set<String> names = new TreeSet<>();
      for (Enumeration<? extends ZipEntry> e = zip.entries(); e.hasMoreElements(); ) {
        ZipEntry entry = e.nextElement();
        String name = entry.getName();
        names.add(name.replaceFirst("-[0-9].*", ""));
        if (name.endsWith(".jar")) {
          assertOwnClasses(name, zip.getInputStream(entry));
        }
      }
      assertEquals(
          Set.of(
              "LICENSE",
              "NOTICE",
              "plugin-descriptor.properties",
              "lucene-fsvi-files",
              "lucene-fsvi-format",
              "lucene-plaid-codec",
              "lucene-plaid-elasticsearch",
              "lucene-plaid-engine"),
          names);
      assertDescriptor(zip);
    }
  }

  private static void assertOwnClasses(String jar, InputStream in) throws IOException {
    ZipInputStream zip = new ZipInputStream(in);
    for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
      String name = entry.getName();
      assertTrue(
          jar + ": " + name,
          name.endsWith(".class") == false
              || name.equals("module-info.class")
              || name.startsWith("io/github/luceneplaid/"));
    }
  }

  private static void assertDescriptor(ZipFile zip) throws IOException {
    Properties descriptor = new Properties();
    descriptor.load(zip.getInputStream(zip.getEntry("plugin-descriptor.properties")));
    Map<String, String> expected = new HashMap<>();
    expected.put("name", "late-interaction");
    expected.put("classname", LateInteractionPlugin.class.getName());
    expected.put("elasticsearch.version", Build.current().version());
    expected.put("java.version", "21");
    expected.forEach((key, value) -> assertEquals(key, value, descriptor.getProperty(key)));
    assertEquals(6, descriptor.size());
  }
}
