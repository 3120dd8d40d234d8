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
 * What can be told of filters around the reader of a segment. They may hide or change the values of
 * a field, and cannot be asked what they do.
 *
 * @lucene.internal
 */
public final class FilteredReaders {

  private FilteredReaders() {}

  /** Opens the values of a field. */
  public interface Opening {
    /** Returns the values that a reader shows, null if there are none. */
    Object of(LeafReader reader) throws IOException;
  }

  /**
   * The reader whose values are passed on as they are, if they are shown: behind filters that
   * return what they get, or Lucene's own for searches that time out.
   *
   * @return the reader itself if it is no filter; null if some filter may hide or change values
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
      if (source instanceof ExitableDirectoryReader.ExitableFilterAtomicReader == false
          && kind(source, values) != kind(behind, values)) {
        return null;
      }
      source = behind;
    }
  }

  /** A filter that does more than to return values wraps them in a class of its own. */
  public static Class<?> kind(LeafReader reader, Opening values) throws IOException {
    Object shown = values.of(reader);
    return shown == null ? null : shown.getClass();
  }

  /** What a reader says of a field; null if that is nothing. */
  public static FieldInfo info(LeafReader reader, String field) {
    try {
      return reader.getFieldInfos().fieldInfo(field);
    } catch (
        @SuppressWarnings("unused")
        UnsupportedOperationException e) {
      // In Lucene 10.3 the reader that the classic highlighter makes of a text does not tell
      return null;
    }
  }
}
