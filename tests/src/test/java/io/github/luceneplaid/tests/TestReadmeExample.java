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

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Compiles the code of the README as it is printed there, and runs it. */
public class TestReadmeExample extends LuceneTestCase {
  private static final String FENCE = "```java\n";

  public void testExample() throws Exception {
    String readme = Files.readString(Path.of("..", "README.md"));
    int start = readme.indexOf(FENCE) + FENCE.length();
    String code = readme.substring(start, readme.indexOf("```", start));
    assertEquals("one example", readme.indexOf(FENCE), readme.lastIndexOf(FENCE));
    int add = code.indexOf("document.add(");
    int search = code.indexOf("TopDocs hits =");
    assertTrue(code, 0 < add && add < search);
    URL[] path = {
      compile(code.substring(0, add), code.substring(add, search), code.substring(search))
    };
    try (URLClassLoader loader = new URLClassLoader(path, getClass().getClassLoader())) {
      run(loader.loadClass("Example"));
    }
  }

  private static void run(Class<?> example) throws Exception {
    IndexWriterConfig config = new IndexWriterConfig();
    invoke(example, "configure", config);
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (int i = 0; i < 20; i++) {
          Document document = new Document();
          invoke(example, "add", document, token(i));
          writer.addDocument(document);
        }
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        TopDocs hits =
            (TopDocs) invoke(example, "search", new IndexSearcher(reader), (Object) token(7));
        assertEquals(10, hits.scoreDocs.length);
        assertEquals(7, hits.scoreDocs[0].doc);
        assertEquals(1, hits.scoreDocs[0].score, 1e-4);
      }
    }
  }

  /** A document of one token, each in a direction of its own. */
  private static float[][] token(int document) {
    float[][] tokens = new float[1][32];
    tokens[0][document] = 1;
    return tokens;
  }

  private static Object invoke(Class<?> example, String name, Object... arguments)
      throws ReflectiveOperationException {
    for (Method method : example.getDeclaredMethods()) {
      if (method.getName().equals(name)) {
        try {
          return method.invoke(null, arguments);
        } catch (InvocationTargetException e) {
          throw new AssertionError(name, e.getCause());
        }
      }
    }
    throw new AssertionError("no method " + name);
  }

  private static URL compile(String configure, String add, String search) throws Exception {
    String source =
        String.format(
            Locale.ROOT,
            """
            import io.github.luceneplaid.plaid.*;
            import io.github.luceneplaid.plaid.search.*;
            import java.io.IOException;
            import org.apache.lucene.codecs.*;
            import org.apache.lucene.codecs.lucene104.*;
            import org.apache.lucene.document.*;
            import org.apache.lucene.index.*;
            import org.apache.lucene.search.*;

            public class Example {
              public static void configure(IndexWriterConfig config) {
                %s
              }

              public static void add(Document document, float[][] tokens) {
                %s
              }

              public static TopDocs search(IndexSearcher searcher, float[][] queryTokens)
                  throws IOException {
                %s
                return hits;
              }
            }
            """,
            configure,
            add,
            search);
    // Not one of the file systems that Lucene tests with, which the compiler does not know.
    Path folder = Path.of(createTempDir().toRealPath().toString());
    Path file = Files.writeString(folder.resolve("Example.java"), source);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertNotNull("tests need a JDK", compiler);
    DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of("-proc:none", "-classpath", System.getProperty("java.class.path"));
      boolean compiled =
          compiler
              .getTask(null, files, problems, options, null, files.getJavaFileObjects(file))
              .call();
      for (Diagnostic<?> problem : problems.getDiagnostics()) {
        assertTrue(problem.toString(), compiled);
      }
    }
    return folder.toUri().toURL();
  }
}
