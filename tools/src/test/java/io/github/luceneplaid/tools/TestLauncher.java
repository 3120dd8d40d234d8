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
package io.github.luceneplaid.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.luceneplaid.testframework.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.Constants;

/** The shell script, in a folder that looks like a built clone, with JDKs that only print. */
public class TestLauncher extends LuceneTestCase {
  private Path root;
  private Path clone;
  private Path launcher;
  private final Map<String, String> environment = new HashMap<>();

  private record Result(int code, String out, String err) {}

  @Override
  public void setUp() throws Exception {
    super.setUp();
    assumeFalse("needs a POSIX shell", Constants.WINDOWS);
    // Not one of the file systems that Lucene tests with: other processes see the files.
    root = Path.of(createTempDir().toRealPath().toString());
    clone = Files.createDirectories(root.resolve("a clone"));
    Files.createDirectories(clone.resolve("tools/target"));
    launcher = executable(clone.resolve("plaid"), script("plaid"));
    Files.writeString(clone.resolve("tools/jdk.sh"), script("tools/jdk.sh"));
    Files.createFile(clone.resolve("pom.xml"));
    Files.createFile(clone.resolve("tools/target/lucene-plaid-tools-1.jar"));
    Files.createFile(clone.resolve("tools/target/plaid.built"));
    Path tools = Files.createDirectories(root.resolve("tools"));
    for (String tool :
        List.of(
            "sh",
            "sed",
            "find",
            "grep",
            "head",
            "dirname",
            "readlink",
            "mkdir",
            "rm",
            "tee",
            "touch")) {
      for (String folder : List.of("/usr/bin/", "/bin/")) {
        if (Files.exists(Path.of(folder + tool)) && Files.notExists(tools.resolve(tool))) {
          Files.createSymbolicLink(tools.resolve(tool), Path.of(folder + tool));
        }
      }
    }
    environment.put("PATH", tools.toString());
    environment.put("HOME", root.resolve("user").toString());
  }

  /** A script of this project, changed so that no JDK of this machine may be found. */
  private String script(String name) throws IOException {
    return Files.readString(Path.of(System.getProperty(DemoCommand.HOME), name))
        .replaceAll(" /(usr|opt|Library|home)/", " " + root + "/$1/");
  }

  public void testNoJdk() throws Exception {
    jdk("usr/lib/jvm/old", "17.0.2");
    Result result = run("demo");
    assertEquals(1, result.code);
    assertTrue(result.err, result.err.startsWith("plaid: a JDK 21 or later is needed"));
    String only = " Found only:\n  17 in " + root + "/usr/lib/jvm/old\n";
    assertTrue(result.err, result.err.endsWith(only));
  }

  /** JDKs are added in the reverse order of the search, so that each new one is found. */
  public void testPlaces() throws Exception {
    for (String place :
        List.of(
            "opt/jdk-24",
            "usr/lib/jvm/temurin-25",
            "user/.jdks/21",
            "user/.sdkman/candidates/java/22.0.1-tem")) {
      Path jdk = jdk(place, "24");
      assertEquals(jdk + " ran", run().out.lines().findFirst().orElseThrow());
    }
  }

  public void testToolchains() throws Exception {
    Path jdk = jdk("somewhere/else", "25.0.1");
    Path settings = Files.createDirectories(root.resolve("user/.m2")).resolve("toolchains.xml");
    Files.writeString(settings, "<toolchains>\n  <jdkHome>" + jdk + "</jdkHome>\n</toolchains>\n");
    assertEquals(jdk + " ran", run().out.lines().findFirst().orElseThrow());
  }

  /**
   * JAVA_HOME comes first, unless it is too old. PLAID_JAVA_HOME has precedence over it, and must
   * be usable.
   */
  public void testVariables() throws Exception {
    Path installed = jdk("usr/lib/jvm/jdk", "21");
    environment.put("JAVA_HOME", jdk("old", "1.8.0_292").toString());
    assertEquals(installed + " ran", run().out.lines().findFirst().orElseThrow());
    Path mine = jdk("mine", "26-ea");
    environment.put("JAVA_HOME", mine.toString());
    assertEquals(mine + " ran", run().out.lines().findFirst().orElseThrow());
    environment.put("PLAID_JAVA_HOME", installed.toString());
    assertEquals(installed + " ran", run().out.lines().findFirst().orElseThrow());
    environment.put("PLAID_JAVA_HOME", root.resolve("old").toString());
    Result result = run();
    assertEquals(1, result.code);
    assertTrue(result.err, result.err.contains("a JDK 21 or later is needed, found 8"));
  }

