# Licensed under the Apache License, Version 2.0: see the file LICENSE.
"""Serves TACHIOM to the benchmark."""

import os
from importlib.metadata import version

import numpy as np
import tachiom

from server import Engine, serve

# The parameters of a search, by the names they have in tachiom.
PARAMS = {
    "k_centroids": "k_centroids",
    "k_docs_to_score": "k_docs_to_score",
    "ef_search": "ef_search",
    "alpha": "alpha",
    "beta": "beta",
    "lambda": "lambda_",
}


class Tachiom(Engine):
    name = "tachiom"
    version = version("tachiom")
    needs_pieces = True

    def build(self, texts, folder, options):
        index = tachiom.Tachiom.build_from_arrays(
            texts.tokens.astype(np.float16, copy=False).view(np.uint16),
            texts.pieces,
            np.array(texts.lengths, np.int32),
            **options,
        )
        index.save(os.path.join(folder, "index.bin"))

    def open(self, folder):
        self.index = tachiom.Tachiom.load(os.path.join(folder, "index.bin"))
        return self.index.len

    def query(self, tokens):
        return np.ascontiguousarray(tokens, np.float32)

    def search(self, query, k, params):
        options = {PARAMS[name]: value for name, value in params.items()}
        _, ids = self.index.search(query, k, **options)
        # Filled up with the highest number.
        return ids[ids < 0xFFFFFFFF].tolist()


if __name__ == "__main__":
    serve(Tachiom())
