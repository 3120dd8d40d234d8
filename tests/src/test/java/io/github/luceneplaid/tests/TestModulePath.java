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

import io.github.luceneplaid.fsvi.FsviVectorsFormat;
import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.testframework.Processes;
import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;

/**
 * A program on the module path: it finds the formats, has the fast kernels, and cannot import what
 * is internal. The libraries become modules only when they are packaged, so {@code mvn test} skips
 * this test.
 */
public class TestModulePath extends LuceneTestCase {

  private static final String PROGRAM =
      """
      package app;
      import io.github.luceneplaid.plaid.LateInteractionQuery;
      import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
      import org.apache.lucene.codecs.DocValuesFormat;
      import org.apache.lucene.codecs.lucene104.Lucene104Codec;
      import org.apache.lucene.document.Document;
      import org.apache.lucene.document.LateInteractionField;
      import org.apache.lucene.index.DirectoryReader;
      import org.apache.lucene.index.IndexWriter;
      import org.apache.lucene.index.IndexWriterConfig;
      import org.apache.lucene.search.IndexSearcher;
      import org.apache.lucene.store.ByteBuffersDirectory;
      import org.apache.lucene.store.Directory;

      public class Main {
        public static void main(String[] args) throws Exception {
          DocValuesFormat plaid = PlaidDocValuesFormat.builder().trainingThreshold(1).build();
          IndexWriterConfig config = new IndexWriterConfig();
          config.setCodec(
              new Lucene104Codec() {
                @Override
                public DocValuesFormat getDocValuesFormatForField(String field) {
                  return plaid;
                }
              });
          try (Directory directory = new ByteBuffersDirectory();
              IndexWriter writer = new IndexWriter(directory, config)) {
            for (int i = 0; i < 40; i++) {
              Document document = new Document();
              float[] token = {(float) Math.cos(i), (float) Math.sin(i)};
              document.add(new LateInteractionField("tokens", new float[][] {token, token}));
              writer.addDocument(document);
            }
            writer.commit();
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
              IndexSearcher searcher = new IndexSearcher(reader);
              float[][] query = {{(float) Math.cos(7), (float) Math.sin(7)}};
              LateInteractionQuery nearest = new LateInteractionQuery("tokens", query, 1);
              System.out.println(searcher.search(nearest, 1).scoreDocs[0].doc);
              System.out.println(nearest.profile(searcher).kernels().startsWith("panama"));
              System.out.println(PlaidDocValuesFormat.class.getModule().isNamed());
            }
          }
        }
      }
      """;

  private static Path place(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static String modulePath(Path... more) throws Exception {
    List<Path> path = new ArrayList<>(List.of(more));
    for (Class<?> type :
        List.of(
            PlaidDocValuesFormat.class, FsviVectorsFormat.class, NpyFile.class, Directory.class)) {
      path.add(place(type));
    }
    return path.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }

  /** Compiles a module, and returns the kinds of errors and warnings, whatever the language. */
  private static List<String> compile(Path into, String source) throws Exception {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<JavaFileObject> units =
        Stream.of("module app { requires io.github.luceneplaid.plaid; }", source)
            .map(text -> (JavaFileObject) new Source(text))
            .toList();
    DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
    List<String> options = List.of("-d", into.toString(), "--module-path", modulePath());
    compiler.getTask(null, null, said, options, null, units).call();
    return said.getDiagnostics().stream().map(Diagnostic::getCode).toList();
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String text) {
      super(
          URI.create(text.startsWith("module") ? "string:///module-info.java" : name(text)),
          Kind.SOURCE);
      this.text = text;
    }

    private static String name(String text) {
      return "string:///app/" + (text.contains("class Main") ? "Main" : "Other") + ".java";
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  @Override
  public void setUp() throws Exception {
    super.setUp();
    assumeTrue(
        "the libraries are modules once they are packaged, as by mvn verify",
        Files.isRegularFile(place(PlaidDocValuesFormat.class)));
    assumeTrue("there is no compiler", ToolProvider.getSystemJavaCompiler() != null);
  }

  public void testProgram() throws Exception {
    Path module = createTempDir();
    assertEquals(List.of(), compile(module, PROGRAM));
    boolean panama = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    List<String> command = new ArrayList<>(List.of(Processes.java()));
    if (panama) {
      command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    }
    command.addAll(List.of("--module-path", modulePath(module), "--module", "app/app.Main"));
    List<String> printed = JavaProcess.run(command);
    assertEquals(List.of("7", Boolean.toString(panama), "true"), printed);
  }

  public void testInternals() throws Exception {
    for (String internal :
        List.of(
            "io.github.luceneplaid.plaid.segment.PlaidSegment",
            "io.github.luceneplaid.plaid.search.request.SearchRequest",
            "io.github.luceneplaid.fsvi.simd.VectorKernels")) {
      assertEquals(
          List.of("compiler.err.package.not.visible"),
          compile(createTempDir(), "package app; class Other { " + internal + " field; }"));
    }
  }
}
