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
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/**
 * Indexes of all versions of the format, each in a zip with its hits beside this class: they are
 * found, read and merged by the version of today.
 */
public class TestOldIndexes extends LuceneTestCase {

  /**
   * The version that a format writes: the number behind the name in the header of its meta file.
   */
  private static int currentVersion(Directory directory) throws IOException {
    for (String file : directory.listAll()) {
      if (file.endsWith("_Plaid1_0.vem")) {
        try (IndexInput in = directory.openInput(file, IOContext.READONCE)) {
          return CodecUtil.checkHeader(in, "PlaidMeta", 0, Integer.MAX_VALUE);
        }
      }
    }
    throw new AssertionError("there is no meta file in " + List.of(directory.listAll()));
  }

  private static String zip(int version) {
    return "old/plaid-" + version + ".zip";
  }

  private static List<String> unzip(InputStream in, Directory directory) throws IOException {
    List<String> hits = null;
    try (ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        byte[] bytes = zip.readAllBytes();
        if (entry.getName().equals("hits.txt")) {
          hits = new String(bytes, StandardCharsets.UTF_8).lines().toList();
        } else {
          try (IndexOutput out = directory.createOutput(entry.getName(), IOContext.DEFAULT)) {
            out.writeBytes(bytes, bytes.length);
          }
        }
      }
    }
    return hits;
  }

  private static void zip(OutputStream out, Directory directory) throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (String file : directory.listAll()) {
        if (file.equals("write.lock")) {
          continue;
        }
        byte[] bytes;
        try (IndexInput in = directory.openInput(file, IOContext.READONCE)) {
          bytes = new byte[(int) in.length()];
          in.readBytes(bytes, 0, bytes.length);
        }
        put(zip, file, bytes);
      }
      String hits = String.join("\n", KeptIndex.hits(directory)) + "\n";
      put(zip, "hits.txt", hits.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTime(0);
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }

  /** The version of today has its zip, too; if it is a new one, the test writes it. */
  public void testVersionOfToday() throws IOException {
    try (Directory directory = newFSDirectory(createTempDir())) {
      KeptIndex.write(directory, TestUtil.getDefaultCodec());
      String name = zip(currentVersion(directory));
      if (getClass().getResource(name) != null) {
        return;
      }
      Path made =
          Path.of(System.getProperty("java.io.tmpdir"), name.substring(name.indexOf('/') + 1));
      try (OutputStream out = Files.newOutputStream(made)) {
        zip(out, directory);
      }
      fail(name + " is not among the resources of the tests: add " + made.toAbsolutePath());
    }
  }

  public void testAllVersions() throws IOException {
    int versions = 0;
    for (InputStream in; (in = getClass().getResourceAsStream(zip(versions))) != null; versions++) {
      try (Directory directory = newDirectory()) {
        List<String> expected = unzip(in, directory);
        assertEquals(150, expected.size());
        TestUtil.checkIndex(directory);
        assertEquals(expected, KeptIndex.hits(directory));
        KeptIndex.merge(directory, TestUtil.getDefaultCodec());
        TestUtil.checkIndex(directory);
        assertEquals(expected.size(), KeptIndex.hits(directory).size());
      }
    }
    assertTrue(versions > 0);
  }
}
