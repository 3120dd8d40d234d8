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

package io.github.luceneplaid.solr;

import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import java.util.Properties;
import org.apache.solr.servlet.CoreContainerProvider;
import org.apache.solr.servlet.SolrDispatchFilter;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Solr's web application in Jetty, as its distribution runs it, without the admin pages. */
final class SolrServer {

  private SolrServer() {}

  /**
   * Runs a node until the process is ended.
   *
   * @param args the home folder, and a port of 127.0.0.1
   */
  public static void main(String[] args) throws Exception {
    Server server = new Server();
    // Nodes ask each other by HTTP/2
    ServerConnector connector =
        new ServerConnector(
            server,
            new HttpConnectionFactory(),
            new HTTP2CServerConnectionFactory(new HttpConfiguration()));
    connector.setHost("127.0.0.1");
    connector.setPort(Integer.parseInt(args[1]));
    server.addConnector(connector);
    ServletContextHandler context =
        new ServletContextHandler("/solr", ServletContextHandler.SESSIONS);
    context.setAttribute("solr.solr.home", args[0]);
    context.setAttribute(SolrDispatchFilter.PROPERTIES_ATTRIBUTE, new Properties());
    context.addEventListener(new CoreContainerProvider());
    context.addFilter(SolrDispatchFilter.class, "/*", EnumSet.of(DispatcherType.REQUEST));
    server.setHandler(context);
    server.setStopAtShutdown(true);
    server.start();
    server.join();
  }
}
