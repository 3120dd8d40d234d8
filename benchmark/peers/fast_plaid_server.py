# Licensed under the Apache License, Version 2.0: see the file LICENSE.
"""Serves fast-plaid to the benchmark."""

import json
import os
from importlib.metadata import version

import torch
from fast_plaid.search import FastPlaid

from server import Engine, serve


class FastPlaidEngine(Engine):
    name = "fast-plaid"
    version = version("fast-plaid")

    def prepare(self, texts):
        return [torch.from_numpy(tokens) for tokens in texts]

    def build(self, documents, folder, options):
        index = FastPlaid(index=folder, device="cpu")
        index.create(
            documents_embeddings=documents, nbits=options.get("nbits", 4), start_from_scratch=0
        )
        index.close()

    def open(self, folder):
        self.index = FastPlaid(index=folder, device="cpu")
        with open(os.path.join(folder, "metadata.json")) as file:
            return json.load(file)["num_documents"]

    def query(self, tokens):
        return torch.from_numpy(tokens).half()

    def search(self, query, k, params):
        hits = self.index.search([query], k, show_progress=False, n_processes=1, **params)
        return [number for number, _ in hits[0]]

    def add(self, documents):
        self.index.update(documents, start_from_scratch=0)

    def delete(self, numbers):
        self.index.delete(numbers)


if __name__ == "__main__":
    torch.set_num_threads(1)
    serve(FastPlaidEngine())
