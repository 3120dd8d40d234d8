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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
 * Indexes of all versions of the formats, each in a zip with its hits beside this class: the
 * current version finds, reads and merges them.
 */
public class TestOldIndexes extends LuceneTestCase {

  private static final String HITS = "hits.txt";

  /** A format that has versions. */
  private enum Format {
    PLAID("_Plaid1_0.vem", "PlaidMeta", 150) {
      @Override
      void write(Directory directory) throws IOException {
        KeptIndex.write(directory, TestUtil.getDefaultCodec());
      }

      @Override
      void merge(Directory directory) throws IOException {
        KeptIndex.merge(directory, TestUtil.getDefaultCodec());
      }

      @Override
      List<String> hits(Directory directory) throws IOException {
        return KeptIndex.hits(directory);
      }
    },
    FSVI("_Fsvi1_0.vemf", "FsviMeta", KeptVectors.lines()) {
      @Override
      void write(Directory directory) throws IOException {
        KeptVectors.write(directory);
      }

      @Override
      void merge(Directory directory) throws IOException {
        KeptVectors.merge(directory);
      }

      @Override
      List<String> hits(Directory directory) throws IOException {
        return KeptVectors.hits(directory);
      }
    };

    private final String metaFile;
    private final String metaCodec;
    private final int lines;

    Format(String metaFile, String metaCodec, int lines) {
      this.metaFile = metaFile;
      this.metaCodec = metaCodec;
      this.lines = lines;
    }

    abstract void write(Directory directory) throws IOException;

    abstract void merge(Directory directory) throws IOException;

    abstract List<String> hits(Directory directory) throws IOException;

    /** The hits of fields that merges copy bit by bit, and that are searched exactly. */
    List<String> exact(List<String> hits) {
      String fields = this == PLAID ? "flat " : "FLOAT32-";
      List<String> exact = hits.stream().filter(line -> line.startsWith(fields)).toList();
      assertFalse(exact.isEmpty());
      return exact;
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

  /** The current version has its zip, too. If the version is new, the test writes the zip. */
  public void testVersionOfToday() throws IOException {
    for (Format format : Format.values()) {
      try (Directory directory = newFSDirectory(createTempDir())) {
        format.write(directory);
        String name = format.zip(format.version(directory));
        if (getClass().getResource(name) == null) {
          Map<String, byte[]> files = IndexFiles.read(directory);
          String hits = String.join("\n", format.hits(directory)) + "\n";
          files.put(HITS, hits.getBytes(StandardCharsets.UTF_8));
          Path made =
              Path.of(System.getProperty("java.io.tmpdir"), name.substring(name.indexOf('/') + 1));
          Files.write(made, zip(files));
          fail(name + " is not among the resources of the tests: add " + made.toAbsolutePath());
        }
      }
    }
  }

  public void testAllVersions() throws IOException {
    for (Format format : Format.values()) {
      int version = 0;
      for (InputStream in; (in = getClass().getResourceAsStream(format.zip(version))) != null; ) {
        Map<String, byte[]> files = unzip(in);
        byte[] hits = files.remove(HITS);
        List<String> expected = new String(hits, StandardCharsets.UTF_8).lines().toList();
        assertEquals(format.lines, expected.size());
        try (Directory directory = newDirectory()) {
          IndexFiles.write(directory, files);
          assertEquals(version, format.version(directory));
          TestUtil.checkIndex(directory);
          assertEquals(expected, format.hits(directory));
          format.merge(directory);
          TestUtil.checkIndex(directory);
          List<String> merged = format.hits(directory);
          assertEquals(expected.size(), merged.size());
          assertEquals(format.exact(expected), format.exact(merged));
        }
        version++;
      }
      assertTrue(format + " has no old index", version > 0);
    }
  }
}
