#!/usr/bin/python3
"""Writes expectations.json: small pairs of volumes and what scikit-image 0.19.3 and NumPy 1.24.2 measure between them.

Volumes are listed i fastest. scikit-image computes float32 in float32, so the values are given to it as doubles."""
import json
import pathlib

import numpy as np
from skimage.metrics import mean_squared_error, peak_signal_noise_ratio, structural_similarity

rng = np.random.default_rng(20260101)


def pair(name, a, b, data_range, mask=None):
    a, b = a.astype(np.float64), b.astype(np.float64)
    flat = lambda v: v.ravel(order="F").tolist()
    difference = np.abs(a - b)
    return {
        "name": name, "type": "float32" if np.any(a % 1) or np.any(b % 1) else "int16", "shape": a.shape,
        "a": flat(a), "b": flat(b), "dataRange": data_range,
        "mask": None if mask is None else flat(mask.astype(int)),
        "mae": float(difference.mean()), "mse": float(mean_squared_error(a, b)),
        "maskMae": None if mask is None else float(difference[mask].mean()),
        "psnr": float(peak_signal_noise_ratio(a, b, data_range=data_range)),
        "ssim": float(structural_similarity(a, b, win_size=7, gaussian_weights=False, data_range=data_range)),
    }


def smooth(shape):
    x, y, z = np.meshgrid(*map(np.arange, shape), indexing="ij")
    return 100 + 80 * np.sin(x / 2) * np.cos(y / 3) + 5 * z


single = lambda v: v.astype(np.float32)
a = np.rint(smooth((9, 8, 10)))
m = np.zeros((9, 8, 10), bool)
m[2:6, 3:7, 1:8] = True
flow = single(np.where(m, smooth(m.shape), -1024) / 1.7)
json.dump(
    [
        pair("integers with noise", a, np.rint(a + rng.normal(0, 20, a.shape)), 200, m),
        pair("floats inside a mask, -1024 outside", flow, single(flow * 0.9 + rng.normal(0, 3, flow.shape)), 200, m),
        pair("the smallest volume that a window fits", *rng.integers(-1024, 3000, (2, 7, 7, 7)), 4000),
        pair("a range of 1", *single(rng.random((2, 12, 7, 9))), 1),
    ],
    open(pathlib.Path(__file__).parent / "expectations.json", "w"),
)
