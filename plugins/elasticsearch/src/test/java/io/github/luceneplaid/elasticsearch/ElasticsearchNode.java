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

import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.engine.nodes.Ports;
import io.github.luceneplaid.engine.nodes.ServerProcess;
import io.github.luceneplaid.testframework.Processes;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.elasticsearch.bootstrap.ServerArgs;
import org.elasticsearch.common.io.stream.OutputStreamStreamOutput;
import org.elasticsearch.common.settings.KeyStoreWrapper;
import org.elasticsearch.common.settings.Settings;

/** A node of Elasticsearch in a process of its own, started as the distribution's script does. */
final class ElasticsearchNode implements Closeable {

  private static final String SERVER = "org.elasticsearch.server";
  private static final String BRIDGE = "org.elasticsearch.entitlement.bridge";

  private final ElasticsearchHome home;
  private final String name;
  private final int httpPort;
  private final Settings settings;
  private ServerProcess process;

  /**
   * A node that is not started yet.
   *
   * @param cluster transport ports of all nodes of the cluster, by node name
   */
  ElasticsearchNode(
      ElasticsearchHome home, String name, int httpPort, Map<String, Integer> cluster) {
    this.home = home;
    this.name = name;
    this.httpPort = httpPort;
    Settings.Builder settings =
        Settings.builder()
            .put("path.home", home.folder().toString())
            .put("path.data", folder("data").toString())
            .put("path.logs", folder("logs").toString())
            .put("action.auto_create_index", false)
            // Replicas are allocated on a disk that is nearly full, too
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .put("cluster.name", "late-interaction")
            .put("node.name", name)
            .put("network.host", "127.0.0.1")
            .put("http.port", httpPort)
            .put("transport.port", cluster.get(name));
    if (cluster.size() == 1) {
      settings.put("discovery.type", "single-node");
    } else {
      settings.putList(
          "discovery.seed_hosts",
          cluster.values().stream().map(port -> "127.0.0.1:" + port).toList());
      settings.putList("cluster.initial_master_nodes", List.copyOf(cluster.keySet()));
    }
    this.settings = settings.build();
  }

  /** A cluster of one node, on ports that are free. */
  static ElasticsearchNode single(ElasticsearchHome home) throws IOException {
    int[] ports = Ports.free(2);
    return new ElasticsearchNode(home, "n1", ports[0], Map.of("n1", ports[1]));
  }

  /** Starts the process; {@link #http} waits for it. */
  void start() throws IOException {
    for (String folder : List.of("data", "logs", "config", "temp")) {
      Files.createDirectories(folder(folder));
    }
    Files.writeString(
        folder("config").resolve("log4j2.properties"),
        """
        appender.console.type = Console
        appender.console.name = console
        appender.console.layout.type = PatternLayout
        appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] [%node_name]%marker %m%n
        rootLogger.level = info
        rootLogger.appenderRef.console.ref = console
        """);
    Files.writeString(folder("config").resolve("elasticsearch.yml"), "");
    ServerProcess.openToAll(home.folder());
    process =
        ServerProcess.start(
            command(),
            Map.of("LIBFFI_TMPDIR", folder("temp").toString()),
            folder("logs").resolve("console.log"),
            true);
    // The server reads its settings from here, and ends when this stream does
    OutputStream input = process.input();
    new ServerArgs(
            false,
            false,
            null,
            KeyStoreWrapper.create(),
            settings,
            folder("config"),
            folder("logs"))
        .writeTo(new OutputStreamStreamOutput(input));
    input.flush();
  }

  private List<String> command() throws IOException {
    return List.of(
        Processes.java(),
        "-Xms512m",
        "-Xmx512m",
        "-Djava.io.tmpdir=" + folder("temp"),
        "-Des.path.home=" + home.folder(),
        "-Des.distribution.type=tar",
        "--enable-native-access=org.elasticsearch.nativeaccess,org.apache.lucene.core",
        "--enable-native-access=ALL-UNNAMED",
        "--illegal-native-access=deny",
        "--add-opens=org.apache.lucene.core/org.apache.lucene.codecs.lucene99=" + SERVER,
        "--add-opens=org.apache.lucene.core/org.apache.lucene.internal.vectorization=" + SERVER,
        "-XX:+EnableDynamicAgentLoading",
        "-Djdk.attach.allowAttachSelf=true",
        "--patch-module=java.base=" + home.bridge(),
        "--add-exports=java.base/"
            + BRIDGE
            + "=org.elasticsearch.entitlement,java.logging,java.net.http,java.naming,jdk.net",
        "--add-modules=jdk.incubator.vector",
        "-Dorg.apache.lucene.store.defaultReadAdvice=normal",
        "-Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1",
        "--module-path=" + home.folder().resolve("lib"),
        "--add-modules=jdk.net",
        "--add-modules=jdk.management.agent",
        "--add-modules=ALL-MODULE-PATH",
        "-m",
        SERVER + "/org.elasticsearch.bootstrap.Elasticsearch");
  }

  /** Waits until the cluster is as its health says, and talks to this node. */
  Http http(String health) throws IOException {
    Http http = new Http(httpPort);
    http.await(
        "/_cluster/health?" + health,
        process::isAlive,
        answer -> answer.status() == 200 && answer.body().path("timed_out").asBoolean() == false);
    return http;
  }

  ServerProcess process() {
    return process;
  }

  /** The id that the cluster gives the node. */
  String id(Http http) throws IOException {
    return http.get("/_nodes/" + name).ok().path("nodes").fieldNames().next();
  }

  /**
   * The folders of Lucene's indexes, while the node is down.
   *
   * @param uuid of an index
   */
  List<Path> shards(String uuid) throws IOException {
    Path index = folder("data").resolve("indices").resolve(uuid);
    try (Stream<Path> folders = Files.walk(index)) {
      return folders.filter(path -> path.endsWith("index")).toList();
    }
  }

  /** The folder of the configuration. */
  Path config() {
    return folder("config");
  }

  /** A folder of the node, such as that of its data. */
  Path folder(String folder) {
    return home.folder().resolve("nodes").resolve(name).resolve(folder);
  }

  @Override
  public void close() throws IOException {
    if (process != null) {
      process.close();
    }
  }
}