  /** Arguments, streams and exit code pass; the warning of the Vector API does not. */
  public void testPassesOn() throws Exception {
    jdk("usr/lib/jvm/jdk", "25");
    Path link = Files.createSymbolicLink(root.resolve("link"), launcher);
    launcher = Files.createSymbolicLink(root.resolve("link to link"), root.relativize(link));
    environment.put("PLAID_JAVA_OPTS", "-Xmx1g -Da=b");
    Result result = run("search", "two  words", "*", "");
    assertEquals(7, result.code);
    List<String> lines = result.out.lines().toList();
    assertEquals(
        List.of("search", "two  words", "*", ""), lines.subList(lines.size() - 4, lines.size()));
    assertTrue(result.out, lines.contains("-Xmx1g"));
    assertTrue(result.out, lines.contains("-Da=b"));
    assertTrue(result.out, lines.contains("-Dplaid.home=" + clone));
    assertTrue(result.out, lines.contains("-Dplaid.terminals="));
    assertTrue(result.out, lines.contains(clone + "/tools/target/lucene-plaid-tools-1.jar"));
    assertEquals("an error", result.err.strip());
  }

  /** Without a pom this is the unpacked download, which has the jars beside the script. */
  public void testDownload() throws Exception {
    jdk("usr/lib/jvm/jdk", "21");
    Files.delete(clone.resolve("pom.xml"));
    Files.delete(clone.resolve("tools/target/plaid.built"));
    Files.createFile(clone.resolve("lucene-plaid-tools-2.jar"));
    Result result = run("info");
    assertEquals(7, result.code);
    assertTrue(
        result.out, result.out.lines().toList().contains(clone + "/lucene-plaid-tools-2.jar"));
  }

  /** File names are UTF-8 if the locale does not name an encoding. */
  public void testLocale() throws Exception {
    jdk("usr/lib/jvm/jdk", "25");
    for (String none : List.of("", "C", "POSIX")) {
      environment.put("LC_ALL", none);
      assertTrue(run("demo").out.lines().toList().contains("LC_ALL=C.UTF-8"));
    }
    environment.put("LC_ALL", "");
    environment.put("LANG", "de_DE.UTF-8");
    assertTrue(run("demo").out.lines().toList().contains("LC_ALL="));
  }

  public void testNeedsMavenToBuild() throws Exception {
    jdk("usr/lib/jvm/jdk", "25");
    Files.delete(clone.resolve("tools/target/plaid.built"));
    Result result = run("demo");
    assertEquals(1, result.code);
    assertTrue(result.err, result.err.contains("building needs Maven"));
  }

  /** Builds jars that are missing or older than a source, and reports errors of the build. */
  public void testBuilds() throws Exception {
    Path jdk = jdk("usr/lib/jvm/jdk", "25");
    Path stamp = clone.resolve("tools/target/plaid.built");
    Path mvn = root.resolve("tools/mvn");
    executable(
        mvn,
        """
        #!/bin/sh
        echo "[INFO] Building Tools [4/4]"
        echo "[ERROR] broken $JAVA_HOME"
        exit 1
        """);
    Files.delete(stamp);
    Result result = run("demo");
    assertEquals(1, result.code);
    assertTrue(result.err, result.err.contains("  Building Tools [4/4]\n"));
    assertTrue(result.err, result.err.contains("[ERROR] broken " + jdk));
    assertTrue(result.err, result.err.contains("plaid: the build failed"));
    assertTrue(Files.notExists(stamp));

    executable(mvn, "#!/bin/sh\necho \"$PWD $*\" > called\n");
    assertEquals(7, run("demo").code);
    assertEquals(
        clone + " -B -Pquick -Dmaven.test.skip=true -pl tools -am package\n",
        Files.readString(clone.resolve("called")));
    assertTrue(Files.exists(stamp));

    Files.delete(clone.resolve("called"));
    assertEquals(7, run("demo").code);
    assertTrue(Files.notExists(clone.resolve("called")));

    Path source = Files.createDirectories(clone.resolve("tools/src/main")).resolve("A.java");
    Files.createFile(source);
    Files.setLastModifiedTime(
        source, FileTime.fromMillis(Files.getLastModifiedTime(stamp).toMillis() + 5000));
    assertEquals(7, run("demo").code);
    assertTrue(Files.exists(clone.resolve("called")));
  }

  /** A folder with a program {@code java} that prints where it is and what it was given. */
  private Path jdk(String name, String version) throws IOException {
    Path home = Files.createDirectories(root.resolve(name));
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    executable(
        home.resolve("bin/java"),
        "#!/bin/sh\necho '"
            + home
            + " ran'\necho \"LC_ALL=$LC_ALL\"\nfor a in \"$@\"; do echo \"$a\"; done\n"
            + "echo 'WARNING: Using incubator modules: x' >&2\necho an error >&2\nexit 7\n");
    executable(home.resolve("bin/javac"), "#!/bin/sh\n");
    return home;
  }

  private static Path executable(Path file, String content) throws IOException {
    Files.writeString(file, content);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Result run(String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(args));
    Path out = root.resolve("out");
    Path err = root.resolve("err");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(root.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.redirectOutput(out.toFile());
    builder.redirectError(err.toFile());
    int code = Processes.await(builder.start(), Processes.MINUTES);
    return new Result(code, Files.readString(out, UTF_8), Files.readString(err, UTF_8));
  }
}
