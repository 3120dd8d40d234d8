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

package io.github.luceneplaid.plaid;

import java.util.Arrays;
import java.util.Comparator;

/**
 * Hierarchical clustering by Ward's criterion: at each step those two clusters are merged that add
 * least to the sum of squared distances of directions from the means of their clusters.
 *
 * <p>Finds the merges by chains of nearest neighbours (Murtagh 1983) in time of O(n²), and not in
 * their order; distances of merged clusters follow from those of their parts (Lance and Williams
 * 1967).
 */
final class WardClustering {

  /** Two clusters, by a member of each, that became one. */
  private record Merge(int a, int b, double distance) {}

  /** Distances of clusters by their last members: that of a and b &lt; a at a (a - 1) / 2 + b. */
  private final double[] distances;

  /** Members of the cluster whose last one is the index; 0 if there is none. */
  private final int[] sizes;

  private final Merge[] merges;

  /** Clusters the directions of vectors, 1 to {@link TokenPooling#RUN} of them. */
  WardClustering(float[][] vectors) {
    int n = vectors.length;
    distances = new double[n * (n - 1) / 2];
    double[] lengths = Arrays.stream(vectors).mapToDouble(WardClustering::length).toArray();
    for (int a = 1; a < n; a++) {
      for (int b = 0; b < a; b++) {
        double lengthsOfBoth = lengths[a] * lengths[b];
        double cosine = lengthsOfBoth == 0 ? 0 : dot(vectors[a], vectors[b]) / lengthsOfBoth;
        distances[index(a, b)] = Math.max(0, 2 - 2 * cosine);
      }
    }
    sizes = new int[n];
    Arrays.fill(sizes, 1);
    merges = new Merge[n - 1];
    mergeAll();
  }

  static double length(float[] vector) {
    return Math.sqrt(dot(vector, vector));
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += (double) a[j] * b[j];
    }
    return sum;
  }

  private static int index(int a, int b) {
    int high = Math.max(a, b);
    return high * (high - 1) / 2 + Math.min(a, b);
  }

  private void mergeAll() {
    int[] chain = new int[sizes.length];
    int length = 0;
    for (int merged = 0; merged < merges.length; ) {
      if (length == 0) {
        // The last vector is a member of the cluster that is named by it
        chain[length++] = sizes.length - 1;
      }
      int end = chain[length - 1];
      int previous = length == 1 ? -1 : chain[length - 2];
      int nearest = nearest(end, previous);
      if (nearest == previous) {
        length -= 2;
        merges[merged++] = new Merge(end, nearest, distances[index(end, nearest)]);
        merge(Math.max(end, nearest), Math.min(end, nearest));
      } else {
        chain[length++] = nearest;
      }
    }
    Arrays.sort(merges, Comparator.comparingDouble(Merge::distance));
  }

  /** The cluster nearest to another; the preferred one among equals, unless that is -1. */
  private int nearest(int cluster, int preferred) {
    int nearest = preferred;
    double least = preferred < 0 ? Double.POSITIVE_INFINITY : distances[index(cluster, preferred)];
    for (int other = 0; other < sizes.length; other++) {
      if (sizes[other] > 0 && other != cluster) {
        double distance = distances[index(cluster, other)];
        if (distance < least) {
          least = distance;
          nearest = other;
        }
      }
    }
    return nearest;
  }

  /** Merges b into a, which is the greater. */
  private void merge(int a, int b) {
    double between = distances[index(a, b)];
    for (int other = 0; other < sizes.length; other++) {
      if (sizes[other] > 0 && other != a && other != b) {
        double toA = distances[index(a, other)];
        double toB = distances[index(b, other)];
        double merged =
            ((sizes[a] + sizes[other]) * toA
                    + (sizes[b] + sizes[other]) * toB
                    - sizes[other] * between)
                / (sizes[a] + sizes[b] + sizes[other]);
        // Never nearer than both parts: chains rely on that, whatever rounding does
        distances[index(a, other)] = Math.max(merged, Math.min(toA, toB));
      }
    }
    sizes[a] += sizes[b];
    sizes[b] = 0;
  }

  /**
   * Undoes the last merges.
   *
   * @param clusters how many clusters to leave, 1 to the number of vectors
   * @return the cluster of each vector; clusters are numbered by their first vectors
   */
  int[] cut(int clusters) {
    int[] parents = new int[sizes.length];
    Arrays.setAll(parents, vector -> vector);
    for (int i = 0; i < sizes.length - clusters; i++) {
      int a = root(parents, merges[i].a());
      int b = root(parents, merges[i].b());
      parents[Math.max(a, b)] = Math.min(a, b);
    }
    int[] numbers = new int[sizes.length];
    int count = 0;
    for (int vector = 0; vector < numbers.length; vector++) {
      int root = root(parents, vector);
      numbers[vector] = root == vector ? count++ : numbers[root];
    }
    assert count == clusters : count + " clusters, expected " + clusters;
    return numbers;
  }

  private static int root(int[] parents, int vector) {
    int root = vector;
    while (parents[root] != root) {
      root = parents[root];
    }
    return root;
  }
}
