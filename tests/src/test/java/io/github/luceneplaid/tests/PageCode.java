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
package io.github.luceneplaid.tests;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Java code of a page of the documentation, compiled as it is printed there. */
final class PageCode implements AutoCloseable {
  private static final String IMPORTS =
      """
      import io.github.luceneplaid.fsvi.*;
      import io.github.luceneplaid.plaid.*;
      import java.io.IOException;
      import java.util.*;
      import org.apache.lucene.codecs.*;
      import org.apache.lucene.codecs.lucene104.*;
      import org.apache.lucene.document.*;
      import org.apache.lucene.index.*;
      import org.apache.lucene.search.*;
      import org.apache.lucene.store.*;

      """;

  private final URLClassLoader loader;
  private final Class<?> example;

  private PageCode(URLClassLoader loader) throws ClassNotFoundException {
    this.loader = loader;
    this.example = loader.loadClass("Example");
  }

  /** The blocks of Java on a page. */
  static List<String> blocks(String page) throws IOException {
    List<String> blocks = new ArrayList<>();
    String[] parts = Files.readString(Path.of("..", page)).split("```", -1);
    for (int i = 1; i < parts.length; i += 2) {
      if (parts[i].startsWith("java\n")) {
        blocks.add(parts[i].substring("java\n".length()));
      }
    }
    return blocks;
  }

  /**
   * Compiles members of a class, for which everything of Lucene and of this project is imported.
   */
  static PageCode compile(String members) throws Exception {
    // Not one of the file systems that Lucene tests with, which the compiler does not know
    Path folder = Path.of(LuceneTestCase.createTempDir().toRealPath().toString());
    Path file =
        Files.writeString(
            folder.resolve("Example.java"), IMPORTS + "class Example {\n" + members + "\n}\n");
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    LuceneTestCase.assertNotNull("tests need a JDK", compiler);
    DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of("-proc:none", "-classpath", System.getProperty("java.class.path"));
      boolean compiled =
          compiler
              .getTask(null, files, problems, options, null, files.getJavaFileObjects(file))
              .call();
      for (Diagnostic<?> problem : problems.getDiagnostics()) {
        LuceneTestCase.assertTrue(problem.toString(), compiled);
      }
    }
    URL[] path = {folder.toUri().toURL()};
    return new PageCode(new URLClassLoader(path, PageCode.class.getClassLoader()));
  }

  Object invoke(String name, Object... arguments) throws ReflectiveOperationException {
    for (Method method : example.getDeclaredMethods()) {
      if (method.getName().equals(name)) {
        method.setAccessible(true);
        try {
          return method.invoke(null, arguments);
        } catch (InvocationTargetException e) {
          throw new AssertionError(name, e.getCause());
        }
      }
    }
    throw new AssertionError("no method " + name);
  }

  @Override
  public void close() throws IOException {
    loader.close();
  }
}
