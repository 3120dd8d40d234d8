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

/**
 * A unit that is indexed as one document: a record, or a part of a record that is too long for the
 * model.
 *
 * @param id unique within its collection
 * @param title of the record; empty if it has none
 * @param body the text below the title
 * @param titled whether its text starts with the title
 * @param record id of the record that it is a part of; null if it is a whole record
 * @param fields the other fields of the record
 */
record Passage(
    String id, String title, String body, boolean titled, String record, RecordFields fields) {
  /** The most chars of a value that each part of a record stores. */
  static final int REPEATED = 1000;

  /** A whole record without other fields. */
  Passage(String id, String title, String body) {
    this(id, title, body, null, RecordFields.NONE);
  }

  /** A passage whose text starts with its title. */
  Passage(String id, String title, String body, String record, RecordFields fields) {
    this(id, title, body, true, record, fields);
  }

  /**
   * The text that is encoded and shown: the title on a line of its own, if there is one, then the
   * body.
   */
  String text() {
    return title.isEmpty() || titled == false ? body : title + "\n" + body;
  }

  /** Whether it is a part of a record other than the first, which has the record's id. */
  boolean isLaterPart() {
    return record != null && record.equals(id) == false;
  }

  /** The part of a title that is repeated: {@value #REPEATED} chars at most. */
  static String repeated(String title) {
    if (title.length() <= REPEATED) {
      return title;
    }
    boolean inside = Character.isSurrogatePair(title.charAt(REPEATED - 1), title.charAt(REPEATED));
    return title.substring(0, inside ? REPEATED - 1 : REPEATED);
  }

  /** The id of the record. */
  String recordId() {
    return record == null ? id : record;
  }
}
