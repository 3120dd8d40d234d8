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

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/**
 * Indexes of all versions of the formats, with all their options, each in a zip beside this class.
 * What the version that wrote it read from it is in the zip, too: the forms of segments, a number
 * for each value, and hits. The current version must read the same, before and after a merge. So a
 * change of the meaning of bytes is noticed.
 */
public class TestOldIndexes extends LuceneTestCase {

  private static final String LINES = "lines.txt";

  /** The last digits of a sum depend on the width of the machine's vectors. */
  private static final double TOLERANCE = 1e-3;

  /** A format that has versions. */
  private enum Format {
    PLAID("_Plaid1_0.vem", "PlaidMeta") {
      @Override
      void write(Directory directory, Path folder) throws IOException {
        KeptTokens.write(directory, folder);
      }

      @Override
      void merge(Directory directory) throws IOException {
        KeptTokens.merge(directory);
      }

      @Override
      List<String> forms(Directory directory) throws IOException {
        return TokenLines.forms(directory);
      }

      @Override
      List<String> values(Directory directory) throws IOException {
        return TokenLines.values(directory);
      }

      @Override
      List<String> hits(Directory directory) throws IOException {
        return TokenLines.hits(directory);
      }
    },
    FSVI("_Fsvi1_0.vemf", "FsviMeta") {
      @Override
      void write(Directory directory, Path folder) throws IOException {
        KeptVectors.write(directory);
      }

      @Override
      void merge(Directory directory) throws IOException {
        KeptVectors.merge(directory);
      }

      @Override
      List<String> forms(Directory directory) throws IOException {
        return KeptVectors.forms(directory);
      }

      @Override
      List<String> values(Directory directory) throws IOException {
        return KeptVectors.values(directory);
      }

      @Override
      List<String> hits(Directory directory) throws IOException {
        return KeptVectors.hits(directory);
      }
    };

    private final String metaFile;
    private final String metaCodec;

    Format(String metaFile, String metaCodec) {
      this.metaFile = metaFile;
      this.metaCodec = metaCodec;
    }

    /**
     * Writes an index with all that is written today.
     *
     * @param folder an empty folder for other files
     */
    abstract void write(Directory directory, Path folder) throws IOException;

    abstract void merge(Directory directory) throws IOException;

    /** How fields are stored in each segment. */
    abstract List<String> forms(Directory directory) throws IOException;

    /** The values, one line each. A merge does not change them. */
    abstract List<String> values(Directory directory) throws IOException;

    abstract List<String> hits(Directory directory) throws IOException;

    List<String> lines(Directory directory) throws IOException {
      List<String> lines = new ArrayList<>(forms(directory));
      lines.addAll(values(directory));
      lines.addAll(hits(directory));
      return lines;
    }

    String zip(int version) {
      return "old/" + name().toLowerCase(Locale.ROOT) + "-" + version + ".zip";
    }

    /** The version that was written: the number after the name in the header of the meta file. */
    int version(Directory directory) throws IOException {
      for (String file : directory.listAll()) {
        if (file.endsWith(metaFile)) {
          try (IndexInput in = directory.openInput(file, IOContext.READONCE)) {
            return CodecUtil.checkHeader(in, metaCodec, 0, Integer.MAX_VALUE);
          }
        }
      }
      throw new AssertionError("there is no meta file in " + Arrays.toString(directory.listAll()));
    }
  }

  private static Map<String, byte[]> unzip(InputStream in) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        files.put(entry.getName(), zip.readAllBytes());
      }
    }
    return files;
  }

  private static byte[] zip(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        ZipEntry entry = new ZipEntry(file.getKey());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(file.getValue());
        zip.closeEntry();
      }
    }
    return out.toByteArray();
  }

  /**
   * The current version has its zip, too, with all that is written today. If the version is new,
   * the test writes the zip. Values depend on the machine's vectors, because centroids do.
   */
  public void testVersionOfToday() throws IOException {
    for (Format format : Format.values()) {
      try (Directory directory = newFSDirectory(createTempDir())) {
        format.write(directory, createTempDir());
        String name = format.zip(format.version(directory));
        if (getClass().getResource(name) == null) {
          Map<String, byte[]> files = IndexFiles.read(directory);
          String lines = String.join("\n", format.lines(directory)) + "\n";
          files.put(LINES, lines.getBytes(StandardCharsets.UTF_8));
          Path made =
              Path.of(System.getProperty("java.io.tmpdir"), name.substring(name.indexOf('/') + 1));
          Files.write(made, zip(files));
          fail(name + " is not among the resources of the tests: add " + made.toAbsolutePath());
        }
        Map<String, byte[]> kept = unzip(getClass().getResourceAsStream(name));
        assertLines(linesOf("form ", linesOf(kept)), format.forms(directory));
      }
    }
  }

  /** Files that are not Lucene's are not put into a zip. */
  public void testExtraFolder() throws IOException {
    Path folder = createTempDir();
    try (Directory directory = newFSDirectory(folder)) {
      KeptVectors.write(directory);
      Set<String> files = IndexFiles.read(directory).keySet();
      Files.createDirectories(folder.resolve("extra"));
      assertEquals(files, IndexFiles.read(directory).keySet());
    }
  }

  private static void check(Directory directory, Path folder) throws Exception {
    TestUtil.checkIndex(directory);
    String plaid = "io.github.luceneplaid.tools.Plaid";
    // Fails if the check does
    JavaProcess.run(JavaProcess.command(plaid, "-Xmx256m", "check", "--deep", folder.toString()));
  }

  public void testAllVersions() throws Exception {
    for (Format format : Format.values()) {
      int version = 0;
      for (InputStream in; (in = getClass().getResourceAsStream(format.zip(version))) != null; ) {
        Map<String, byte[]> files = unzip(in);
        List<String> expected = linesOf(files);
        files.remove(LINES);
        Path folder = createTempDir();
        try (Directory directory = newFSDirectory(folder)) {
          IndexFiles.write(directory, files);
          assertEquals(version, format.version(directory));
          check(directory, folder);
          assertLines(expected, format.lines(directory));
          List<String> values = sorted(format.values(directory));
          format.merge(directory);
          check(directory, folder);
          assertLines(values, sorted(format.values(directory)));
          assertEquals(format.hits(directory).size(), linesOf("hit ", expected).size());
        }
        version++;
      }
      assertTrue(format + " has no old index", version > 0);
    }
  }

  private static List<String> linesOf(Map<String, byte[]> files) {
    return new String(files.get(LINES), StandardCharsets.UTF_8).lines().toList();
  }

  private static List<String> linesOf(String start, List<String> lines) {
    return lines.stream().filter(line -> line.startsWith(start)).toList();
  }

  /** Sorted by field and document. */
  private static List<String> sorted(List<String> lines) {
    return lines.stream().sorted(Comparator.comparing(TestOldIndexes::name)).toList();
  }

  /** Compares lines: the last word is a number, which may differ a little. */
  private static void assertLines(List<String> expected, List<String> found) {
    for (int i = 0; i < Math.min(expected.size(), found.size()); i++) {
      assertEquals(name(expected.get(i)), name(found.get(i)));
      assertEquals(expected.get(i), number(expected.get(i)), number(found.get(i)), TOLERANCE);
    }
    assertEquals(expected.size(), found.size());
  }

  private static String name(String line) {
    return line.substring(0, line.lastIndexOf(' '));
  }

  private static double number(String line) {
    return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
  }
}
