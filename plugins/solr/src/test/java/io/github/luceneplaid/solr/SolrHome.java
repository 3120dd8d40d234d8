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

package io.github.luceneplaid.solr;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/** A home folder of Solr with cores made from the example that comes with the package. */
final class SolrHome {

  private static final Path EXAMPLE = Path.of("src", "main", "example", "conf");

  private final Path home;

  SolrHome(Path home) throws IOException {
    this.home = home;
    Files.writeString(home.resolve("solr.xml"), "<solr/>");
  }

  Path path() {
    return home;
  }

  /** Adds a core, with some changes to the example's schema and configuration. */
  void addCore(String name, UnaryOperator<String> schema, UnaryOperator<String> config)
      throws IOException {
    Path conf = Files.createDirectories(home.resolve(name).resolve("conf"));
    Files.writeString(conf.getParent().resolve("core.properties"), "name=" + name + "\n");
    copy("schema.xml", conf, schema);
    copy("solrconfig.xml", conf, config);
  }

  private static void copy(String name, Path conf, UnaryOperator<String> change)
      throws IOException {
    Files.writeString(conf.resolve(name), change.apply(Files.readString(EXAMPLE.resolve(name))));
  }
}
