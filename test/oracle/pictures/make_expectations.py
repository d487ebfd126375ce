#!/usr/bin/python3
"""Writes expectations.json: the SHA-256 of the pixels that Pillow 9.4.0 reads from the .png files here; how far the
pixels are off (mean and most) that it reads from the .jpg files and from a JPEG of its own (libjpeg-turbo 2.1.5) at the
same quality; the tables in that; and matplotlib 3.6.3's colour map jet.

The pictures are what encodePng and encodeJpeg make of samplePictures.ts; pictures.test.ts says where one differs."""
import hashlib
import io
import json
import pathlib

import matplotlib
import numpy as np
from PIL import Image

here = pathlib.Path(__file__).parent


def segments(jpeg, marker):
    at = 2
    while at < len(jpeg):
        kind, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2:at + 4], "big")
        if kind == marker:
            yield jpeg[at + 4:at + 2 + length]
        if kind == 0xDA:
            return
        at += 2 + length


def own(picture):
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90, subsampling=0)
    return out.getvalue()


def pixels(source):
    return np.asarray(Image.open(source))


def errors(source, name):
    off = np.abs(pixels(source).astype(int) - pixels(here / f"{name}.png"))
    return {"mean": float(off.mean()), "most": int(off.max())}


names = sorted(p.stem for p in here.glob("*.png"))
reference = own(Image.open(here / "colour.png"))
json.dump(
    {
        "png": {name: hashlib.sha256(pixels(here / f"{name}.png").tobytes()).hexdigest() for name in names},
        "jpeg": {name: errors(here / f"{name}.jpg", name) for name in names},
        "own_jpeg": {name: errors(io.BytesIO(own(Image.open(here / f"{name}.png"))), name) for name in names},
        "quantization": [s.hex() for s in segments(reference, 0xDB)],
        "huffman": [s.hex() for s in segments(reference, 0xC4)],
        "jet": matplotlib.colormaps["jet"](np.arange(256), bytes=True)[:, :3].ravel().tolist(),
    },
    open(here / "expectations.json", "w"),
)
