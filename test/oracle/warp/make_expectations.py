#!/usr/bin/python3
"""What transformix makes of a small image under a translation, an affine map, a B-spline and all three in a chain.

    /usr/bin/python3 make_expectations.py [CASES.json]    (Debian 12: elastix 5.0.1, python3-numpy 1.24.2)

Writes expectations.json beside this script: the image, the grids, each chain and its results, numbers as base64 of
little-endian values. With a file of cases ({"cases": [...]} of the same form) it computes those and prints them.
"""
import base64
import json
import os
import re
import subprocess
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def pack(a, dtype):
    return base64.b64encode(np.ascontiguousarray(a, dtype).tobytes()).decode()


def rotation(x, y, z):
    c, s = np.cos, np.sin
    rx = np.array([[1, 0, 0], [0, c(x), -s(x)], [0, s(x), c(x)]])
    ry = np.array([[c(y), 0, s(y)], [0, 1, 0], [-s(y), 0, c(y)]])
    rz = np.array([[c(z), -s(z), 0], [s(z), c(z), 0], [0, 0, 1]])
    return np.round(rx @ ry @ rz, 12)


def grid(size, spacing, origin, direction):
    return {"size": size, "spacing": spacing, "origin": origin, "direction": np.ravel(direction).tolist()}


def write_mha(path, g, data):
    columns = np.reshape(g["direction"], (3, 3)).T.ravel()
    kind = {"int16": "MET_SHORT", "float32": "MET_FLOAT"}[data.dtype.name]
    with open(path, "wb") as f:
        f.write(("ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
                 f"CompressedData = False\nTransformMatrix = {words(columns)}\nOffset = {words(g['origin'])}\n"
                 f"ElementSpacing = {words(g['spacing'])}\nDimSize = {words(g['size'])}\n"
                 f"ElementType = {kind}\nElementDataFile = LOCAL\n").encode())
        f.write(data.tobytes())


def read_mha(path):
    raw = open(path, "rb").read()
    head, body = raw.split(b"ElementDataFile = LOCAL\n", 1)
    kind = re.search(rb"ElementType = (\w+)", head).group(1)
    assert b"CompressedData = False" in head, head
    return np.frombuffer(body, {b"MET_SHORT": "<i2", b"MET_FLOAT": "<f4", b"MET_UCHAR": "u1"}[kind])


def words(values):
    return " ".join(repr(float(v)) if isinstance(v, (float, np.floating)) else str(v) for v in values)


def transform_text(part, before, fixed, order, pixel, default):
    lines = []
    if part["kind"] == "translation":
        lines += ['(Transform "TranslationTransform")', "(NumberOfParameters 3)",
                  f"(TransformParameters {words(part['offset'])})"]
    elif part["kind"] == "affine":
        lines += ['(Transform "AffineTransform")', "(NumberOfParameters 12)",
                  f"(TransformParameters {words(part['matrix'] + part['translation'])})",
                  f"(CenterOfRotationPoint {words(part['centre'])})"]
    else:
        g, c = part["grid"], unpack(part["coefficients"], "<f4").astype(float)
        lines += ['(Transform "BSplineTransform")', f"(NumberOfParameters {len(c)})",
                  f"(TransformParameters {words(c)})", f"(GridSize {words(g['size'])})", "(GridIndex 0 0 0)",
                  f"(GridSpacing {words(g['spacing'])})", f"(GridOrigin {words(g['origin'])})",
                  f"(GridDirection {words(np.reshape(g['direction'], (3, 3)).T.ravel())})",
                  "(BSplineTransformSplineOrder 3)", '(UseCyclicTransform "false")']
    lines += [f'(InitialTransformParametersFileName "{before}")', '(HowToCombineTransforms "Compose")',
              "(FixedImageDimension 3)", "(MovingImageDimension 3)", '(FixedInternalImagePixelType "float")',
              '(MovingInternalImagePixelType "float")', f"(Size {words(fixed['size'])})", "(Index 0 0 0)",
              f"(Spacing {words(fixed['spacing'])})", f"(Origin {words(fixed['origin'])})",
              f"(Direction {words(np.reshape(fixed['direction'], (3, 3)).T.ravel())})",
              '(UseDirectionCosines "true")', '(ResampleInterpolator "FinalBSplineInterpolator")',
              f"(FinalBSplineInterpolationOrder {order})", '(Resampler "DefaultResampler")',
              f"(DefaultPixelValue {default})", '(ResultImageFormat "mha")', f'(ResultImagePixelType "{pixel}")',
              '(CompressResultImage "false")']
    return "\n".join(lines) + "\n"


