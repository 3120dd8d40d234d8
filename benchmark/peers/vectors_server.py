# Licensed under the Apache License, Version 2.0: see the file LICENSE.
"""Serves exact search for single vectors with numpy and FAISS to the benchmark. The texts of its
data have one vector each."""

import os

import faiss
import numpy as np

from server import Engine, serve


class Vectors(Engine):
    name = "vectors"
    version = f"numpy {np.__version__}, FAISS {faiss.__version__}"

    def build(self, texts, folder, options):
        np.save(os.path.join(folder, "vectors.npy"), texts.tokens.astype(np.float32, copy=False))

    def open(self, folder):
        self.vectors = np.load(os.path.join(folder, "vectors.npy"))
        faiss.omp_set_num_threads(1)
        # With vectors of its own.
        self.index = faiss.IndexFlatIP(self.vectors.shape[1])
        self.index.add(self.vectors)
        return len(self.vectors)

    def query(self, tokens):
        return np.ascontiguousarray(tokens[:1], np.float32)

    def search(self, query, k, params):
        if params["by"] == "faiss":
            return self.index.search(query, k)[1][0].tolist()
        scores = self.vectors @ query[0]
        best = np.argpartition(scores, -k)[-k:]
        return best[np.argsort(-scores[best])].tolist()


if __name__ == "__main__":
    serve(Vectors())
