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

package io.github.luceneplaid.plaid.segment;

import io.github.luceneplaid.fsvi.slab.SlabEncoding;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.lucene.index.FieldInfo;

/**
 * The options that a field is written with. A segment stores them as attributes of the {@link
 * FieldInfo}. A format that was created without arguments therefore keeps the options of a field.
 *
 * @param bits bits per dimension of a residual: 1, 2, 3, 4 or 8
 * @param raw the type of the original tokens that are stored beside the codes, 16-bit or 32-bit
 *     floats; null if they are not stored
 * @param trainingThreshold segments with fewer tokens stay flat; at least 1
 * @param tokensPerCell mean number of tokens of a cell, 1 to 65 536
 * @param seed seed of training and clustering
 * @lucene.internal
 */
public record PlaidOptions(
    int bits, SlabEncoding raw, int trainingThreshold, int tokensPerCell, long seed) {

  public static final PlaidOptions DEFAULT = new PlaidOptions(4, null, 1 << 16, 32, 42);

  public static final int MAX_TOKENS_PER_CELL = 1 << 16;

  private static final String NO_RAW = "NONE";
  private static final String PREFIX = "PlaidDocValuesFormat.";

  public PlaidOptions {
    if (areBits(bits) == false) {
      throw new IllegalArgumentException("bits: found " + bits + ", expected 1, 2, 3, 4 or 8");
    }
    if (raw != null) {
      TokenRows.check(raw);
    }
    if (trainingThreshold < 1) {
      throw new IllegalArgumentException(
          "training threshold: found " + trainingThreshold + ", expected at least 1 token");
    }
    if (tokensPerCell < 1 || tokensPerCell > MAX_TOKENS_PER_CELL) {
      throw new IllegalArgumentException(
          "tokens per cell: found " + tokensPerCell + ", expected 1 to " + MAX_TOKENS_PER_CELL);
    }
  }

  /** Whether a residual can be coded with so many bits per dimension. */
  public static boolean areBits(int bits) {
    return (bits >= 1 && bits <= 4) || bits == 8;
  }

  /** Returns these options with another number of bits. */
  public PlaidOptions withBits(int other) {
    return new PlaidOptions(other, raw, trainingThreshold, tokensPerCell, seed);
  }

  /**
   * Returns the options that a field was written with, or that its type asks for. Options whose
   * attribute is missing or cannot be used are the defaults: any format stores any attributes, and
   * a flush or merge must not fail of them. Returns null if there are no attributes.
   */
  public static PlaidOptions of(FieldInfo field) {
    PlaidOptions options = null;
    for (String name : DEFAULT.attributes().keySet()) {
      String value = field.getAttribute(name);
      if (value != null) {
        options = (options == null ? DEFAULT : options).with(name, value);
      }
    }
    return options;
  }

  /** Returns these options with another attribute; these options if it cannot be used. */
  private PlaidOptions with(String name, String value) {
    Map<String, String> changed = new HashMap<>(attributes());
    changed.put(name, value);
    try {
      return new PlaidOptions(
          Integer.parseInt(changed.get(PREFIX + "bits")),
          rawOf(changed.get(PREFIX + "raw")),
          Integer.parseInt(changed.get(PREFIX + "trainingThreshold")),
          Integer.parseInt(changed.get(PREFIX + "tokensPerCell")),
          Long.parseLong(changed.get(PREFIX + "seed")));
    } catch (
        @SuppressWarnings("unused")
        IllegalArgumentException e) {
      return this;
    }
  }

  /**
   * Returns how many times the tokens that are read from a field have been encoded and decoded; 0
   * for a field that was not written in this format, or whose attribute cannot be used.
   *
   * <p>Two ways lose the count. If a segment keeps decoded tokens as they are, because most of its
   * tokens have another dimension, they count as never encoded from then on. If another format
   * merges segments of this one, their field gets the attribute of the last of them, which may be
   * less than that of the others.
   */
  public static int timesEncoded(FieldInfo field) {
    String timesEncoded = field.getAttribute(PREFIX + "timesEncoded");
    try {
      return timesEncoded == null
          ? 0
          : Math.clamp(Integer.parseInt(timesEncoded), 0, TokenHistory.MAX_TIMES_ENCODED);
    } catch (
        @SuppressWarnings("unused")
        NumberFormatException e) {
      return 0;
    }
  }

  /**
   * Sets the options of a field. They replace options that it inherited from the segments of a
   * merge.
   *
   * @param timesEncoded see {@link #timesEncoded(FieldInfo)}
   */
  public void putOn(FieldInfo field, int timesEncoded) {
    field.putAttribute(PREFIX + "timesEncoded", Integer.toString(timesEncoded));
    attributes().forEach(field::putAttribute);
  }

  /** Returns the attributes that {@link #of} reads these options from. */
  public Map<String, String> attributes() {
    return Map.of(
        PREFIX + "bits", Integer.toString(bits),
        PREFIX + "raw", rawName(),
        PREFIX + "trainingThreshold", Integer.toString(trainingThreshold),
        PREFIX + "tokensPerCell", Integer.toString(tokensPerCell),
        PREFIX + "seed", Long.toString(seed));
  }

  private static SlabEncoding rawOf(String name) {
    return name.equals(NO_RAW) ? null : SlabEncoding.valueOf(name);
  }

  private String rawName() {
    return raw == null ? NO_RAW : raw.name();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "bits=%d, raw=%s, trainingThreshold=%d, tokensPerCell=%d, seed=%d",
        bits,
        rawName(),
        trainingThreshold,
        tokensPerCell,
        seed);
  }
}
