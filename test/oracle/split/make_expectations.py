"""Writes expectations.json: shuffles and across-sites cuts as NumPy and Python make them.

Made with Python 3.11 and numpy 1.24.2; the legacy generator is frozen, any later numpy gives the same.
Run: python3 test/oracle/split/make_expectations.py

Each expectation is one line of fields with a space between. A list is written as its numbers joined by
commas when it is short, else as the SHA-256 of that text.
"""

import hashlib
import json
import random
from pathlib import Path

import numpy as np

SIZES = [0, 1, 2, 3, 10, 31, 32, 33, 64, 65, 100, 257, 624, 625, 1000, 1316, 2048, 2049, 5000, 20000]
SEEDS = [0, 1, 2, 42, 2025, 123456789, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1]
RATIOS = [0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.29, 0.3, 1 / 3, 0.57, 0.58, 0.7, 0.9, 1.0]
WHOLE_UP_TO = 33


def compact(values):
    text = ",".join(map(str, values))
    return text if len(values) <= WHOLE_UP_TO else hashlib.sha256(text.encode()).hexdigest()


def shuffled(size, seed):
    items = list(range(size))
    np.random.seed(seed)
    np.random.shuffle(items)
    return items


def shuffle(size, seed):
    """size, seed, permutation"""
    return f"{size} {seed} {compact(shuffled(size, seed))}"


def sample(seed):
    """seed, then the 697th to 700th doubles"""
    np.random.seed(seed)
    return " ".join([str(seed), *(repr(float(v)) for v in np.random.random_sample(700)[-4:])])


def cut(size, seed, test_ratio, val_ratio):
    """size, seed, ratios of test and val, then the subset of each row in its first order: 0 train, 1 val, 2 test"""
    items = shuffled(size, seed)
    n_test = int(len(items) * test_ratio)
    test, rest = items[:n_test], items[n_test:]
    n_val = int(len(rest) * val_ratio)
    subset = [0] * size
    for row in rest[:n_val]:
        subset[row] = 1
    for row in test:
        subset[row] = 2
    return f"{size} {seed} {test_ratio!r} {val_ratio!r} {compact(subset)}"


picked = random.Random(7)
expectations = {
    "numpy": np.__version__,
    "shuffles": [shuffle(size, seed) for size in SIZES for seed in SEEDS],
    "samples": [sample(seed) for seed in SEEDS],
    "cuts": [cut(1316, 0, 0.3, 0.2)]
    + [
        cut(
            picked.choice(SIZES[1:-2] + list(range(2, 400))),
            picked.choice(SEEDS + [picked.randrange(2**32)]),
            picked.choice(RATIOS),
            picked.choice(RATIOS),
        )
        for _ in range(199)
    ],
}
Path(__file__).with_name("expectations.json").write_text(json.dumps(expectations, indent=2) + "\n")
