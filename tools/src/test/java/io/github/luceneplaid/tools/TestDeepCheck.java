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
package io.github.luceneplaid.tools;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.luceneplaid.fsvi.FsviEncoding;
import io.github.luceneplaid.fsvi.FsviVectorsFormat;
import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.RawTokens;
import io.github.luceneplaid.plaid.codebook.CodeBlock;
import io.github.luceneplaid.plaid.exchange.PlaidFolder;
import io.github.luceneplaid.plaid.exchange.PlaidImport;
import io.github.luceneplaid.plaid.ivf.CellLayout;
import io.github.luceneplaid.plaid.ivf.CellTable;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.perfield.PerFieldDocValuesFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LateInteractionField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;

/** Damages each part of the files of an index, with correct checksums. The check names the part. */
public class TestDeepCheck extends CommandTestCase {
  private static final int DIMENSION = 13;
  private static final int DOCUMENTS = 60;

  /** Tokens of any length, with codes of 3 bits. */
  private static final String LENGTHS = "lengths";

  /** Tokens of length 1, with codes of 8 bits and raw tokens. */
  private static final String RAW = "raw";

  private static final String IMPORTED = "imported";

  /** Imported tokens with codes of 4 bits and raw tokens. */
  private static final String IMPORTED_RAW = "importedRaw";

  private static final String VECTOR = "vector";

  /** Vectors of 7 dimensions in the same file as {@link #VECTOR}. */
  private static final String SECOND = "second";

  private static final Map<String, DocValuesFormat> FORMATS =
      Map.of(
          LENGTHS, PlaidDocValuesFormat.builder().trainingThreshold(50).bits(3).build(),
          RAW,
              PlaidDocValuesFormat.builder()
                  .trainingThreshold(50)
                  .bits(8)
                  .raw(RawTokens.FLOAT16)
                  .build(),
          IMPORTED, new PlaidDocValuesFormat(),
          IMPORTED_RAW, PlaidDocValuesFormat.builder().raw(RawTokens.FLOAT16).build());

  private static final KnnVectorsFormat VECTORS =
      new FsviVectorsFormat(FsviEncoding.INT8_THEN_FLOAT16);

  private Path index;

