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

package io.github.luceneplaid.testframework;

import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.LeafReader;

/**
 * Shows a segment as it is, and has no key for caches. Subclasses show something in another way.
 */
public class UncachedReader extends FilterLeafReader {

  /** Wraps the reader of a segment. */
  public UncachedReader(LeafReader in) {
    super(in);
  }

  @Override
  public final CacheHelper getCoreCacheHelper() {
    return null;
  }

  @Override
  public final CacheHelper getReaderCacheHelper() {
    return null;
  }
}