def transformix(chain, fixed, moving, image, order=3, pixel="float", default=-1000, fields=False):
    """The result image, or the Jacobian determinant and the displacement in mm, LPS."""
    with tempfile.TemporaryDirectory() as d:
        before = "NoInitialTransform"
        for n, part in enumerate(chain):
            path = os.path.join(d, f"t{n}.txt")
            with open(path, "w") as f:
                f.write(transform_text(part, before, fixed, order, pixel, default))
            before = path
        write_mha(os.path.join(d, "in.mha"), moving, image)
        what = ["-jac", "all", "-def", "all"] if fields else ["-in", os.path.join(d, "in.mha")]
        run = subprocess.run(["transformix", *what, "-tp", before, "-out", d, "-threads", "1"],
                             capture_output=True, text=True)
        if run.returncode != 0:
            sys.exit(run.stdout[-2000:] + run.stderr)
        if fields:
            return (read_mha(os.path.join(d, "spatialJacobian.mha")),
                    read_mha(os.path.join(d, "deformationField.mha")))
        return read_mha(os.path.join(d, "result.mha"))


def unpack(text, dtype):
    return np.frombuffer(base64.b64decode(text), dtype)


def results(case):
    fixed, moving, chain = case["fixed"], case["moving"], case["chain"]
    image = unpack(case["image"], "<i2")
    out = {}
    for order in case.get("orders", (3, 1, 0)):
        out[f"order{order}"] = pack(transformix(chain, fixed, moving, image.astype("<f4"), order), "<f4")
    out["order3int16"] = pack(transformix(chain, fixed, moving, image, 3, "short"), "<i2")
    jacobian, displacement = transformix(chain, fixed, moving, image, fields=True)
    out["jacobian"], out["displacement"] = pack(jacobian, "<f4"), pack(displacement, "<f4")
    return out


def small_cases():
    rng = np.random.default_rng(20260101)
    moving = grid([9, 8, 7], [1.5, 1.25, 2.0], [-5.5, 3.25, 10.0], rotation(0.1, -0.2, 0.15))
    fixed = grid([6, 7, 5], [1.75, 1.5, 1.75], [-3.0, 4.0, 11.5], rotation(-0.05, 0.1, 0.3))
    z, y, x = np.mgrid[0:7, 0:8, 0:9]
    image = 900 * np.sin(0.6 * x) * np.cos(0.5 * y) + 150 * z + rng.normal(0, 150, x.shape)
    image = np.round(image).astype("<i2")
    translation = {"kind": "translation", "offset": [0.7, -1.1, 0.4]}
    affine = {"kind": "affine", "translation": [0.3, 0.2, -0.6], "centre": [1.0, 8.0, 15.0],
              "matrix": [1.05, 0.04, -0.03, -0.06, 0.97, 0.02, 0.05, -0.01, 1.02]}
    # The grid ends inside the fixed image, so that some points have no full support.
    control = grid([6, 6, 6], [4.0, 4.5, 4.25], [-9.5, -2.5, 4.5], rotation(0.02, -0.03, 0.12))
    n = int(np.prod(control["size"]))
    bspline = {"kind": "bspline", "order": 3, "grid": control, "coefficients": pack(rng.normal(0, 1.6, 3 * n), "<f4")}
    shared = {"fixed": fixed, "moving": moving, "image": pack(image, "<i2")}
    shared["parts"] = {"translation": translation, "affine": affine, "bspline": bspline}
    return shared, [[name] for name in shared["parts"]] + [["translation", "affine", "bspline"]]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        cases = json.load(open(sys.argv[1]))["cases"]
        print(json.dumps([results(case) for case in cases]))
    else:
        shared, chains = small_cases()
        cases = [{"parts": names, **results({**shared, "chain": [shared["parts"][n] for n in names]})} for names in chains]
        with open(os.path.join(HERE, "expectations.json"), "w") as f:
            f.write(json.dumps({**shared, "cases": cases}).replace('{"parts": [', '\n{"parts": [').replace(', "', ',\n"') + "\n")
