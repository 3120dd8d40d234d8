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

package org.apache.solr.client.solrj.jetty;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.solr.client.solrj.SolrRequest;
import org.apache.solr.client.solrj.SolrServerException;
import org.apache.solr.client.solrj.impl.HttpJdkSolrClient;
import org.apache.solr.client.solrj.impl.HttpSolrClientBuilderBase;
import org.apache.solr.common.util.NamedList;

/** The JDK's client by the name of Jetty's. */
public final class HttpJettySolrClient extends HttpJdkSolrClient {

  private HttpJettySolrClient(String baseUrl, HttpJdkSolrClient.Builder builder) {
    super(baseUrl, builder);
  }

  /** Does nothing: Jetty's client would add listeners to its requests. */
  public void addListenerFactory(HttpListenerFactory factory) {}

  CompletableFuture<NamedList<Object>> requestAsync(String baseUrl, SolrRequest<?> request) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return requestWithBaseUrl(baseUrl, request, null);
          } catch (SolrServerException | IOException e) {
            throw new CompletionException(e);
          }
        },
        executor);
  }

  /** Makes clients. */
  public static final class Builder
      extends HttpSolrClientBuilderBase<Builder, HttpJettySolrClient> {

    /** A client of any server that a request names. */
    public Builder() {}

    /** A client of a server. */
    public Builder(String baseUrl) {
      baseSolrUrl = baseUrl;
    }

    /** Does nothing: Jetty's client would add listeners to its requests. */
    public Builder addListenerFactory(HttpListenerFactory factory) {
      return this;
    }

    @Override
    public HttpJettySolrClient build() {
      HttpJdkSolrClient.Builder jdk =
          new HttpJdkSolrClient.Builder()
              .withConnectionTimeout(getConnectionTimeoutMillis(), TimeUnit.MILLISECONDS)
              .withIdleTimeout(getIdleTimeoutMillis(), TimeUnit.MILLISECONDS)
              .useHttp1_1(true);
      if (executor != null) {
        jdk.withExecutor(executor);
      }
      if (urlParamNames != null) {
        jdk.withTheseParamNamesInTheUrl(urlParamNames);
      }
      return new HttpJettySolrClient(baseSolrUrl, jdk);
    }
  }
}
