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

package io.github.luceneplaid.engine.nodes;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports on loopback that nothing listens to. They are below those that the system gives to clients:
 * a node that keeps dialling another one which is not there yet could be given that one's port as
 * its own, and TCP would connect it to itself.
 */
public final class Ports {

  private static final int FIRST = 12_000;
  private static final int LAST = 32_000;
  private static final int TRIALS = 1000;

  private Ports() {}

  /** Finds different ports, all free a moment ago. */
  public static int[] free(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      int[] ports = new int[count];
      for (int i = 0; i < count; i++) {
        ServerSocket socket = open();
        sockets.add(socket);
        ports[i] = socket.getLocalPort();
      }
      return ports;
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }

  private static ServerSocket open() throws IOException {
    BindException last = null;
    for (int trial = 0; trial < TRIALS; trial++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
      try {
        return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
      } catch (BindException e) {
        last = e;
      }
    }
    throw new IOException("found no free port from " + FIRST + " to " + LAST, last);
  }
}
