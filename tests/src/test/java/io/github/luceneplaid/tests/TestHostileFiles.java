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

import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import io.github.luceneplaid.fsvi.files.ArrayFile;
import io.github.luceneplaid.fsvi.files.FsviFile;
import io.github.luceneplaid.fsvi.files.MmapArray;
import io.github.luceneplaid.fsvi.files.MvecFile;
import io.github.luceneplaid.fsvi.files.NpyFile;
import io.github.luceneplaid.fsvi.files.NpzFile;
import io.github.luceneplaid.fsvi.files.VectorRows;
import io.github.luceneplaid.plaid.LateInteractionQuery;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.exchange.PlaidFolder;
import io.github.luceneplaid.plaid.exchange.PlaidImport;
import io.github.luceneplaid.testframework.HostileTrials;
import io.github.luceneplaid.testframework.Mutator;
import io.github.luceneplaid.testframework.SharedFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.LuceneTestCase.SuppressFileSystems;
import org.apache.lucene.tests.util.TimeUnits;

/**
 * Files of other programs, damaged at random: each is read, or refused by an {@link IOException};
 * nothing else is thrown, no memory is exhausted and no loop is endless.
 */
@SuppressFileSystems("*")
@TimeoutSuite(millis = 4 * TimeUnits.HOUR)
public class TestHostileFiles extends LuceneTestCase {

  /** Reads everything in a file. */
  private interface Reading {
    void read(Path file) throws IOException;
  }

  private static List<Path> files(String folder, String extension) throws IOException {
    Path golden = SharedFolder.of("golden");
    try (Stream<Path> files = Files.walk(golden.resolve(folder))) {
      List<Path> found = files.filter(file -> file.toString().endsWith(extension)).toList();
      assertFalse(found.isEmpty());
      return found;
    }
  }

  /** A damaged copy of a file or folder. */
  private record Damaged(Path seed, Path copy) {}

  private static void attack(String what, HostileTrials.Source<Damaged> source, Reading reading)
      throws Exception {
    HostileTrials.run(
        what,
        TEST_NIGHTLY,
        e -> e instanceof IOException || e instanceof UncheckedIOException,
        source,
        damaged -> reading.read(damaged.copy()));
  }

  private static void attackFiles(String folder, String extension, Reading reading)
      throws Exception {
    List<Path> seeds = files(folder, extension);
    Path file = createTempDir().resolve("hostile" + extension);
    Mutator mutator = new Mutator(random());
    attack(
        folder + "/*" + extension,
        () -> {
          Path seed = seeds.get(random().nextInt(seeds.size()));
          Files.write(file, mutator.mutate(Files.readAllBytes(seed)));
          return new Damaged(seed, file);
        },
        reading);
  }

  private static void readRows(VectorRows rows) throws IOException {
    int dimension = rows.dimension();
    float[] row = new float[dimension];
    for (long i = 0; i < rows.rows(); i++) {
      rows.read(i, row);
      rows.id(i);
    }
  }

  private static void readArray(ArrayFile array) throws IOException {
    for (long i = 0; i < array.size(); i++) {
      if (array.type().isFloat()) {
        array.doubleAt(i);
      } else {
        array.longAt(i);
      }
    }
    array.shape();
    if (array.type().isFloat()) {
      readRows(array.vectors());
    }
  }

  public void testFsvi() throws Exception {
    attackFiles(
        "fsvi",
        ".fsvi",
        file -> {
          try (FsviFile fsvi = FsviFile.open(file)) {
            readRows(fsvi);
            for (long i = 0; i < fsvi.rows(); i++) {
              fsvi.find(fsvi.id(i));
              fsvi.isDeleted(i);
            }
            fsvi.find("no such id");
          }
        });
  }

  public void testMvec() throws Exception {
    attackFiles(
        "mvec",
        ".mvec",
        file -> {
          boolean recover = random().nextBoolean();
          try (MvecFile mvec = MvecFile.open(file, recover)) {
            readRows(mvec);
            for (long i = 0; i < mvec.rows(); i++) {
              mvec.find(mvec.id(i));
            }
            mvec.find("no such key");
          }
        });
  }

  public void testMmap() throws Exception {
    attackFiles(
        "mmap",
        ".mmap",
        file -> {
          try (MmapArray array = MmapArray.open(file, MmapArray.Mode.READ_ONLY)) {
            readArray(array);
          }
        });
  }

  public void testNpy() throws Exception {
    attackFiles(
        "npy",
        ".npy",
        file -> {
          try (NpyFile array = NpyFile.open(file)) {
            readArray(array);
          }
        });
  }

  public void testNpz() throws Exception {
    attackFiles(
        "npy",
        ".npz",
        file -> {
          try (NpzFile archive = NpzFile.open(file)) {
            for (String name : archive.names()) {
              try (NpyFile array = archive.array(name)) {
                readArray(array);
              }
            }
          }
        });
  }

  /** Folders below the golden ones that have an index in them. */
  private static List<Path> indexes(String folder) throws IOException {
    return files(folder, "metadata.json").stream().map(Path::getParent).toList();
  }

  private static void attackDirectories(String folder) throws Exception {
    List<Path> seeds = indexes(folder);
    Mutator mutator = new Mutator(random());
    Path copy = createTempDir();
    attack(
        folder,
        () -> {
          Path seed = seeds.get(random().nextInt(seeds.size()));
          List<Path> files = copy(seed, copy);
          for (int i = 1 + random().nextInt(2); i > 0; i--) {
            Path file = files.get(random().nextInt(files.size()));
            if (random().nextInt(20) == 0) {
              Files.deleteIfExists(file);
            } else if (Files.exists(file)) {
              Files.write(file, mutator.mutate(Files.readAllBytes(file)));
            }
          }
          return new Damaged(seed, copy);
        },
        TestHostileFiles::importAndSearch);
  }

  private static List<Path> copy(Path from, Path to) throws IOException {
    try (Stream<Path> old = Files.list(to)) {
      for (Path file : old.toList()) {
        Files.delete(file);
      }
    }
    try (Stream<Path> files = Files.list(from)) {
      List<Path> sources = files.filter(Files::isRegularFile).sorted().toList();
      for (Path source : sources) {
        Files.write(to.resolve(source.getFileName()), Files.readAllBytes(source));
      }
      return sources.stream().map(source -> to.resolve(source.getFileName())).toList();
    }
  }

  private static void importAndSearch(Path folder) throws IOException {
    try (Directory index = new ByteBuffersDirectory();
        IndexWriter writer =
            new IndexWriter(
                index,
                new IndexWriterConfig()
                    .setCodec(PlaidCodec.of("tokens", new PlaidDocValuesFormat())));
        PlaidFolder directory = PlaidFolder.open(folder)) {
      for (int doc = 0; doc < directory.documents(); doc++) {
        directory.tokens(doc);
      }
      PlaidImport.into(writer, directory, "tokens", "order");
      try (DirectoryReader reader = DirectoryReader.open(writer)) {
        float[] token = new float[directory.dimension()];
        Arrays.fill(token, 0.1f);
        if (reader.maxDoc() > 0 && directory.tokens() > 0) {
          new IndexSearcher(reader)
              .search(new LateInteractionQuery("tokens", new float[][] {token}, 5), 5);
        }
      }
    }
  }

  public void testNextPlaid() throws Exception {
    attackDirectories("next-plaid");
  }

  public void testNextPlaid18() throws Exception {
    attackDirectories("next-plaid-1.8.5");
  }

  public void testFastPlaid() throws Exception {
    attackDirectories("fast-plaid");
  }
}
