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
package io.github.luceneplaid.plaid.write;

import io.github.luceneplaid.plaid.codebook.AbortCheck;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.apache.lucene.index.MergeState;

/**
 * Checks whether a merge was aborted. Lucene offers this check since 10.5. In an older Lucene an
 * aborted merge ends at one of its next writes to a file of the segment. Writes to temporary files
 * do not notice the abort, so training and coding may come to their ends before.
 */
final class MergeAbort {

  private static final MethodHandle CHECK_ABORTED = checkAborted();

  private MergeAbort() {}

  private static MethodHandle checkAborted() {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(MergeState.class, "checkAborted", MethodType.methodType(void.class));
    } catch (NoSuchMethodException | IllegalAccessException e) {
      return null;
    }
  }

  /** Returns the check of a merge. */
  static AbortCheck of(MergeState mergeState) {
    return CHECK_ABORTED == null ? AbortCheck.NONE : () -> check(mergeState);
  }

  private static void check(MergeState mergeState) throws IOException {
    try {
      CHECK_ABORTED.invokeExact(mergeState);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
