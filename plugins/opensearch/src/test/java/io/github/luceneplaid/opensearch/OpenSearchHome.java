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

package io.github.luceneplaid.opensearch;

import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.engine.nodes.ServerProcess;
import io.github.luceneplaid.testframework.Processes;
import io.github.luceneplaid.testframework.TinyModel;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** The home folder of OpenSearch, with the packaged plugin, that nodes of a test run from. */
final class OpenSearchHome {

  private static final Path PEER = Path.of("io", "github", "luceneplaid", "opensearch", "peer");

  private final Path home;
  private final OpenSearchRelease release;

  /** Makes a home in an empty folder. */
  OpenSearchHome(Path home) throws IOException {
    this(home, OpenSearchRelease.current());
  }

  /** Makes a home of some version in an empty folder. */
  OpenSearchHome(Path home, OpenSearchRelease release) throws IOException {
    this.home = Files.createDirectories(home);
    this.release = release;
    copy(release.server(), home);
    module("transport-netty4", "org.opensearch.transport.Netty4ModulePlugin");
    module("reindex", "org.opensearch.index.reindex.ReindexModulePlugin");
    installPeer();
    install();
    Path config = Files.createDirectories(home.resolve("config"));
    Files.writeString(config.resolve("opensearch.yml"), "");
    Files.writeString(
        config.resolve("log4j2.properties"),
        """
        appender.console.type = Console
        appender.console.name = console
        appender.console.layout.type = PatternLayout
        appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
        rootLogger.level = info
        rootLogger.appenderRef.console.ref = console
        """);
    Files.createDirectories(home.resolve("tmp"));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  private void module(String name, String className) throws IOException {
    Path folder = home.resolve("modules").resolve(name);
    describe(folder, name, className);
    Files.writeString(
        folder.resolve("plugin-security.policy"),
        "grant { permission java.net.SocketPermission \"*\", \"accept,connect,resolve\"; };\n");
  }

  private void describe(Path folder, String name, String className) throws IOException {
    Files.writeString(
        folder.resolve("plugin-descriptor.properties"),
        String.format(
            Locale.ROOT,
            """
            name=%1$s
            description=%1$s
            version=%2$s
            opensearch.version=%2$s
            java.version=21
            classname=%3$s
            """,
            name,
            release.version(),
            className));
  }

  private void installPeer() throws IOException {
    Path folder = Files.createDirectories(home.resolve("plugins").resolve("peer"));
    describe(folder, "peer", "io.github.luceneplaid.opensearch.peer.PeerPlugin");
    Path classes = Path.of("target", "test-classes");
    try (OutputStream out = Files.newOutputStream(folder.resolve("peer.jar"));
        ZipOutputStream jar = new ZipOutputStream(out);
        Stream<Path> files = Files.list(classes.resolve(PEER))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        jar.putNextEntry(new ZipEntry(classes.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, jar);
      }
    }
  }

  /** The package under test. */
  static Path zip() {
    return OpenSearchRelease.current().plugin();
  }

  /** The package of the second plugin. */
  static Path encoderZip() {
    return Path.of(System.getProperty("plaid.encoder"));
  }

  private Path plugin() {
    return home.resolve("plugins").resolve("late-interaction");
  }

  /** Installs the plugin as OpenSearch's installer does. */
  void install() throws IOException {
    install(release.plugin(), plugin());
  }

  /** Installs the second plugin, and a model as {@code token-vectors/tiny}. */
  void installEncoder() throws IOException {
    install(encoderZip(), home.resolve("plugins").resolve("late-interaction-encoder"));
    Path models = home.resolve("config").resolve("token-vectors");
    TinyModel.copyTo(Files.createDirectories(models.resolve("tiny")));
  }

  private static void install(Path file, Path to) throws IOException {
    Path folder = Files.createDirectories(to);
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        if (entry.isDirectory() == false) {
          Path target = folder.resolve(entry.getName());
          Files.createDirectories(target.getParent());
          Files.copy(zip.getInputStream(entry), target);
        }
      }
    }
  }

  /** Removes the plugin. */
  void uninstall() throws IOException {
    try (Stream<Path> files = Files.list(plugin())) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.delete(file);
      }
    }
    Files.delete(plugin());
  }

  /** Where a node keeps its indexes. */
  Path data(String node) {
    return home.resolve("data").resolve(node);
  }

  /**
   * The configuration of a node. Each node makes a keystore when it starts first; of nodes that
   * share a folder and start together, one fails to make it and ends without a word.
   */
  private Path config(String node) throws IOException {
    Path config = home.resolve("config-" + node);
    if (Files.isDirectory(config) == false) {
      copy(home.resolve("config"), config);
    }
    return config;
  }

  /**
   * Starts a node.
   *
   * @param name of the node and of its folders
   * @param settings of the node, {@code name=value}
   */
  OpenSearchNode start(String name, int httpPort, int transportPort, String... settings)
      throws IOException {
    Files.createDirectories(data(name));
    List<String> command = new ArrayList<>();
    command.add(Processes.java());
    command.add("-Xms512m");
    command.add("-Xmx512m");
    command.add("-javaagent:" + home.resolve("agent").resolve("opensearch-agent.jar"));
    command.add("--add-modules=jdk.incubator.vector");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1");
    command.add("-Djava.io.tmpdir=" + home.resolve("tmp"));
    command.add("-Dopensearch.path.home=" + home);
    command.add("-Dopensearch.path.conf=" + config(name));
    command.add("-cp");
    command.add(home.resolve("lib") + "/*");
    command.add("org.opensearch.bootstrap.OpenSearch");
    command.add("-Enode.name=" + name);
    command.add("-Enetwork.host=127.0.0.1");
    // Replicas are allocated on a disk that is nearly full, too
    command.add("-Ecluster.routing.allocation.disk.threshold_enabled=false");
    command.add("-Ehttp.port=" + httpPort);
    command.add("-Etransport.port=" + transportPort);
    command.add("-Epath.data=" + data(name));
    command.add("-Epath.logs=" + home.resolve("logs").resolve(name));
    for (String setting : settings) {
      command.add("-E" + setting);
    }
    ServerProcess.openToAll(home);
    Path log = home.resolve(name + ".log");
    return new OpenSearchNode(
        ServerProcess.start(command, Map.of(), log, true), new Http(httpPort));
  }
}
