"""Makes expectations.json: what scipy.ndimage.label finds in random label maps.

Run with Debian 12's python3-scipy (scipy 1.10.1, numpy 1.24.2):
    /usr/bin/python3 test/oracle/components/make_expectations.py

Arrays are (k, j, i), so that i is fastest. Of components of one size the one whose first voxel comes first is kept.
"""

import base64
import hashlib
import json
import zlib
from pathlib import Path

import numpy as np
from scipy import ndimage

RANK = {"6": 1, "18": 2, "26": 3}
LABELS = [1, 2, 3]


def maps():
    random = np.random.RandomState(20250825)
    yield "sparse", random.choice(5, (11, 13, 17), p=[0.7, 0.1, 0.1, 0.05, 0.05])
    yield "dense", random.choice(4, (9, 16, 12), p=[0.3, 0.3, 0.2, 0.2])
    # Coherent regions: noise that is smoothed, then cut into four levels.
    smooth = ndimage.gaussian_filter(random.normal(size=(16, 24, 33)), 1.2)
    yield "smooth", np.digitize(smooth, np.quantile(smooth, [0.5, 0.7, 0.85]))
    yield "flat", random.choice(3, (1, 19, 23), p=[0.4, 0.3, 0.3])
    yield "column", random.choice(3, (31, 5, 1), p=[0.3, 0.4, 0.3])


def expectation(volume, connectivity):
    structure = ndimage.generate_binary_structure(3, RANK[connectivity])
    kept = np.zeros(volume.shape, np.uint8)
    sizes = {}
    for label in LABELS:
        components, count = ndimage.label(volume == label, structure)
        flat = components.ravel()
        found = np.unique(flat, return_index=True, return_counts=True)
        order = sorted((first, n, c) for n, first, c in zip(*(a.tolist() for a in found)) if n > 0)
        assert len(order) == count
        sizes[label] = [c for _, _, c in order]
        if order:
            largest = min(order, key=lambda o: (-o[2], o[0]))[1]
            kept[components == largest] = label
    return {"sizes": sizes, "kept": hashlib.sha256(kept.tobytes()).hexdigest()}


cases = []
for name, volume in maps():
    volume = volume.astype(np.uint8)
    cases.append(
        {
            "name": name,
            "shape": list(volume.shape[::-1]),
            "deflated": base64.b64encode(zlib.compress(volume.tobytes(), 9)).decode(),
            "connectivity": {c: expectation(volume, c) for c in RANK},
        }
    )
Path(__file__).with_name("expectations.json").write_text(json.dumps({"labels": LABELS, "cases": cases}, indent=1) + "\n")
