# Licensed under the Apache License, Version 2.0: see the file LICENSE.
"""Searches exported directories with fast-plaid, and writes one: see README.md.

Ends with an error if anything is not as it should be.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from fast_plaid.search import FastPlaid

# Of a query token; it computes with 16-bit floats
MOST = 2e-3


def split(folder, name):
    rows = np.load(folder / f"{name}.npy")
    ends = np.cumsum(json.loads((folder / f"{name}.json").read_text()))
    return np.split(rows, ends[:-1])


def search(index, query, documents, centroids):
    hits = index.search(
        [torch.from_numpy(query).half()],
        top_k=documents,
        n_ivf_probe=centroids,
        n_full_scores=4 * documents,
        show_progress=False,
        n_processes=1,
    )
    return dict(hits[0])


def check(case):
    scores = json.loads((case / "scores.json").read_text())
    centroids = len(np.load(case / "index/centroids.npy"))
    index = FastPlaid(index=str(case / "index"), device="cpu")
    largest = 0
    for query, expected in zip(split(case, "queries"), scores):
        found = search(index, query, len(expected), centroids)
        for document, score in enumerate(expected):
            if score is None:
                continue
            if document not in found:
                sys.exit(f"{case.name}: document {document} was not found")
            error = abs(found[document] - score) / len(query)
            if not error <= MOST:
                sys.exit(
                    f"{case.name}: document {document}: found {found[document]}, expected {score}"
                )
            largest = max(largest, error)
    print(f"{case.name}: as expected, by {largest:.1e} a query token at most")


def random_texts(random, n, dimension):
    texts = [random.standard_normal((random.integers(1, 20), dimension)) for _ in range(n)]
    return [(text / np.linalg.norm(text, axis=1, keepdims=True)).astype("f4") for text in texts]


def write(folder):
    """A directory with all scores of some queries, after an update and a deletion."""
    random = np.random.default_rng(1)
    index = FastPlaid(index=str(folder / "index"), device="cpu")
    texts = [torch.from_numpy(text) for text in random_texts(random, 90, 48)]
    index.create(documents_embeddings=texts[:60], nbits=4, start_from_scratch=0)
    index.update(texts[60:], start_from_scratch=0)
    index.delete([3, 70])
    queries = random_texts(random, 4, 48)
    np.save(folder / "queries.npy", np.concatenate(queries))
    (folder / "queries.json").write_text(json.dumps([len(query) for query in queries]))
    centroids = len(np.load(folder / "index/centroids.npy"))
    scores = [search(index, query, 88, centroids) for query in queries]
    rows = [[found.get(document) for document in range(88)] for found in scores]
    (folder / "scores.json").write_text(json.dumps(rows))
    print(f"wrote 88 documents, {centroids} centroids")


torch.set_num_threads(2)
cases = [
    case
    for case in sorted(Path(sys.argv[1], "ours").iterdir())
    if not json.loads((case / "index/metadata.json").read_text())["binary"]
]
if not cases:
    sys.exit("no cases")
for path in cases:
    check(path)
write(Path(sys.argv[1], "theirs"))
