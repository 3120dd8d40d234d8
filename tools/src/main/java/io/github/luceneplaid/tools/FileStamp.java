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
 * A stamp that shows, without reading a file, that its content is unchanged.
 *
 * @param size in bytes; {@link #UNKNOWN} in indexes that were written before sizes were kept
 * @param time when the file was last modified, in nanoseconds; {@link #UNKNOWN} if that was just
 *     before the stamp was taken, because a later change might not alter the time
 */
record FileStamp(long size, long time) {
  static final long UNKNOWN = -1;

  /** The smallest difference between times that all file systems can tell apart, in nanoseconds. */
  private static final long GRANULARITY = TimeUnit.SECONDS.toNanos(2);

  /** Takes the stamp of a file. Call it before the content is read. */
  static FileStamp of(Path file) throws IOException {
    long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    long time = attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS);
    return new FileStamp(attributes.size(), time < now - GRANULARITY ? time : UNKNOWN);
  }

  /** Whether a file that had this stamp, and now has the other one, has unchanged content. */
  boolean proves(FileStamp other) {
    return time != UNKNOWN && time == other.time && (size == UNKNOWN || size == other.size);
  }
}
