# Licensed under the Apache License, Version 2.0: see the file LICENSE.
"""Serves Qdrant Edge to the benchmark: MaxSim of all documents, or of those that a graph finds."""

from importlib.metadata import version

import numpy as np
import qdrant_edge as qdrant

from server import Engine, serve

BATCH = 100


class Qdrant(Engine):
    name = "qdrant-edge"
    version = version("qdrant-edge-py")
    numbers_stay = True

    def prepare(self, texts):
        return list(texts)

    def build(self, documents, folder, options):
        graph = options.get("graph", False)
        config = qdrant.EdgeConfig(
            vectors=qdrant.EdgeVectorParams(
                size=documents[0].shape[1],
                distance=qdrant.Distance.Dot,
                multivector_config=qdrant.MultiVectorConfig(qdrant.MultiVectorComparator.MaxSim),
                datatype=getattr(qdrant.VectorStorageDatatype, options.get("datatype", "Float32")),
            ),
            # In KB; without a graph never.
            optimizers=qdrant.EdgeOptimizersConfig(
                default_segment_number=1, indexing_threshold=100 if graph else 1 << 40
            ),
            hnsw_config=qdrant.HnswIndexConfig(
                m=16, ef_construct=100, full_scan_threshold=10, max_indexing_threads=1
            ),
            max_search_threads=1,
            wal_enabled=False,
        )
        shard = qdrant.EdgeShard.create(folder, config)
        self._upsert(shard, documents, 0)
        if graph:
            shard.optimize()
        shard.flush()
        shard.close()

    @staticmethod
    def _upsert(shard, documents, first):
        points = []
        for number, tokens in enumerate(documents, first):
            if len(tokens) > 0:
                points.append(qdrant.Point(number, tokens.astype(np.float32).tolist()))
            if len(points) == BATCH:
                shard.update(qdrant.UpdateOperation.upsert_points(points))
                points = []
        if points:
            shard.update(qdrant.UpdateOperation.upsert_points(points))

    def open(self, folder):
        self.shard = qdrant.EdgeShard.load(folder)
        self.size = self.shard.info().points_count
        return self.size

    def query(self, tokens):
        return qdrant.Query.Nearest(tokens.astype(np.float32).tolist())

    def search(self, query, k, params):
        request = qdrant.SearchRequest(query, k, params=qdrant.SearchParams(**params))
        return [point.id for point in self.shard.search(request)]

    def add(self, documents):
        self._upsert(self.shard, documents, self.size)
        self.size += len(documents)

    def delete(self, numbers):
        self.shard.update(qdrant.UpdateOperation.delete_points(numbers))


if __name__ == "__main__":
    serve(Qdrant())
