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

import java.util.regex.Pattern;
import org.apache.lucene.document.DoublePoint;
import org.apache.lucene.document.FloatPoint;
import org.apache.lucene.document.IntPoint;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;

/** Ranges of a field of numbers, as they are written in a filter. */
final class NumberRange {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?");

  /** 2 to the power of 63, the first whole number that is no long. */
  private static final double TOO_HIGH = 0x1p63;

  private final String field;
  private final IndexFields.Kind kind;

  private NumberRange(String field, IndexFields.Kind kind) {
    this.field = field;
    this.kind = kind;
  }

  /** Null if it is not a field of numbers. */
  static NumberRange of(String field, IndexFields.Kind kind) {
    return switch (kind) {
      case INT, LONG, FLOAT, DOUBLE, NO_NUMBERS -> new NumberRange(field, kind);
      default -> null;
    };
  }

  /**
   * A range.
   *
   * @param low null for no bound; likewise {@code high}
   * @param withLow whether the bound belongs to it; likewise {@code withHigh}
   * @throws UserException if a bound is not a number
   */
  Query query(String low, String high, boolean withLow, boolean withHigh) {
    return switch (kind) {
      case INT, LONG -> whole(lowest(low, withLow), highest(high, withHigh));
      case FLOAT -> floats(low, high, withLow, withHigh);
      default -> doubles(low, high, withLow, withHigh);
    };
  }

  /** A range of longs. A null bound makes the range empty. */
  private Query whole(Long low, Long high) {
    if (low == null || high == null || low > high) {
      return nothing();
    } else if (kind == IndexFields.Kind.LONG) {
      return LongPoint.newRangeQuery(field, low, high);
    } else if (low > Integer.MAX_VALUE || high < Integer.MIN_VALUE) {
      return nothing();
    }
    int lowInt = (int) Math.max(low, Integer.MIN_VALUE);
    return IntPoint.newRangeQuery(field, lowInt, (int) Math.min(high, Integer.MAX_VALUE));
  }

  private Query nothing() {
    return new MatchNoDocsQuery("no whole number of " + field + " is in the range");
  }

  /** The lowest long of the range; null if there is none. */
  private Long lowest(String text, boolean with) {
    if (text == null) {
      return Long.MIN_VALUE;
    }
    Long bound = exact(text);
    if (bound == null) {
      double number = number(text);
      if (number >= TOO_HIGH || number < -TOO_HIGH) {
        return number > 0 ? null : (Long) Long.MIN_VALUE;
      }
      bound = (long) Math.ceil(number);
      if (bound > number) {
        return bound; // A value that is not whole cannot be in the range
      }
    }
    if (with) {
      return bound;
    }
    return bound == Long.MAX_VALUE ? null : (Long) (bound + 1);
  }

  /** The highest long of the range; null if there is none. */
  private Long highest(String text, boolean with) {
    if (text == null) {
      return Long.MAX_VALUE;
    }
    Long bound = exact(text);
    if (bound == null) {
      double number = number(text);
      if (number >= TOO_HIGH || number < -TOO_HIGH) {
        return number > 0 ? (Long) Long.MAX_VALUE : null;
      }
      bound = (long) Math.floor(number);
      if (bound < number) {
        return bound;
      }
    }
    if (with) {
      return bound;
    }
    return bound == Long.MIN_VALUE ? null : (Long) (bound - 1);
  }

  /** The bound, if it is written as a long; else null. True and false are 1 and 0. */
  private static Long exact(String text) {
    if (text.equals("true") || text.equals("false")) {
      return text.equals("true") ? 1L : 0L;
    }
    try {
      return Long.valueOf(text);
    } catch (
        @SuppressWarnings("unused")
        NumberFormatException e) {
      return null;
    }
  }

  /** To points −0.0 is less than 0.0. */
  private Query doubles(String low, String high, boolean withLow, boolean withHigh) {
    double from = low == null ? Double.NEGATIVE_INFINITY : number(low);
    double to = high == null ? Double.POSITIVE_INFINITY : number(high);
    from = from == 0 ? (withLow ? -0.0 : 0.0) : from;
    to = to == 0 ? (withHigh ? 0.0 : -0.0) : to;
    return DoublePoint.newRangeQuery(
        field,
        low == null || withLow ? from : DoublePoint.nextUp(from),
        high == null || withHigh ? to : DoublePoint.nextDown(to));
  }

  private Query floats(String low, String high, boolean withLow, boolean withHigh) {
    float from = low == null ? Float.NEGATIVE_INFINITY : (float) number(low);
    float to = high == null ? Float.POSITIVE_INFINITY : (float) number(high);
    from = from == 0 ? (withLow ? -0.0f : 0.0f) : from;
    to = to == 0 ? (withHigh ? 0.0f : -0.0f) : to;
    return FloatPoint.newRangeQuery(
        field,
        low == null || withLow ? from : FloatPoint.nextUp(from),
        high == null || withHigh ? to : FloatPoint.nextDown(to));
  }

  private double number(String text) {
    if (NUMBER.matcher(text).matches() == false) {
      throw refused(text);
    }
    return Double.parseDouble(text);
  }

  /** Something is not a number. */
  UserException refused(String text) {
    return UserException.usage(
        "--filter: field "
            + field
            + ": found "
            + Ids.shown(text)
            + ", expected a number, or a range such as [1950 TO 1960]");
  }
}
