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

import io.github.luceneplaid.engine.nodes.Http;
import io.github.luceneplaid.engine.nodes.Ports;
import io.github.luceneplaid.engine.nodes.ServerProcess;
import io.github.luceneplaid.testframework.Processes;
import io.github.luceneplaid.testframework.TinyModel;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A node of Solr in a process of its own, with the packaged plugin in the lib folder of its home.
 */
final class SolrNode implements Closeable {

  private static final int LOADING = 503;

  private final Path home;
  private final int port;
  private final Http http;
  private final List<String> options;
  private ServerProcess process;

  /**
   * Prepares a node.
   *
   * @param home an empty folder
   */
  SolrNode(Path home) throws IOException {
    this(home, Ports.free(1)[0], List.of());
    Files.writeString(
        home.resolve("solr.xml"),
        "<solr><str name=\"allowUrls\">127.0.0.1:" + port + "</str></solr>");
  }

  private SolrNode(Path home, int port, List<String> options) {
    this.home = home;
    this.port = port;
    this.http = new Http(port);
    this.options = options;
  }

  /**
   * Prepares a node of SolrCloud.
   *
   * @param home an empty folder
   * @param port of the node
   * @param zooKeeper its address
   */
  static SolrNode ofCloud(Path home, int port, String zooKeeper) throws IOException {
    Files.writeString(
        home.resolve("solr.xml"),
        "<solr><solrcloud><str name=\"host\">127.0.0.1</str><int name=\"hostPort\">"
            + port
            + "</int></solrcloud></solr>");
    return new SolrNode(home, port, List.of("-DzkHost=" + zooKeeper));
  }

  /** Installs the plugin. */
  void install() throws IOException {
    install(packaged());
  }

  /** Installs the jars that encode, and a model as {@code token-vectors/tiny}. */
  void installEncoder() throws IOException {
    install(encoder());
    TinyModel.copyTo(Files.createDirectories(home.resolve("token-vectors").resolve("tiny")));
  }

  private void install(Path packaged) throws IOException {
    Path lib = Files.createDirectories(home.resolve("lib"));
    try (ZipFile zip = new ZipFile(packaged.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        Path name = Path.of(entry.getName());
        if (name.startsWith("lib") && entry.isDirectory() == false) {
          try (InputStream in = zip.getInputStream(entry)) {
            Files.copy(in, lib.resolve(name.getFileName().toString()));
          }
        }
      }
    }
  }

  /** The plugin as it is released. */
  static Path packaged() {
    return Path.of(System.getProperty("plaid.package"));
  }

  /** The jars that encode, as they are released. */
  static Path encoder() {
    return Path.of(System.getProperty("plaid.encoder"));
  }

  Path home() {
    return home;
  }

  int port() {
    return port;
  }

  Http http() {
    return http;
  }

  ServerProcess process() {
    return process;
  }

  /**
   * Starts the process, and waits until it answers.
   *
   * @param cores the existing cores; waits until each is loaded or has failed to load
   */
  void start(List<String> cores) throws IOException {
    List<String> command = new ArrayList<>(java());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Dsolr.port.listen=" + port);
    command.add("-Dsolr.host.advertise=127.0.0.1");
    command.addAll(options);
    command.add(SolrServer.class.getName());
    command.add(home.toString());
    command.add(Integer.toString(port));
    process = ServerProcess.start(command, Map.of(), home.resolve("log"), false);
    http.await("/solr/admin/cores", process::isAlive, answer -> answer.status() == 200);
    for (String core : cores) {
      http.await(
          "/solr/" + core + "/select?q=*:*&rows=0",
          process::isAlive,
          answer -> answer.status() != LOADING);
    }
  }

  /** Java with the classes of a server. */
  static List<String> java() {
    return List.of(
        Processes.java(),
        "-Xmx512m",
        "--add-modules",
        "jdk.incubator.vector",
        "-cp",
        System.getProperty("plaid.stand-ins")
            + File.pathSeparator
            + Path.of(System.getProperty("plaid.server"), "*"));
  }

  void restart(List<String> cores) throws IOException {
    close();
    start(cores);
  }

  @Override
  public void close() throws IOException {
    if (process != null) {
      process.close();
    }
  }
}
