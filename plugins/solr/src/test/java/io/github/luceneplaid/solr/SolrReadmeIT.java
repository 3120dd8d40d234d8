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

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.testframework.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** Follows the README with the package, and checks its content. */
public class SolrReadmeIT {

  private static final Pattern COMMANDS =
      Pattern.compile("```sh\n(.*?)```\n(?:```json\n(.*?)```)?", Pattern.DOTALL);

  private static final String TEXT_IN = "(?s)(.*\n)(## Text in\n.*?\n)(## .*)";

  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private Path home;
  private SolrNode node;

  @Before
  public void prepare() throws IOException {
    home = folder.newFolder("home").toPath();
    node = new SolrNode(home);
  }

  @After
  public void end() throws IOException {
    node.close();
  }

  @Test
  public void testReadme() throws IOException {
    Matcher commands = COMMANDS.matcher(readme().replaceFirst(TEXT_IN, "$1$3"));
    assertTrue(commands.find());
    run(commands.group(1)); // installs the plugin
    node.start(List.of());
    int answers = 0;
    while (commands.find()) {
      String output = run(commands.group(1));
      if (commands.group(2) != null) {
        assertEquals(output, json(commands.group(2)), response(output));
        answers++;
      }
    }
    assertEquals(3, answers);
    remove();
  }

  /** With the jars that encode. */
  @Test
  public void testTextIn() throws IOException {
    Matcher install = COMMANDS.matcher(readme());
    assertTrue(install.find());
    run(install.group(1));
    Matcher commands = COMMANDS.matcher(readme().replaceFirst(TEXT_IN, "$2"));
    assertTrue(commands.find());
    run(commands.group(1));
    node.start(List.of());
    assertTrue(commands.find());
    run(commands.group(1));
    for (int answers = 0; answers < 2; answers++) {
      assertTrue(commands.find());
      assertEquals(json(commands.group(2)), response(run(commands.group(1))));
    }
    assertFalse(commands.find());
  }

  private static String readme() throws IOException {
    return Files.readString(Path.of("README.md"));
  }

  private static JsonNode response(String output) throws IOException {
    return json(output).get("response");
  }

  private static JsonNode json(String text) throws IOException {
    return Http.JSON.readTree(text);
  }

  /** Runs commands as a user would, but for the port. */
  private String run(String commands) throws IOException {
    Path script = folder.getRoot().toPath().resolve("commands");
    Files.writeString(
        script,
        "set -e\ncurl() { command curl -sS --fail-with-body \"$@\"; }\n"
            + commands.replace("localhost:8983", "127.0.0.1:" + node.port()));
    ProcessBuilder builder = new ProcessBuilder("bash", script.toString());
    builder.environment().put("SOLR_HOME", home.toString());
    builder.directory(SolrNode.packaged().getParent().toFile());
    builder.redirectErrorStream(true);
    Path printed = folder.getRoot().toPath().resolve("printed");
    builder.redirectOutput(printed.toFile());
    Process process = builder.start();
    process.getOutputStream().close();
    String output;
    try {
      int exit = Processes.await(process, Processes.MINUTES);
      output = Files.readString(printed);
      assertEquals(commands + output, 0, exit);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return output;
  }

  /** Without the plugin its cores do not load. After it is installed again, they work as before. */
  private void remove() throws IOException {
    String found = node.http().get("/solr/docs/select?q=tokens:*&sort=id+asc").text();
    Path away = folder.getRoot().toPath().resolve("away");
    node.close();
    Files.move(home.resolve("lib"), away);
    node.start(List.of("docs"));
    assertEquals(500, node.http().get("/solr/docs/select?q=*:*").status());
    String failures = node.http().get("/solr/admin/cores").body().get("initFailures").toString();
    assertTrue(failures, failures.contains("TokenVectorsField"));
    node.close();
    Files.move(away, home.resolve("lib"));
    node.start(List.of("docs"));
    assertEquals(
        withoutTime(found),
        withoutTime(node.http().get("/solr/docs/select?q=tokens:*&sort=id+asc").text()));
  }

  private static String withoutTime(String answer) {
    return answer.replaceAll("\"QTime\":\\d+", "");
  }

  /** The package has our classes, and none that Solr has. */
  @Test
  public void testPackage() throws IOException {
    Set<String> files = new HashSet<>();
    List<String> jars = new ArrayList<>();
    try (ZipFile zip = new ZipFile(SolrNode.packaged().toFile())) {
      zip.stream()
          .map(ZipEntry::getName)
          .filter(name -> name.endsWith("/") == false)
          .forEach(name -> (name.endsWith(".jar") ? jars : files).add(name));
    }
    assertEquals(
        Set.of(
            "LICENSE",
            "NOTICE",
            "README.md",
            "example/conf/schema.xml",
            "example/conf/solrconfig.xml"),
        files);
    assertEquals(jars.toString(), 5, jars.size());
    for (String artifact :
        List.of(
            "lucene-plaid-solr-",
            "lucene-plaid-engine-",
            "lucene-plaid-codec-",
            "lucene-fsvi-files-",
            "lucene-fsvi-format-")) {
      assertTrue(jars.toString(), jars.stream().anyMatch(jar -> jar.startsWith("lib/" + artifact)));
    }
  }
}
