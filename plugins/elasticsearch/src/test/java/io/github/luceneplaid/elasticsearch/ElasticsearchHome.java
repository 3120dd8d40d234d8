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

import io.github.luceneplaid.engine.nodes.ServerProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.lucene.util.IOUtils;
import org.elasticsearch.io.ansi.AnsiConsoleLoader;

/**
 * The folders of an installed Elasticsearch: the server's jars as they come from a repository, its
 * HTTP module, and the plugin as its zip has it.
 *
 * @param folder of all
 * @param packaged the zip of the plugin
 */
record ElasticsearchHome(Path folder, Path packaged) {

  private static final String HTTP_MODULE = "transport-netty4";

  /**
   * Installs the server and the plugin, in place of what was there.
   *
   * @param homeName name of the folder
   */
  static ElasticsearchHome install(String homeName) throws IOException {
    return install(homeName, target().resolve("server"), zip());
  }

  /**
   * Installs a server of any version, in place of what was there.
   *
   * @param homeName name of the folder
   * @param server folder with all jars
   * @param packaged the plugin for it
   */
  static ElasticsearchHome install(String homeName, Path server, Path packaged) throws IOException {
    Path folder = target().resolve("homes").resolve(homeName);
    IOUtils.rm(folder);
    ElasticsearchHome home = new ElasticsearchHome(folder, packaged);
    Path lib = Files.createDirectories(folder.resolve("lib"));
    Path module = Files.createDirectories(folder.resolve("modules").resolve(HTTP_MODULE));
    Path bridge = Files.createDirectories(lib.resolve("entitlement-bridge"));
    Files.createDirectories(folder.resolve("plugins"));
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(server)) {
      for (Path jar : jars) {
        String name = jar.getFileName().toString();
        Path to = lib;
        if (name.startsWith("elasticsearch-entitlement-bridge-")) {
          to = bridge;
        } else if (name.startsWith("netty-")
            || name.startsWith(HTTP_MODULE)
            || name.startsWith("elasticsearch-ssl-config-")) {
          to = module;
        }
        Files.copy(jar, to.resolve(name));
        if (name.startsWith(HTTP_MODULE)) {
          unzip(jar, "META-INF/es-plugins/" + HTTP_MODULE + "/", module);
        }
      }
    }
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .put(new Attributes.Name("Agent-Class"), EntitlementAgent.class.getName());
    manifest.getMainAttributes().put(new Attributes.Name("Can-Retransform-Classes"), "true");
    jar(lib.resolve("entitlement-agent"), manifest, EntitlementAgent.class);
    jar(lib.resolve("tools").resolve("ansi-console"), null, AnsiConsoleLoader.class);
    home.installPlugin();
    return home;
  }

  /** Unzips the plugin, as its installer does. */
  void installPlugin() throws IOException {
    unzip(packaged, "", Files.createDirectories(plugin()));
    ServerProcess.openToAll(plugin());
  }

  /** Unzips the second plugin. */
  void installEncoder() throws IOException {
    Path plugin = folder.resolve("plugins").resolve("late-interaction-encoder");
    unzip(encoderZip(), "", Files.createDirectories(plugin));
  }

  /** Deletes the plugin, as its installer does. */
  void removePlugin() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(plugin())) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    Files.delete(plugin());
  }

  /** The jar with the classes that the server adds to the JDK's own. */
  Path bridge() throws IOException {
    try (DirectoryStream<Path> jars =
        Files.newDirectoryStream(folder.resolve("lib").resolve("entitlement-bridge"))) {
      return jars.iterator().next();
    }
  }

  private Path plugin() {
    return folder.resolve("plugins").resolve("late-interaction");
  }

  /** The zip of the plugin. */
  static Path zip() throws IOException {
    return zip("late-interaction-[0-9]*-elasticsearch-*.zip");
  }

  /** The zip of the second plugin. */
  static Path encoderZip() throws IOException {
    return zip("late-interaction-encoder-*-elasticsearch-*.zip");
  }

  private static Path zip(String name) throws IOException {
    try (DirectoryStream<Path> zips = Files.newDirectoryStream(target(), name)) {
      return zips.iterator().next();
    }
  }

  /** Where this module is built. */
  static Path target() {
    return Path.of("target").toAbsolutePath();
  }

  private static void unzip(Path zip, String prefix, Path folder) throws IOException {
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (entry.getName().startsWith(prefix) && entry.isDirectory() == false) {
          Path target = folder.resolve(entry.getName().substring(prefix.length()));
          Files.createDirectories(target.getParent());
          Files.copy(in, target);
        }
      }
    }
  }

  private static void jar(Path folder, Manifest manifest, Class<?> content) throws IOException {
    Path jar = Files.createDirectories(folder).resolve(content.getSimpleName() + ".jar");
    String name = content.getName().replace('.', '/') + ".class";
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out =
            manifest == null ? new JarOutputStream(file) : new JarOutputStream(file, manifest);
        InputStream in = content.getClassLoader().getResourceAsStream(name)) {
      out.putNextEntry(new JarEntry(name));
      in.transferTo(out);
      out.closeEntry();
    }
  }
}
