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

package io.github.luceneplaid.fsvi.internal;

import java.io.IOException;
import org.apache.lucene.index.ExitableDirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FilterCodecReader;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.LeafReader;

/**
 * Finds out whether filter readers around the reader of a segment pass values on unchanged. A
 * filter reader may hide or change the values of a field, and its API does not tell whether it
 * does.
 *
 * @lucene.internal
 */
public final class FilteredReaders {

  /** A copy of Lucene's, which wraps vectors, too. The class is not public. */
  private static final String ELASTICSEARCH_EXITABLE =
      "org.elasticsearch.search.internal.ExitableDirectoryReader$ExitableLeafReader";

  private FilteredReaders() {}

  /** Opens the values of a field. */
  public interface Opening {
    /** Returns the values that a reader shows, or null if there are none. */
    Object of(LeafReader reader) throws IOException;
  }

  /**
   * Returns the innermost reader if all filter readers around it pass its values on unchanged. Two
   * kinds of filter readers are known to do so: those that return the values of the inner reader,
   * and the readers of Lucene and of Elasticsearch for searches that can be ended.
   *
   * @param reader a reader; the result is the same reader if it is not a filter
   * @param values opens the values of the field
   * @return null if a filter reader may hide or change values
   */
  public static LeafReader source(LeafReader reader, Opening values) throws IOException {
    LeafReader source = reader;
    while (true) {
      LeafReader behind =
          switch (source) {
            case FilterLeafReader filter -> filter.getDelegate();
            case FilterCodecReader filter -> filter.getDelegate();
            default -> null;
          };
      if (behind == null) {
        return source;
      }
      if (isExitable(source) == false && kind(source, values) != kind(behind, values)) {
        return null;
      }
      source = behind;
    }
  }

  private static boolean isExitable(LeafReader reader) {
    return reader instanceof ExitableDirectoryReader.ExitableFilterAtomicReader
        || reader.getClass().getName().equals(ELASTICSEARCH_EXITABLE);
  }

  /**
   * Returns the class of the values that a reader shows, or null if there are none. A filter reader
   * that changes values wraps them in a class of its own.
   */
  public static Class<?> kind(LeafReader reader, Opening values) throws IOException {
    Object shown = values.of(reader);
    return shown == null ? null : shown.getClass();
  }

  /** Returns the info of a field, or null if the reader has none. */
  public static FieldInfo info(LeafReader reader, String field) {
    try {
      return reader.getFieldInfos().fieldInfo(field);
    } catch (
        @SuppressWarnings("unused")
        UnsupportedOperationException e) {
      // Lucene 10.3: the reader that the classic highlighter makes of a text has no field infos
      return null;
    }
  }
}
