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

import io.github.luceneplaid.encoder.EncoderException;
import io.github.luceneplaid.fsvi.files.VectorFileException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.store.LockObtainFailedException;

/** Describes an error in a line, with advice on what to do. */
final class Problem {
  private Problem() {}

  /**
   * The beginnings of messages by which Lucene's writer says that an earlier error has closed it.
   */
  private static final List<String> WRITER =
      List.of(
          "background merge hit exception",
          "this writer hit an unrecoverable error",
          "this IndexWriter is closed");

  /** How NumPy writes a matrix of floats. */
  static final String RESHAPE =
      "numpy.save(file, array.reshape(-1, array.shape[-1]).astype('<f4')) writes such a file";

  /** Beginnings of messages about an array that is too long, whatever the heap. */
  private static final List<String> ARRAY =
      List.of(
          "Requested array size", "Required array size", "Required length", "UTF16 String size");

  static String message(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof OutOfMemoryError) {
        return memory(cause.getMessage());
      }
    }
    if (e.getCause() != null && isOfWriter(e)) {
      return message(e.getCause());
    }
    return switch (e) {
      case UserException user -> user.getMessage();
      case EncoderException model -> model.getMessage();
      case VectorFileException vectors -> vectors.getMessage() + advice(vectors);
      case UncheckedIOException unchecked -> message(unchecked.getCause());
      case NoSuchFileException none -> none.getMessage() + ": no such file";
      case FileAlreadyExistsException there -> there.getFile() + ": exists (--force replaces it)";
      case AccessDeniedException denied ->
          denied.getFile() + ": permission denied; another user owns it, or it is read-only";
      case LockObtainFailedException lock ->
          "somebody else writes to the index: " + lock.getMessage();
      case CorruptIndexException corrupt ->
          "the index is damaged: " + corrupt.getMessage() + " (plaid check tells more)";
      case IndexFormatTooNewException newer ->
          "the index is of a newer Lucene: " + newer.getMessage();
      case IndexFormatTooOldException older ->
          "the index is of an older Lucene: " + older.getMessage();
      case StackOverflowError deep -> "the input is nested too deep (--stacktrace: where)";
      case FileSystemException failed when failed.getReason() != null ->
          failed.getFile() + ": " + reason(failed.getReason());
      default -> other(e);
    };
  }

  /** Whether an error only says that another one occurred before, or in another thread. */
  private static boolean isOfWriter(Throwable e) {
    String message = e.getMessage() == null ? "" : e.getMessage();
    return WRITER.stream().anyMatch(message::startsWith);
  }

  private static String memory(String what) {
    if (what != null && ARRAY.stream().anyMatch(what::startsWith)) {
      return "too much for one array ("
          + what
          + "): expected less input at once (--stacktrace: where)";
    }
    long megabytes = Runtime.getRuntime().maxMemory() >> 20;
    return "out of memory ("
        + what
        + "): the heap has "
        + megabytes
        + " MB; PLAID_JAVA_OPTS=-Xmx"
        + Math.max(1, megabytes / 512)
        + "g gives more";
  }

  private static String other(Throwable e) {
    String message = e.getMessage() == null ? "" : e.getMessage();
    String better = reason(message);
    return better.equals(message)
        ? e.getClass().getSimpleName()
            + (message.isEmpty() ? "" : ": " + message)
            + " (--stacktrace: where)"
        : better;
  }

  /** A file system's message, with advice. */
  private static String reason(String message) {
    String lower = message.toLowerCase(Locale.ROOT);
    if (lower.contains("no space left") || lower.contains("disk quota exceeded")) {
      return message + "; make room and run the command again";
    } else if (lower.contains("read-only file system")) {
      return message + "; choose a folder that can be written to";
    }
    return message;
  }

  /** Advice on how NumPy writes a file that can be read. */
  private static String advice(VectorFileException e) {
    return switch (e.field()) {
      case "descr" ->
          e.found().contains("|O")
              ? " (numpy.savez(file, *list) writes a list of arrays so that it is read)"
              : " (numpy.save(file, array.astype('<f4')) writes such a file)";
      case "array" -> " (" + RESHAPE + ")";
      default -> "";
    };
  }
}