  @Override
  public void setUp() throws Exception {
    super.setUp();
    index = createTempDir();
    IndexWriterConfig config =
        new IndexWriterConfig()
            .setUseCompoundFile(false)
            .setMergePolicy(new LogDocMergePolicy())
            .setCodec(
                new Lucene104Codec() {
                  @Override
                  public DocValuesFormat getDocValuesFormatForField(String field) {
                    DocValuesFormat format = FORMATS.get(field);
                    return format == null ? super.getDocValuesFormatForField(field) : format;
                  }

                  @Override
                  public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                    return VECTORS;
                  }
                });
    try (Directory directory = FSDirectory.open(index);
        IndexWriter writer = new IndexWriter(directory, config)) {
      for (int id = 0; id < DOCUMENTS; id++) {
        writer.addDocument(document(id));
        if (id == DOCUMENTS / 2) {
          writer.flush();
        }
      }
      writer.forceMerge(1);
      try (PlaidFolder folder = PlaidFolder.open(ExchangeTestCase.copyTo(createTempDir()))) {
        PlaidImport.into(writer, folder, IMPORTED, "order");
        PlaidImport.into(writer, folder, IMPORTED_RAW, "order");
      }
    }
  }

  private static Document document(int id) {
    Document document = new Document();
    document.add(new StringField("id", Integer.toString(id), Field.Store.NO));
    if (id % 7 != 3) {
      // Nine of ten documents end in a half block
      float[][] tokens = new float[id % 10 == 1 ? 16 : 1 + id % 7][];
      float[][] units = new float[tokens.length][];
      for (int i = 0; i < tokens.length; i++) {
        tokens[i] = token(DIMENSION, 1 + random().nextInt(3) * 0.5f);
        units[i] = token(DIMENSION, 1);
      }
      if (id % 11 == 5) {
        tokens[0] = new float[DIMENSION];
      }
      document.add(new LateInteractionField(LENGTHS, tokens));
      document.add(new LateInteractionField(RAW, units));
      document.add(
          new KnnFloatVectorField(VECTOR, token(DIMENSION, 3), VectorSimilarityFunction.COSINE));
      document.add(new KnnFloatVectorField(SECOND, token(7, 3)));
    }
    return document;
  }

  private static float[] token(int dimension, float length) {
    float[] token = new float[dimension];
    double squares = 0;
    for (int j = 0; j < dimension; j++) {
      token[j] = (float) random().nextGaussian();
      squares += token[j] * token[j];
    }
    for (int j = 0; j < dimension; j++) {
      token[j] *= (float) (length / Math.sqrt(squares));
    }
    return token;
  }

  /** Receives a field of the first segment that has it, before files are damaged. */
  private interface Finder {
    long find(PlaidSegment segment) throws IOException;
  }

  /** Returns a number of a field. */
  private long of(String field, Finder finder) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(FSDirectory.open(index))) {
      for (LeafReaderContext leaf : reader.leaves()) {
        PlaidSegment segment = PlaidSegment.of(leaf.reader(), field);
        if (segment != null) {
          return finder.find(segment);
        }
      }
    }
    throw new AssertionError("no segment has " + field);
  }

  private Path file(String field, String extension) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(FSDirectory.open(index))) {
      for (LeafReaderContext leaf : reader.leaves()) {
        FieldInfo info = leaf.reader().getFieldInfos().fieldInfo(field);
        if (info != null && extension.equals("fnm")) {
          SegmentCommitInfo segment = ((SegmentReader) leaf.reader()).getSegmentInfo();
          long gen = segment.getFieldInfosGen();
          String suffix = gen == -1 ? "" : Long.toString(gen, Character.MAX_RADIX);
          return index.resolve(
              IndexFileNames.segmentFileName(segment.info.name, suffix, extension));
        } else if (info != null) {
          boolean vector = info.hasVectorValues();
          String format =
              info.getAttribute(
                  vector
                      ? PerFieldKnnVectorsFormat.PER_FIELD_FORMAT_KEY
                      : PerFieldDocValuesFormat.PER_FIELD_FORMAT_KEY);
          String suffix =
              info.getAttribute(
                  vector
                      ? PerFieldKnnVectorsFormat.PER_FIELD_SUFFIX_KEY
                      : PerFieldDocValuesFormat.PER_FIELD_SUFFIX_KEY);
          String segment = ((SegmentReader) leaf.reader()).getSegmentName();
          return index.resolve(segment + "_" + format + "_" + suffix + "." + extension);
        }
      }
    }
    throw new AssertionError("no segment has " + field);
  }

  private void assertNamed(String field, String extension, long at, int value, String problem)
      throws IOException {
    assertNamed(field, extension, at, new byte[] {(byte) value}, problem);
  }

  /** Damages some bytes, and expects the check to say so. Then the file is as before. */
  private void assertNamed(String field, String extension, long at, byte[] values, String problem)
      throws IOException {
    Path file = file(field, extension);
    byte[] bytes = Files.readAllBytes(file);
    byte[] damaged = bytes.clone();
    System.arraycopy(values, 0, damaged, (int) at, values.length);
    assertFalse(problem, Arrays.equals(bytes, damaged));
    CRC32 checksum = new CRC32();
    checksum.update(damaged, 0, damaged.length - Long.BYTES);
    ByteBuffer.wrap(damaged).putLong(damaged.length - Long.BYTES, checksum.getValue());
    Files.write(file, damaged);
    assertEquals(problem, 1, plaid("check", "--deep", index));
    // CheckIndex finds some, and names the segment
    String place = "(field " + field + "|segment _\\d+): ";
    String pattern = "(?s).*" + place + ".*" + Pattern.quote(problem) + ".*";
    assertTrue(problem + " in " + out, out.toString().matches(pattern));
    Files.write(file, bytes);
  }

  private byte read(String field, String extension, long at) throws IOException {
    return Files.readAllBytes(file(field, extension))[(int) at];
  }

  /** The place of bytes that a file has once. */
  private long find(String field, String extension, byte[] bytes) throws IOException {
    Path path = file(field, extension);
    String file = new String(Files.readAllBytes(path), ISO_8859_1);
    String found = new String(bytes, ISO_8859_1);
    int at = file.indexOf(found);
    assertTrue(path + " without " + Arrays.toString(bytes), at >= 0);
    assertEquals(at, file.lastIndexOf(found));
    return at;
  }

  public void testSound() {
    assertEquals(out.toString(), 0, plaid("check", "--deep", index));
  }

  /** The place of the value of an attribute. */
  private long attribute(String field, String name, String value) throws IOException {
    String written = "PlaidDocValuesFormat." + name + (char) value.length() + value;
    return find(field, "fnm", written.getBytes(ISO_8859_1)) + written.length() - value.length();
  }

  public void testAttributes() throws IOException {
    long bits = attribute(LENGTHS, "bits", "3");
    assertNamed(LENGTHS, "fnm", bits, '4', ".bits: found 4, expected 3 as in the entry");
    assertNamed(LENGTHS, "fnm", bits, '9', ".bits: found 9, expected 3 as in the entry");
    // It would be read as the default, which is what was written
    long raw = attribute(LENGTHS, "raw", "NONE");
    assertNamed(LENGTHS, "fnm", raw, 'B', ".raw: found BONE, expected NONE as in the entry");
    long times = attribute(LENGTHS, "timesEncoded", "1");
    assertNamed(LENGTHS, "fnm", times, '2', "attribute timesEncoded: found 2, expected 1");
  }

  public void testAttributesOfUpdates() throws IOException {
    IndexWriterConfig config = new IndexWriterConfig().setMaxDocValuesOverlays(random().nextInt(4));
    try (Directory directory = FSDirectory.open(index);
        IndexWriter writer = new IndexWriter(directory, config)) {
      BytesRef value = LateInteractionField.encode(new float[][] {token(DIMENSION, 1)});
      writer.updateBinaryDocValue(new Term("id", "1"), LENGTHS, value);
    }
    assertEquals(out.toString(), 0, plaid("check", "--deep", index));
    long times = attribute(LENGTHS, "timesEncoded", "1");
    assertNamed(LENGTHS, "fnm", times, '0', "timesEncoded: found 0, expected at least 1");
  }

  public void testAddresses() throws IOException {
    long escaped = of(LENGTHS, PlaidSegment::escapedDocuments);
    // Dimension, lengths, escaped documents, bits, raw tokens, threshold, tokens per cell, seed
    byte[] after = {DIMENSION, 0, (byte) escaped, 3, 0, 50, 32, 42, 0, 0, 0, 0, 0, 0, 0};
    // The last byte of the number of bytes
    long at = find(LENGTHS, "vem", after) - 1;
    int more = read(LENGTHS, "vem", at) + 1;
    assertNamed(LENGTHS, "vem", at, more, "bytes of addresses: found ");
  }

  public void testEscaped() throws IOException {
    byte[] values = Files.readAllBytes(file(LENGTHS, "dvd"));
    byte[] zeros = new byte[Integer.BYTES + DIMENSION * Float.BYTES];
    zeros[0] = DIMENSION;
    int at = new String(values, ISO_8859_1).indexOf(new String(zeros, ISO_8859_1));
    assertTrue(at >= 0);
    // The first component of the first token becomes 0.5
    int high = at + Integer.BYTES + Float.BYTES - 1;
    assertNamed(LENGTHS, "dvd", high, 0x3F, ": found tokens that can be coded, expected ");
  }

  /** The first ordinal whose last block is half or full. */
  private static int ordinal(PlaidSegment segment, boolean full) throws IOException {
    int ordinal = 0;
    while ((segment.tokenCount(ordinal) == CodeBlock.LANES) != full) {
      ordinal++;
    }
    return ordinal;
  }

  /** The first byte of the codes of a document. */
  private static long codes(PlaidSegment segment, int ordinal) throws IOException {
    long halfBytes = segment.codes().stride() / 2;
    return segment.entry().codes().codesOffset() + segment.firstHalf(ordinal) * halfBytes;
  }

  public void testCodes() throws IOException {
    long half = of(LENGTHS, segment -> codes(segment, ordinal(segment, false)));
    // The scale of the last of eight lanes
    long padding = half + 8 * Short.BYTES + 7;
    int scale = read(LENGTHS, "veq", padding) ^ 1;
    assertNamed(LENGTHS, "veq", padding, scale, "lane 7 of the last block of ordinal ");
    long full = of(LENGTHS, segment -> codes(segment, ordinal(segment, true)));
    // 26 bits of 32 are those of 13 dimensions, and then 13 bits of 16
    long low = full + CodeBlock.CODES + 3 * CodeBlock.LANES;
    assertNamed(LENGTHS, "veq", low, 0x80, "bits 32 that belong to no dimension");
    long high = full + CodeBlock.CODES + 5 * CodeBlock.LANES;
    assertNamed(LENGTHS, "veq", high, 0x80, "bits 4 that belong to no dimension");
    long length = full + CodeBlock.bytes(3, DIMENSION) + Float.BYTES - 1;
    assertNamed(LENGTHS, "veq", length, 0xC0, "found length -"); // 0x80 may be -0
    long weights = of(RAW, segment -> codes(segment, ordinal(segment, true)));
    assertNamed(RAW, "veq", weights + CodeBlock.CODES, 0x80, "weight -128 of dimension 0");
    assertNamed(RAW, "veq", weights + CodeBlock.CODES, 0x7F, "weights with a sum of squares of ");
    long centroid = full + 1;
    assertNamed(LENGTHS, "veq", centroid, 0x7F, "centroid 32");
  }

  public void testImportedCodes() throws IOException {
    long codes = of(IMPORTED, segment -> codes(segment, 0));
    long factor = codes + 8 * Short.BYTES + 8;
    int other = read(IMPORTED, "veq", factor) ^ 1;
    assertNamed(IMPORTED, "veq", factor, other, "byte " + other + " of the norm");
  }

  public void testRows() throws IOException {
    long rows = of(RAW, segment -> segment.entry().rows().offset());
    // The high byte of 16 bits: 2, and not a number
    assertNamed(RAW, "vec", rows + 1, 0x40, "token 0 of ordinal 0: found length ");
    assertNamed(RAW, "vec", rows + 1, 0x7E, "token 0 of ordinal 0: found NaN");
    long imported = of(IMPORTED_RAW, segment -> segment.entry().rows().offset());
    // The lowest bit of the exponent
    int other = read(IMPORTED_RAW, "vec", imported + 1) ^ 0x04;
    String component = "token 0 of ordinal 0: found component 0 ";
    assertNamed(IMPORTED_RAW, "vec", imported + 1, other, component);
  }

  public void testRegionsAndCells() throws IOException {
    assertEquals(2, of(LENGTHS, segment -> segment.entry().codes().blocks().size()));
    long regions = of(LENGTHS, segment -> segment.entry().codes().regionsOffset());
    assertNamed(LENGTHS, "vec", regions + 1, 0x7E, "region 0: found NaN");
    long cells = of(LENGTHS, segment -> segment.entry().codes().cellsOffset());
    assertNamed(LENGTHS, "vec", cells + 3, 0xBF, "scale of cell 0: found -");
    // The lowest bit of the exponent
    int scale = read(LENGTHS, "vec", cells + 2) ^ 0x80;
    assertNamed(LENGTHS, "vec", cells + 2, scale, "scaled components of cell 0: found length ");
    long component = cells + CellLayout.COMPONENTS;
    assertNamed(LENGTHS, "vec", component, 0x80, "components of cell 0: found a sum of ");
    long start = cells + CellLayout.START;
    assertNamed(LENGTHS, "vec", start, 1, "first posting of region ");
    long postings = of(LENGTHS, segment -> segment.entry().codes().postingsOffset());
    assertNamed(LENGTHS, "veq", postings + 1, 0x7F, "posting 0 of cell 0: found ordinal ");
    long table = of(LENGTHS, segment -> segment.entry().codes().directoryOffset());
    assertNamed(LENGTHS, "veq", table, 1, "do not add up");
  }

  public void testCellsOfCentroids() throws IOException {
    long cells = of(IMPORTED, segment -> segment.entry().codes().cellsOffset());
    int scale = read(IMPORTED, "vec", cells + 2) ^ 0x80;
    String problem = "scaled components of cell 0: found length ";
    assertNamed(IMPORTED, "vec", cells + 2, scale, problem);
    long component = cells + CellLayout.COMPONENTS;
    int other = read(IMPORTED, "vec", component) ^ 0x10;
    assertNamed(IMPORTED, "vec", component, other, problem);
  }

  /**
   * The place of a posting that can be one more and still be in order, in a region with one cell.
   */
  private static long posting(PlaidSegment segment) throws IOException {
    CellTable table = segment.cellTable();
    byte[] pair = new byte[2 * segment.postingWidth()];
    for (int region = 0; region < table.regions(); region++) {
      boolean one = table.firstCell(region + 1) - table.firstCell(region) == 1;
      long end = table.firstPosting(region + 1);
      for (long at = table.firstPosting(region); one && at + 1 < end; at++) {
        segment.readPostings(at, 2, pair, 0);
        if (pair[0] + 1 < pair[segment.postingWidth()]) {
          return segment.entry().codes().postingsOffset() + at * segment.postingWidth();
        }
      }
    }
    throw new AssertionError("all lists have no gaps");
  }

  public void testPostings() throws IOException {
    long posting = of(LENGTHS, TestDeepCheck::posting);
    int next = read(LENGTHS, "veq", posting) + 1;
    assertNamed(LENGTHS, "veq", posting, next, ": found no posting in its region, expected one");
  }

  public void testCentroids() throws IOException {
    long centroids = of(LENGTHS, segment -> segment.entry().codes().centroidsOffset());
    int low = read(LENGTHS, "vec", centroids) ^ 1;
    assertNamed(LENGTHS, "vec", centroids, low, "centroids: found those of codebook ");
  }

  /** The number of vectors of a field in the first segment. */
  private int vectors(String field) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(FSDirectory.open(index))) {
      return FsviVectorsFormat.statistics(reader.leaves().get(0).reader(), field).vectors();
    }
  }

  private static long aligned(long at) {
    return (at + 63) / 64 * 64;
  }

  public void testVectors() throws IOException {
    int n = vectors(VECTOR);
    long coarse = aligned(CodecUtil.indexHeaderLength("FsviVectors", "Fsvi1_0"));
    long scales = aligned(coarse + (long) n * DIMENSION);
    long errors = aligned(scales + (long) n * Float.BYTES);
    long fine = aligned(errors + (long) n * Float.BYTES);
    long norms = aligned(fine + (long) n * DIMENSION * Short.BYTES);
    assertNamed(VECTOR, "vec", coarse, 0x80, "largest element of vector 0 with scale ");
    assertNamed(VECTOR, "vec", scales + 3, 0xBC, "scale of vector 0: found -");
    assertNamed(VECTOR, "vec", scales + 3, 0x01, "scale of vector 0: found ");
    assertNamed(VECTOR, "vec", scales + 3, 0x7D, "scale of vector 0: found ");
    assertNamed(VECTOR, "vec", errors + 3, 0x40, "error of vector 0: found ");
    assertNamed(
        VECTOR,
        "vec",
        fine + 1,
        0x7E,
        "element 0 of vector 0: found NaN, expected a finite number");
    assertNamed(VECTOR, "vec", norms + 3, 0x44, "norm of vector 0: found ");
  }

  /** 16-bit floats that lost their exponents. */
  public void testSmallVector() throws IOException {
    int n = vectors(VECTOR);
    long coarse = aligned(CodecUtil.indexHeaderLength("FsviVectors", "Fsvi1_0"));
    long scales = aligned(coarse + (long) n * DIMENSION);
    long errors = aligned(scales + (long) n * Float.BYTES);
    long fine = aligned(errors + (long) n * Float.BYTES);
    byte[] row = new byte[DIMENSION * Short.BYTES];
    for (int i = 0; i < row.length; i += Short.BYTES) {
      row[i] = (byte) (1 + random().nextInt(255));
    }
    assertNamed(VECTOR, "vec", fine, row, "largest element of vector 0: found ");
  }

  public void testPlacesOfVectors() throws IOException {
    // Floats, Euclidean, dimension, vectors, slabs, signed bytes
    byte[] before = {1, 0, 7, (byte) vectors(SECOND), 2, 3};
    // The second byte of the offset of the rows: they are now among those of the other field
    long at = find(SECOND, "vemf", before) + before.length + 1;
    assertNamed(VECTOR, "vemf", at, 1, "rows of field \"" + SECOND + "\": found ");
  }
}
