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
package io.github.luceneplaid.release;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.luceneplaid.testframework.Processes;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressFileSystems;
import org.apache.lucene.util.Constants;
import org.junit.BeforeClass;

/** The download of the command, unpacked into a folder with blanks in its name. */
@SuppressFileSystems("*")
public class CommandZipIT extends LuceneTestCase {
  private static final String VERSION = System.getProperty("plaid.version");

  private static Path root;
  private static Path home;

  private record Result(int code, String out, String err) {}

  /** Unpacks with the permissions that the archive has. */
  @BeforeClass
  public static void unpack() throws IOException {
    assumeFalse("needs a POSIX shell", Constants.WINDOWS);
    root = createTempDir().toRealPath();
    Path folder = Files.createDirectory(root.resolve("two  blanks"));
    Path zip = Path.of(System.getProperty("plaid.zip"));
    try (FileSystem archive =
            FileSystems.newFileSystem(zip, Map.of("enablePosixFileAttributes", true));
        Stream<Path> entries = Files.walk(archive.getPath("/"))) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        Path file = folder.resolve(entry.toString().substring(1));
        if (Files.isDirectory(entry)) {
          Files.createDirectories(file);
        } else {
          Files.copy(entry, file);
          Files.setPosixFilePermissions(file, Files.getPosixFilePermissions(entry));
        }
      }
    }
    home = folder.resolve("plaid-" + VERSION);
  }

  /** Runs the command from another folder, as a user without any files, without a network. */
  private static Result run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    if (hidesNetwork()) {
      command.addAll(List.of("unshare", "--map-root-user", "--net"));
    }
    command.add(home.resolve("plaid").toString());
    command.addAll(List.of(arguments));
    return start(command);
  }

  private static Result start(List<String> command) throws Exception {
    Path out = root.resolve("out");
    Path err = root.resolve("err");
    ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile());
    builder.environment().put("PLAID_JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("HOME", Files.createDirectories(root.resolve("user")).toString());
    builder.redirectOutput(out.toFile()).redirectError(err.toFile());
    int code = Processes.await(builder.start(), Processes.MINUTES);
    return new Result(code, Files.readString(out, UTF_8), Files.readString(err, UTF_8));
  }

  private static boolean hidesNetwork() throws Exception {
    try {
      return start(List.of("unshare", "--map-root-user", "--net", "true")).code == 0;
    } catch (
        @SuppressWarnings("unused")
        IOException e) {
      return false; // there is no such program here
    }
  }

  public void testContents() throws IOException {
    try (Stream<Path> files = Files.list(home)) {
      Set<String> names =
          files.map(f -> f.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
      assertEquals(
          new TreeSet<>(
              Set.of(
                  "LICENSE",
                  "NOTICE",
                  "README.md",
                  "completion",
                  "corpus",
                  "lib",
                  "licenses",
                  "lucene-plaid-tools-" + VERSION + ".jar",
                  "plaid",
                  "plaid.cmd",
                  "sbom.cyclonedx.json",
                  "tools")),
          names);
    }
    // Each jar is listed, and its licence is named
    String list = Files.readString(home.resolve("sbom.cyclonedx.json"));
    Set<String> credits =
        new TreeSet<>(List.of(Files.readString(home.resolve("NOTICE")).split("[\\s,:()]+")));
    try (Stream<Path> jars = Files.list(home.resolve("lib"))) {
      for (Path jar : (Iterable<Path>) jars::iterator) {
        String name = jar.getFileName().toString();
        String artifact = name.substring(0, name.lastIndexOf('.')).replaceAll("-[0-9].*", "");
        assertTrue(name, list.contains("\"name\" : \"" + artifact + "\""));
        assertTrue(
            name,
            credits.contains(artifact)
                || artifact.startsWith("lucene-plaid-")
                || artifact.startsWith("lucene-fsvi-"));
      }
    }
  }

  public void testVersion() throws Exception {
    Result result = run("--version");
    assertEquals(result.err, 0, result.code);
    assertEquals("plaid " + VERSION + "\n", result.out);
    assertEquals("", result.err);
  }

  public void testCompletion() throws Exception {
    Result result = run("generate-completion");
    assertEquals(result.err, 0, result.code);
    assertEquals(Files.readString(home.resolve("completion/plaid.sh")), result.out);
  }

  public void testDemo() throws Exception {
    Path index = root.resolve("an index");
    Result demo =
        run(
            "demo",
            "--keep=" + index,
            "-k1",
            "--query",
            "asking whether a word belongs to a set without keeping the set");
    assertEquals(demo.err, 0, demo.code);
    assertTrue(demo.out, demo.out.replace("[", "").replace("]", "").contains("Bloom filters"));
    Result search = run("search", index.toString(), "-k1", "sorting a pile of cards");
    assertEquals(search.err, 0, search.code);
    assertTrue(search.out, search.out.contains("Sorting"));
    Result info = run("info", index.toString());
    assertTrue(info.out, info.out.contains("Kernels: panama"));
  }
}
