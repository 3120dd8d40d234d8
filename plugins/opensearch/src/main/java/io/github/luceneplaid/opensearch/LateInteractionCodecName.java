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

package io.github.luceneplaid.opensearch;

import java.util.Set;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.opensearch.index.codec.CodecAliases;

/**
 * Makes {@code token_vectors} a value that {@code index.codec} takes: it takes aliases of codecs
 * that Lucene finds by name. This codec only provides the name and writes no segment. The value
 * stands for the codec of {@link LateInteractionPlugin#getAdditionalCodecs}.
 *
 * @lucene.internal
 */
public final class LateInteractionCodecName extends FilterCodec implements CodecAliases {

  /** Made by Lucene. */
  public LateInteractionCodecName() {
    super("LateInteractionName", new Lucene104Codec());
  }

  @Override
  public Set<String> aliases() {
    return Set.of(LateInteractionPlugin.CODEC);
  }
}
