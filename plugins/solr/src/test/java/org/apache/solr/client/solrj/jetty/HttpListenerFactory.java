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

import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;

/** Makes listeners that are never told anything here. */
public interface HttpListenerFactory {

  /** Would listen to a request of Jetty's client. */
  abstract class RequestResponseListener
      implements Request.BeginListener, Response.CompleteListener {

    /** A request was queued. */
    public void onQueued(Request request) {}

    @Override
    public void onBegin(Request request) {}

    @Override
    public void onComplete(Result result) {}
  }

  /** A listener for one request. */
  RequestResponseListener get();
}
