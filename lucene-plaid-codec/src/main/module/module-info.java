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

/** Late interaction in Lucene segments: a doc-values format, and the queries that search it. */
module io.github.luceneplaid.plaid {
  requires transitive org.apache.lucene.core;
  requires io.github.luceneplaid.fsvi;
  requires transitive io.github.luceneplaid.fsvi.files;

  exports io.github.luceneplaid.plaid;
  exports io.github.luceneplaid.plaid.exchange;

  provides org.apache.lucene.codecs.DocValuesFormat with
      io.github.luceneplaid.plaid.PlaidDocValuesFormat;
}
