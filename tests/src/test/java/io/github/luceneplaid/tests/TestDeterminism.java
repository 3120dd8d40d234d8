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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressFileSystems;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.NamedThreadFactory;
import org.apache.lucene.util.StringHelper;

/** The same input gives the same bytes and the same hits under all conditions. */
@SuppressFileSystems("*")
public class TestDeterminism extends LuceneTestCase {

  private static final int THREADS = 8;

  private static final Map<String, String> CODECS =
      Map.of("vem", "PlaidMeta", "veq", "PlaidData", "vec", "PlaidVectors");

  /** The files of the format without the ids of segments, and without checksums over these. */
  private static Map<String, BytesRef> bytes(Directory directory) throws IOException {
    Map<String, BytesRef> all = new TreeMap<>();
    IndexFiles.read(directory)
        .forEach(
            (name, bytes) -> {
              String codec = CODECS.get(name.substring(name.lastIndexOf('.') + 1));
              if (codec != null && name.contains("Plaid1")) {
                int id = CodecUtil.headerLength(codec);
                Arrays.fill(bytes, id, id + StringHelper.ID_LENGTH, (byte) 0);
                all.put(name, new BytesRef(bytes, 0, bytes.length - CodecUtil.footerLength()));
              }
            });
    assertFalse(all.isEmpty());
    return all;
  }

  /** Eight threads that write or search give the same result as one. */
  public void testThreads() throws Exception {
    Map<String, BytesRef> alone;
    List<String> hits;
    try (Directory directory = new ByteBuffersDirectory()) {
      build(directory);
      alone = bytes(directory);
      hits = KeptIndex.hits(directory);
    }
    assertEquals(150, hits.size());
    ExecutorService threads =
        Executors.newFixedThreadPool(THREADS, new NamedThreadFactory("determinism"));
    try {
      List<Directory> directories = new ArrayList<>();
      List<Future<?>> writes = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Directory directory = new ByteBuffersDirectory();
        directories.add(directory);
        writes.add(
            threads.submit(
                () -> {
                  build(directory);
                  return null;
                }));
      }
      for (Future<?> write : writes) {
        write.get(15, TimeUnit.MINUTES);
      }
      for (Directory directory : directories) {
        assertEquals(alone, bytes(directory));
        assertEquals(hits, KeptIndex.hits(directory, threads));
        directory.close();
      }
    } finally {
      threads.shutdown();
    }
  }

  /** Builds an index of some segments and merges them. */
  private static void build(Directory directory) throws IOException {
    Codec stock = TestUtil.getDefaultCodec();
    KeptIndex.write(directory, stock);
    KeptIndex.merge(directory, stock);
  }

  private static List<String> run(boolean panama, String action, Path folder) throws Exception {
    List<String> command =
        JavaProcess.command(KeptIndex.class.getName(), "-Xmx256m", action, folder.toString());
    if (panama) {
      command.addAll(1, List.of("--add-modules", "jdk.incubator.vector"));
    }
    return JavaProcess.run(command);
  }

  /** With and without the Vector API there are the same hits; of the same segments, too. */
  public void testScalarAndPanama() throws Exception {
    List<String> hits = null;
    for (boolean panama : new boolean[] {false, true}) {
      Path folder = createTempDir();
      run(panama, "write", folder);
      run(panama, "merge", folder);
      for (boolean reader : new boolean[] {false, true}) {
        List<String> found = run(reader, "read", folder);
        assertEquals(150, found.size());
        if (hits != null) {
          assertEquals("written by " + panama + ", read by " + reader, hits, found);
        }
        hits = found;
      }
      try (Directory directory = FSDirectory.open(folder)) {
        TestUtil.checkIndex(directory);
      }
    }
  }
}
