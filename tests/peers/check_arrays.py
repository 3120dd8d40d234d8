# Licensed under the Apache License, Version 2.0: see the file LICENSE.
"""Reads NPY files with NumPy, and writes NPY and NPZ files: see README.md.

A .json beside a file says what is in it. Ends with an error if anything is not as it should be.
"""

import json
import sys
from pathlib import Path

import numpy as np

TYPES = ["f2", "f4", "f8", "b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8"]
SHAPES = [(), (0,), (7,), (0, 5), (4, 6), (3, 1, 5), (2, 3, 2, 2)]


def check(file):
    expected = json.loads(Path(f"{file}.json").read_text())
    values = np.array(expected["values"], dtype=np.float64 if expected["type"][0] == "f" else None)
    wanted = values.astype(expected["type"]).reshape(expected["shape"])
    found = np.load(file)
    if found.dtype != wanted.dtype or found.shape != wanted.shape:
        sys.exit(f"{file}: found {found.dtype} {found.shape}, expected {wanted.dtype} {wanted.shape}")
    if found.tobytes() != wanted.tobytes():
        sys.exit(f"{file}: found {found}, expected {wanted}")
    print(f"{file.name}: {found.shape} of {found.dtype}, as expected")


def describe(file, arrays):
    content = [
        {"name": name, "type": a.dtype.str[1:], "shape": a.shape, "values": a.ravel().tolist()}
        for name, a in arrays.items()
    ]
    Path(f"{file}.json").write_text(json.dumps(content))


def random_array(random, kind, shape):
    if kind[0] == "f":
        array = random.standard_normal(shape).astype(kind)
        if array.size > 3:
            array.flat[:4] = [np.nan, np.inf, -np.inf, -0.0]
        return array
    if kind == "b1":
        return random.random(shape) < 0.5
    limits = np.iinfo(kind)
    array = random.integers(limits.min, limits.max, shape, kind, endpoint=True)
    if array.size > 1:
        array.flat[:2] = [limits.min, limits.max]
    return np.asarray(array, kind)


def write(folder):
    random = np.random.default_rng(1)
    packed = {}
    for kind in TYPES:
        for shape in SHAPES:
            array = random_array(random, kind, shape)
            for order in "CF":
                for version in ((1, 0), (2, 0), (3, 0)):
                    axes = "x".join(map(str, shape)) or "none"
                    file = folder / f"{kind}-{axes}-{order}-v{version[0]}.npy"
                    with open(file, "wb") as output:
                        np.lib.format.write_array(output, np.array(array, order=order), version)
                    describe(file, {file.stem: array})
        packed[kind] = np.array(random_array(random, kind, (5, 3)), order="F")
    for name, save in (("stored", np.savez), ("compressed", np.savez_compressed)):
        file = folder / f"{name}.npz"
        save(file, **packed)
        describe(file, packed)


ours = sorted(Path(sys.argv[1], "ours").glob("*.npy"))
if not ours:
    sys.exit("no .npy files")
for path in ours:
    check(path)
write(Path(sys.argv[1], "theirs"))
