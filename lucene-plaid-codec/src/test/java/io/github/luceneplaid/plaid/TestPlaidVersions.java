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

package io.github.luceneplaid.plaid;

import static io.github.luceneplaid.plaid.TokenDocuments.FIELD;
import static io.github.luceneplaid.plaid.TokenDocuments.addSegment;
import static io.github.luceneplaid.plaid.TokenDocuments.config;
import static io.github.luceneplaid.plaid.TokenDocuments.valuesById;

import io.github.luceneplaid.plaid.segment.PlaidOptions;
import io.github.luceneplaid.plaid.segment.SegmentFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BytesRef;

/** What becomes of segments when the version of the format is raised. */
public class TestPlaidVersions extends LuceneTestCase {

  private static final String SUFFIX = "Plaid1_0";

  /** A format of options as they come, at a version. */
  private static PlaidDocValuesFormat format(int version) {
    return new PlaidDocValuesFormat(
        new PlaidOptions(4, null, random().nextBoolean() ? 1 : 1 << 16, 32, 42), version);
  }

  private static int next() {
    return SegmentFiles.VERSION_CURRENT + 1 + random().nextInt(3);
  }

  private static Directory index(int version) throws IOException {
    // One that does not check indexes when it is closed, which it would do by the format in use
    Directory directory = new ByteBuffersDirectory();
    try (IndexWriter writer =
        new IndexWriter(directory, config(format(version)).setUseCompoundFile(false))) {
      addSegment(writer, random(), 0, 10, 16);
    }
    return directory;
  }

  private static SegmentReadState state(Directory directory) throws IOException {
    SegmentCommitInfo segment = SegmentInfos.readLatestCommit(directory).info(0);
    FieldInfos fields =
        segment
            .info
            .getCodec()
            .fieldInfosFormat()
            .read(directory, segment.info, "", IOContext.DEFAULT);
    return new SegmentReadState(directory, segment.info, fields, IOContext.DEFAULT, SUFFIX);
  }

  /** Opens the only segment of an index with a format of another version than the one in use. */
  private static List<BytesRef> read(Directory directory, int version) throws IOException {
    SegmentReadState state = state(directory);
    try (DocValuesProducer producer = format(version).fieldsProducer(state)) {
      producer.checkIntegrity();
      BinaryDocValues values = producer.getBinary(state.fieldInfos.fieldInfo(FIELD));
      List<BytesRef> all = new ArrayList<>();
      while (values.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
        all.add(BytesRef.deepCopyOf(values.binaryValue()));
      }
      return all;
    }
  }

  /** Raising the version locks nobody out. */
  public void testOldSegmentIsRead() throws IOException {
    try (Directory directory = index(SegmentFiles.VERSION_CURRENT)) {
      List<BytesRef> values = read(directory, SegmentFiles.VERSION_CURRENT);
      assertEquals(10, values.size());
      assertEquals(values, read(directory, next()));
      assertEquals(values, List.copyOf(valuesById(directory).values()));
    }
  }

  public void testNewSegmentIsRefusedByOldFormat() throws IOException {
    int version = next();
    try (Directory directory = index(version)) {
      assertEquals(10, read(directory, version).size());
      expectThrows(
          IndexFormatTooNewException.class, () -> read(directory, SegmentFiles.VERSION_CURRENT));
      expectThrows(IndexFormatTooNewException.class, () -> DirectoryReader.open(directory).close());
    }
  }

  /** A merge by the new version takes what the old one wrote. */
  public void testOldSegmentIsMerged() throws IOException {
    int version = next();
    try (Directory old = index(SegmentFiles.VERSION_CURRENT);
        Directory merged = new ByteBuffersDirectory()) {
      TokenDocuments.rewrite(old, merged, config(format(version)).setUseCompoundFile(false));
      assertEquals(10, read(merged, version).size());
    }
  }

  /** All files of a segment are of one version. */
  public void testMixedVersionsAreRefused() throws IOException {
    int version = next();
    for (String codec : new String[] {"PlaidMeta", "PlaidData", "PlaidVectors"}) {
      try (Directory directory = index(SegmentFiles.VERSION_CURRENT)) {
        assertEquals(10, read(directory, version).size());
        changeVersion(directory, codec, version);
        IOException e = expectThrows(IOException.class, () -> read(directory, version));
        assertTrue(
            e.toString(),
            e instanceof IndexFormatTooNewException || e instanceof IndexFormatTooOldException);
      }
    }
  }

  /** Writes a file with another version in its header, and is right about its checksum. */
  private static void changeVersion(Directory directory, String codec, int version)
      throws IOException {
    String extension =
        Map.of("PlaidMeta", "vem", "PlaidData", "veq", "PlaidVectors", "vec").get(codec);
    String file = "_0_" + SUFFIX + "." + extension;
    byte[] bytes;
    try (IndexInput in = directory.openInput(file, IOContext.DEFAULT)) {
      bytes = new byte[(int) in.length() - CodecUtil.footerLength()];
      in.readBytes(bytes, 0, bytes.length);
    }
    int at = CodecUtil.headerLength(codec) - Integer.BYTES;
    ByteBuffer.wrap(bytes).putInt(at, version);
    directory.deleteFile(file);
    try (IndexOutput out = directory.createOutput(file, IOContext.DEFAULT)) {
      out.writeBytes(bytes, bytes.length);
      CodecUtil.writeFooter(out);
    }
  }
}
