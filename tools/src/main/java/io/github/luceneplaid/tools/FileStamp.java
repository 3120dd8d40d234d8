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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;

/**
 * What tells that the content of a file is the one it was, without a look into it.
 *
 * @param size in bytes; {@link #UNKNOWN} in indexes that were written before it was kept
 * @param time when it was last modified, in nanoseconds; {@link #UNKNOWN} if it was just before
 *     this was asked, as a change after that may not show in the time
 */
record FileStamp(long size, long time) {
  static final long UNKNOWN = -1;

  /** File systems tell times apart that are this far from each other, in nanoseconds. */
  private static final long GRANULARITY = TimeUnit.SECONDS.toNanos(2);

  /** The stamp of a file, which is to be taken before its content is read. */
  static FileStamp of(Path file) throws IOException {
    long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    long time = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
    return new FileStamp(attributes.size(), time < now - GRANULARITY ? time : UNKNOWN);
  }

  /** Whether a file that had this stamp, and now has another, has the content that it had. */
  boolean proves(FileStamp other) {
    return time != UNKNOWN && time == other.time && (size == UNKNOWN || size == other.size);
  }
}
