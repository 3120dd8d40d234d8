# Licensed under the Apache License, Version 2.0: see the file LICENSE.
"""Serves LanceDB's multivector index to the benchmark."""

from importlib.metadata import version

import lancedb
import numpy as np
import pyarrow as pa

from server import Engine, serve

BATCH = 1000


class Lance(Engine):
    name = "lancedb"
    version = version("lancedb")
    numbers_stay = True

    def prepare(self, texts):
        return list(texts)

    def build(self, documents, folder, options):
        dimension = documents[0].shape[1]
        self.schema = pa.schema(
            [("id", pa.int64()), ("tokens", pa.list_(pa.list_(pa.float32(), dimension)))]
        )
        table = lancedb.connect(folder).create_table("documents", schema=self.schema)
        table.add(self._batches(documents, 0))
        table.create_index(metric="cosine", vector_column_name="tokens", **options)

    def _batches(self, documents, first):
        schema = self.schema
        dimension = schema.field("tokens").type.value_type.list_size
        number = first
        batch = []

        def flush():
            rows = np.concatenate(batch).astype(np.float32)
            lists = pa.FixedSizeListArray.from_arrays(pa.array(rows.ravel()), dimension)
            offsets = np.cumsum([0] + [len(tokens) for tokens in batch]).astype(np.int32)
            return pa.RecordBatch.from_arrays(
                [
                    pa.array(range(number - len(batch), number), pa.int64()),
                    pa.ListArray.from_arrays(pa.array(offsets), lists),
                ],
                schema=schema,
            )

        batches = []
        for tokens in documents:
            batch.append(tokens)
            number += 1
            if len(batch) == BATCH:
                batches.append(flush())
                batch = []
        if batch:
            batches.append(flush())
        return pa.Table.from_batches(batches)

    def open(self, folder):
        self.table = lancedb.connect(folder).open_table("documents")
        self.schema = self.table.schema
        self.size = self.table.count_rows()
        return self.size

    def query(self, tokens):
        return tokens.astype(np.float32)

    def search(self, query, k, params):
        # A document is found if one of its tokens is among the first so many of a query token.
        search = self.table.search(query, vector_column_name="tokens")
        search = search.select(["id", "_distance"]).limit(max(k, params.get("limit", k)))
        if "nprobes" in params:
            search = search.nprobes(params["nprobes"])
        if "refine_factor" in params:
            search = search.refine_factor(params["refine_factor"])
        return search.to_arrow()["id"].to_pylist()[:k]

    def add(self, documents):
        self.table.add(self._batches(documents, self.size))
        self.size += len(documents)

    def delete(self, numbers):
        self.table.delete("id IN (" + ", ".join(map(str, numbers)) + ")")


if __name__ == "__main__":
    serve(Lance())
