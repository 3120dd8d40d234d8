# Licensed under the Apache License, Version 2.0: see the file LICENSE.
"""Serves XTR-WARP to the benchmark."""

import json
import os
from importlib.metadata import version

import numpy as np
import torch
from xtr_warp.search import XTRWarp

from server import Engine, serve


class Warp(Engine):
    name = "xtr-warp"
    version = version("xtr-warp-rs")
    numbers_stay = True

    def prepare(self, texts):
        return [torch.from_numpy(tokens.astype(np.float32)) for tokens in texts]

    def build(self, documents, folder, options):
        index = XTRWarp(folder)
        index.create(documents, device="cpu", show_progress=False, **options)

    def open(self, folder):
        self.index = XTRWarp(folder).load(device="cpu")
        with open(os.path.join(folder, "metadata.json")) as file:
            return json.load(file)["num_passages"]

    def query(self, tokens):
        return torch.from_numpy(tokens.astype(np.float32))

    def search(self, query, k, params):
        hits = self.index.search(query, k, num_threads=1, show_progress=False, **params)
        return [number for number, _ in hits[0]]

    def add(self, documents):
        self.index.add(documents, show_progress=False)

    def delete(self, numbers):
        self.index.delete(numbers)


if __name__ == "__main__":
    torch.set_num_threads(1)
    serve(Warp())
