# Licensed under the Apache License, Version 2.0: see the file LICENSE.
"""Serves Col-Bandit to the benchmark."""

import os
from importlib.metadata import version

import numpy as np
from colbandit import ColBandit

from server import Engine, serve


class Bandit(Engine):
    name = "colbandit"
    version = version("colbandit")

    def build(self, texts, folder, options):
        index = ColBandit(**options)
        index.index([tokens.astype(np.float32) for tokens in texts])
        index.save(os.path.join(folder, "index.npz"))

    def open(self, folder):
        self.index = ColBandit.load(os.path.join(folder, "index.npz"))
        return self.index.n_docs

    def query(self, tokens):
        return np.ascontiguousarray(tokens, np.float32)

    def search(self, query, k, params):
        for name, value in params.items():
            setattr(self.index, name, value)
        numbers, _ = self.index.search(query, k)
        return [int(number) for number in numbers]


if __name__ == "__main__":
    serve(Bandit())
