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

import io.github.luceneplaid.plaid.PlaidDocValuesFormat;
import io.github.luceneplaid.plaid.PlaidStatistics;
import io.github.luceneplaid.plaid.codebook.Codebook;
import io.github.luceneplaid.plaid.exchange.PlaidFolder;
import io.github.luceneplaid.plaid.exchange.PlaidImport;
import io.github.luceneplaid.plaid.segment.PlaidSegment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.lucene.codecs.perfield.PerFieldDocValuesFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.store.Directory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code plaid import}: imports a PLAID directory into a new or an existing index. */
@Command(
    name = "import",
    description = {
      "Adds a PLAID directory (of next-plaid or fast-plaid) to an index; codes stay as they are.",
      "Fields: id (keyword), tokens (late interaction), order (the number of the document in the"
          + " directory, counted on from those that are there), and one for each column of"
          + " metadata.db: the column text by its words,"
          + " other text as terms (its first 1,024 bytes), integers and reals as numbers to search"
          + " and sort by; all are stored.",
      "An index that is there has to have tokens of as many bits and dimensions, and of the same"
          + " model. Signs go with signs only. If anything fails, it is as it was."
    },
    mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {
  private static final String SIGNS = "signs, as a binary directory has";
  private static final String OTHERS = "vectors of length 1";

  @ParentCommand private Plaid plaid;

  @Parameters(index = "0", paramLabel = "DIR", description = "Folder of the PLAID directory.")
  private Path source;

  @Parameters(
      index = "1",
      paramLabel = "INDEX",
      description = "Folder of the index, to be made or added to.")
  private Path target;

  @Option(
      names = "--prefix",
      defaultValue = "",
      paramLabel = "PREFIX",
      description = "Put before names of columns to get names of fields.")
  private String prefix;

  @Option(
      names = "--id-prefix",
      defaultValue = "",
      paramLabel = "PREFIX",
      description = "Put before the number of a document to get its id, if it has none.")
  private String idPrefix;

  @Mixin private OutputOptions output;

  /** The model of the tokens that are there; null if it is not known. */
  private String model;

  /** The object that {@code --json} prints. */
  private record Outcome(
      String directory,
      String index,
      int documents,
      int documentsWithoutTokens,
      int documentsWithoutMetadata,
      long tokens,
      int dimension,
      int bits,
      List<String> metadata,
      double seconds) {}

  /**
   * What was imported.
   *
   * @param withoutMetadata documents without a row of metadata
   */
  private record Imported(PlaidImport.Result result, int withoutMetadata) {}

  @Override
  public Integer call() throws IOException {
    if (Files.isDirectory(source) == false) {
      throw new UserException(source + ": no such folder");
    }
    ForeignIndex.refuseStanford(source);
    Ids.check(idPrefix, "--id-prefix");
    boolean isThere = IndexFolder.isThere(target);
    try (PlaidFolder directory = PlaidFolder.open(source);
        MetadataDatabase metadata = MetadataDatabase.open(source, directory.documents())) {
      List<String> fields = checkNames(metadata);
      if (isThere) {
        try (Directory index = IndexFolder.open(target)) {
          checkIndex(index, directory, metadata); // before all metadata is read
        }
      }
      Imported imported = add(directory, metadata, isThere);
      takeNotes(metadata);
      report(directory, fields, imported);
    }
    return 0;
  }

  /** Returns the fields of metadata, and refuses names of fields that every document gets. */
  private List<String> checkNames(MetadataDatabase metadata) {
    if (metadata == null) {
      return List.of();
    }
    metadata.columns().forEach(this::checkText);
    List<String> fields =
        metadata.columns().stream().map(column -> prefix + column.name()).toList();
    for (String field : fields) {
      if (Set.of(IndexBuilder.TOKENS, IndexBuilder.ORDER).contains(field)) {
        throw new UserException(
            source.resolve(MetadataDatabase.FILE)
                + ": column "
                + field
                + ": every document has a field of this name (--prefix makes it another)");
      }
    }
    return fields;
  }

  /** Refuses bytes as ids, titles and texts, and anything but text as ids of records. */
  private void checkText(MetadataColumn column) {
    String field = prefix + column.name();
    boolean isBytes = column.kind() == MetadataColumn.Kind.BYTES;
    boolean isNumber =
        column.kind() == MetadataColumn.Kind.INTEGER || column.kind() == MetadataColumn.Kind.REAL;
    boolean isRecord = field.equals(IndexBuilder.PART_OF);
    boolean isText = Set.of(IndexBuilder.ID, IndexBuilder.TITLE, IndexBuilder.TEXT).contains(field);
    if ((isBytes && (isText || isRecord)) || (isRecord && isNumber)) {
      throw new UserException(
          source.resolve(MetadataDatabase.FILE)
              + ": column "
              + column.name()
              + ": found "
              + (isBytes ? "bytes" : "numbers")
              + ", expected text in the field "
              + field
              + " (--prefix makes it another)");
    }
  }

  /** Refuses an index with other bits per dimension: its merges would encode the tokens anew. */
  private void checkIndex(Directory index, PlaidFolder directory, MetadataDatabase metadata)
      throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(index)) {
      model = IndexSettings.of(reader).data().get(IndexBuilder.MODEL);
      if (metadata != null) {
        IndexFields there = IndexFields.of(reader);
        metadata
            .columns()
            .forEach(column -> checkNumbers(column, there.kind(prefix + column.name())));
      }
      for (LeafReaderContext leaf : reader.leaves()) {
        FieldInfo field = leaf.reader().getFieldInfos().fieldInfo(IndexBuilder.TOKENS);
        if (field == null) {
          continue;
        }
        String format = field.getAttribute(PerFieldDocValuesFormat.PER_FIELD_FORMAT_KEY);
        if (PlaidDocValuesFormat.NAME.equals(format) == false) {
          throw new UserException(
              target + ": format of field tokens: found " + format + ", expected that of PLAID");
        }
        PlaidStatistics there = PlaidDocValuesFormat.statistics(leaf.reader(), IndexBuilder.TOKENS);
        if (there != null) {
          check("bits", directory.bits(), there.bits());
          check("dimension", directory.dimension(), there.dimension());
          checkSigns(directory, PlaidSegment.of(leaf.reader(), IndexBuilder.TOKENS));
        }
        int stored = there == null ? IndexedRecords.storedDimension(leaf.reader()) : 0;
        if (stored > 0) {
          check("dimension", directory.dimension(), stored);
        }
      }
    }
  }

  /**
   * Refuses to mix signs with tokens of length 1. Signs are longer, so they would come first for
   * every query.
   */
  private void checkSigns(PlaidFolder directory, PlaidSegment there) throws IOException {
    if (there == null || there.documents() == 0) {
      return;
    }
    boolean signs = false;
    boolean others = false;
    if (there.hasImported()) {
      for (Codebook codebook : there.codebooks().list()) {
        signs |= codebook.isImported() && codebook.buckets().areSigns();
        others |= codebook.isImported() && codebook.buckets().areSigns() == false;
      }
    } else {
      others = startsWithShort(there);
    }
    if (directory.isBinary() && others && signs == false) {
      check("tokens", SIGNS, OTHERS);
    } else if (directory.isBinary() == false && signs && others == false) {
      check("tokens", OTHERS, SIGNS);
    }
  }

  /**
   * Whether the first token is too short for signs. Signs that a merge has encoded anew, or that
   * were added as arrays, have the length of signs.
   */
  private static boolean startsWithShort(PlaidSegment there) throws IOException {
    float[] token = new float[there.dimension()];
    there.tokens(0, 0, 1, token);
    double squares = 0;
    for (float component : token) {
      squares += (double) component * component;
    }
    return squares < token.length / 2.0;
  }

  /** Refuses to mix whole and other numbers in a field: Lucene cannot tell their points apart. */
  private void checkNumbers(MetadataColumn column, IndexFields.Kind there) {
    boolean whole = column.kind() == MetadataColumn.Kind.INTEGER;
    boolean real = column.kind() == MetadataColumn.Kind.REAL;
    if ((whole && there == IndexFields.Kind.DOUBLE) || (real && there == IndexFields.Kind.LONG)) {
      throw new UserException(
          source.resolve(MetadataDatabase.FILE)
              + ": column "
              + column.name()
              + ": found "
              + (whole ? IndexFields.Kind.LONG : IndexFields.Kind.DOUBLE).inWords()
              + ", expected "
              + there.inWords()
              + " as in "
              + target
              + " (--prefix makes it another field)");
    }
  }

  private void check(String what, Object found, Object expected) {
    if (found.equals(expected) == false) {
      throw new UserException(
          source
              + ": "
              + what
              + ": found "
              + found
              + ", expected "
              + expected
              + " as in "
              + target);
    }
  }

  private Imported add(PlaidFolder directory, MetadataDatabase metadata, boolean isThere)
      throws IOException {
    try (ImportedFields fields = fields(directory, metadata);
        NewIndex index = new NewIndex(target, isThere)) {
      PlaidImport.Result result = write(index.directory(), directory, metadata, fields);
      index.finish();
      return new Imported(result, fields == null ? 0 : fields.withoutMetadata());
    }
  }

  /** Null if there are no documents. */
  private ImportedFields fields(PlaidFolder directory, MetadataDatabase metadata)
      throws IOException {
    if (directory.documents() == 0) {
      return null;
    }
    ImportedFields.Names names = new ImportedFields.Names(prefix, idPrefix);
    try (Progress progress =
        plaid.console().progress("Reading metadata", " documents", directory.documents())) {
      return ImportedFields.read(directory.documents(), metadata, names, progress);
    }
  }

  private PlaidImport.Result write(
      Directory index, PlaidFolder directory, MetadataDatabase metadata, ImportedFields fields)
      throws IOException {
    IndexWriter writer = new IndexWriter(index, IndexBuilder.config(new PlaidDocValuesFormat()));
    boolean success = false;
    try (Steps steps = new Steps(plaid.console(), "Importing")) {
      // From here on nobody else can commit. Until here, somebody may have made the index
      long firstNumber = 0;
      if (DirectoryReader.indexExists(index)) {
        checkIndex(index, directory, metadata);
        firstNumber = nextNumber(index);
      }
      if (fields != null) {
        new ImportedIds(source, target).check(fields.reader(), index);
      }
      PlaidImport.Result result =
          fields == null
              ? new PlaidImport.Result(0, 0, 0)
              : PlaidImport.into(
                  writer,
                  directory,
                  IndexBuilder.TOKENS,
                  IndexBuilder.ORDER,
                  firstNumber,
                  fields.reader(),
                  steps::to);
      writer.commit();
      success = true;
      return result;
    } catch (IllegalArgumentException e) {
      throw new UserException(target + ": cannot take the fields: " + e.getMessage(), e);
    } finally {
      if (success) {
        writer.close();
      } else {
        writer.rollback();
      }
    }
  }

  /**
   * The number after those of all documents, so that an export has them in the order of imports.
   */
  private static long nextNumber(Directory index) throws IOException {
    long next = 0;
    try (DirectoryReader reader = DirectoryReader.open(index)) {
      for (LeafReaderContext leaf : reader.leaves()) {
        NumericDocValues order = leaf.reader().getNumericDocValues(IndexBuilder.ORDER);
        while (order != null && order.nextDoc() != NumericDocValues.NO_MORE_DOCS) {
          next = Math.max(next, order.longValue() + 1); // MAX_VALUE + 1 is negative
        }
      }
    }
    return next;
  }

  /** Tells what the user may not expect. */
  private void takeNotes(MetadataDatabase metadata) {
    Notes notes = plaid.console()::note;
    if (model != null) {
      String wanted = " are of the model " + model + ", so those of " + source + " have to be, too";
      notes.add(target + ": its tokens" + wanted);
    }
    if (metadata == null) {
      return;
    }
    List<String> empty =
        metadata.emptyColumns().stream()
            .filter(name -> IndexBuilder.ID.equals(prefix + name) == false)
            .toList();
    if (empty.isEmpty() == false) {
      String names = String.join(", ", empty);
      notes.add(metadata.file() + ": columns without any value become no fields: " + names);
    }
    String tokenizer = metadata.tokenizer();
    if (tokenizer != null && tokenizer.equals(StoredMetadata.TOKENIZER) == false) {
      notes.add(
          metadata.file()
              + ": its index of words is made by the tokenizer "
              + Ids.shown(tokenizer)
              + "; an export makes one by "
              + StoredMetadata.TOKENIZER);
    }
  }

  private void report(PlaidFolder directory, List<String> fields, Imported imported) {
    PlaidImport.Result result = imported.result();
    double seconds = output.seconds();
    output.print(
        plaid.console(),
        new Outcome(
            source.toString(),
            target.toString(),
            result.documents(),
            result.documentsWithoutTokens(),
            imported.withoutMetadata(),
            result.tokens(),
            directory.dimension(),
            directory.bits(),
            fields,
            seconds),
        Table.count(result.documents(), "document")
            + ", "
            + Table.count(result.tokens(), "token")
            + " of "
            + Table.count(directory.dimension(), "dimension")
            + " and "
            + Table.count(directory.bits(), "bit")
            + " from "
            + source
            + " in "
            + target
            + (fields.isEmpty() ? "" : ", with " + String.join(", ", fields))
            + withoutMetadata(imported)
            + ", in "
            + OutputOptions.rate(seconds, result.tokens(), "tokens"));
  }

  private static String withoutMetadata(Imported imported) {
    int n = imported.withoutMetadata();
    return n == 0 ? "" : ", " + Table.count(n, "document") + " without metadata";
  }
}
