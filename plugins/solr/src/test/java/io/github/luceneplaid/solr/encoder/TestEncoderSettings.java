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

package io.github.luceneplaid.solr.encoder;

import java.util.Arrays;
import java.util.List;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.solr.common.SolrException;

/** Tests what is checked before a text is encoded. */
public class TestEncoderSettings extends LuceneTestCase {

  private static final String PROPERTY = "token_vectors.test";

  public void testThreads() {
    assertEquals(3, NodeModels.positive(PROPERTY, 3));
    for (String found : new String[] {"0", "-1"}) {
      System.setProperty(PROPERTY, found);
      try {
        SolrException e = expectThrows(SolrException.class, () -> NodeModels.positive(PROPERTY, 3));
        assertEquals(PROPERTY + ": found " + found + ", expected at least 1", e.getMessage());
      } finally {
        System.clearProperty(PROPERTY);
      }
    }
  }

  /** No value of a text field is left out. */
  public void testValues() {
    assertEquals("red", TokenVectorsUpdateProcessorFactory.single("red"));
    assertEquals("red", TokenVectorsUpdateProcessorFactory.single(List.of("red")));
    assertNull(TokenVectorsUpdateProcessorFactory.single(null));
    assertNull(TokenVectorsUpdateProcessorFactory.single(List.of()));
    assertNull(TokenVectorsUpdateProcessorFactory.single(Arrays.asList((Object) null)));
    SolrException e =
        expectThrows(
            SolrException.class,
            () -> TokenVectorsUpdateProcessorFactory.single(List.of("red", "blue")));
    assertEquals("found 2 values, expected one text", e.getMessage());
    assertEquals(SolrException.ErrorCode.BAD_REQUEST.code, e.code());
  }
}
