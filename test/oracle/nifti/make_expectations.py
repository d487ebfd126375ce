#!/usr/bin/env python3
"""Writes expectations.jsonl: NIfTI files made by nibabel, and what nibabel reads from them.

Made with nibabel 5.0.0 and NumPy 1.24.2 on x86-64 (the qform is reckoned in C's long double there):
    /usr/bin/python3 make_expectations.py
One case a line; every file is deflated (zlib) and in base64; a header alone stands for a file without voxels.
"""
import base64
import itertools
import json
import logging
import pathlib
import zlib

import nibabel as nib
import numpy as np

assert (nib.__version__, np.__version__) == ('5.0.0', '1.24.2')
assert np.finfo(np.longdouble).nmant == 63
logging.disable(logging.CRITICAL)
rng = np.random.default_rng(20250825)
SHAPE = (5, 4, 3)


def packed(data):
    return base64.b64encode(zlib.compress(bytes(data), 9)).decode()


def number(v):
    v = float(v)
    return v if np.isfinite(v) else str(v)


def rotation(axis, angle):
    axis = np.asarray(axis, float) / np.linalg.norm(axis)
    x = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return np.eye(3) + np.sin(angle) * x + (1 - np.cos(angle)) * (x @ x)


def affine_of(directions, zooms, origin):
    out = np.eye(4)
    out[:3, :3] = directions * zooms
    out[:3, 3] = origin
    return out


def header_case(name, hdr):
    data = hdr.binaryblock + b'\0\0\0\0'
    aff = hdr.get_best_affine()
    return {
        'name': name,
        'file': packed(data),
        'affine': [float(v) for v in np.asarray(aff, float).ravel()],
        'zooms': [float(v) for v in hdr.get_zooms()[:3]],
        'orientation': ''.join(nib.aff2axcodes(aff)),
    }


def new_header(cls, endianness, shape=SHAPE, zooms=(0.7, 1.25, 3.3)):
    hdr = cls(endianness=endianness)
    hdr.set_data_shape(shape)
    hdr.set_data_dtype(np.int16)
    hdr.set_zooms((*zooms, 1.0)[: len(shape)])
    hdr['vox_offset'] = hdr.single_vox_offset
    return hdr


def geometry_cases():
    kinds = [(nib.Nifti1Header, '<'), (nib.Nifti1Header, '>'), (nib.Nifti2Header, '<'), (nib.Nifti2Header, '>')]
    turn = itertools.cycle(kinds)
    cases = []
    orders = [
        (perm, signs)
        for perm in itertools.permutations(range(3))
        for signs in itertools.product((1, -1), repeat=3)
    ]
    for perm, signs in orders:
        directions = np.zeros((3, 3))
        for voxel_axis, (world_axis, sign) in enumerate(zip(perm, signs)):
            directions[world_axis, voxel_axis] = sign
        tilt = rotation(rng.normal(size=3), rng.uniform(0.02, 0.35))
        straight = affine_of(directions, (0.7, 1.25, 3.3), (-91.3, 60.1, -17.9))
        tilted = affine_of(tilt @ directions, (0.9, 0.9, 2.2), rng.uniform(-200, 200, 3))
        title = ''.join(nib.aff2axcodes(straight))
        for forms in ('qform', 'sform', 'both', 'differing'):
            cls, endianness = next(turn)
            hdr = new_header(cls, endianness)
            if forms != 'sform':
                hdr.set_qform(tilted, 1)
            if forms != 'qform':
                hdr.set_sform(straight if forms == 'differing' else tilted, 2)
            cases.append(header_case(f'{title} {forms} {cls.__name__} {endianness}', hdr))
    for cls, endianness in kinds:
        for shape in ((5, 4, 3), (7, 6), (9,), (6, 5, 4, 1)):
            cases.append(header_case(f'neither {shape} {cls.__name__} {endianness}', new_header(cls, endianness, shape)))
    # Any three numbers that make a quaternion, not only rotations that a program wrote.
    for i in range(60):
        cls = (nib.Nifti1Header, nib.Nifti2Header)[i % 2]
        hdr = new_header(cls, '<', zooms=tuple(rng.uniform(0.2, 6, 3)))
        bcd = rng.normal(size=3)
        bcd *= (1 if i % 5 == 0 else rng.uniform()) / np.linalg.norm(bcd)
        hdr['quatern_b'], hdr['quatern_c'], hdr['quatern_d'] = bcd
        hdr['pixdim'][0] = (1, -1)[i // 2 % 2]
        hdr['qoffset_x'], hdr['qoffset_y'], hdr['qoffset_z'] = rng.uniform(-300, 300, 3)
        hdr['qform_code'] = 1
        try:
            cases.append(header_case(f'quaternion {i} {cls.__name__}', hdr))
        except ValueError:
            pass  # rounding left b² + c² + d² above 1 by more than nibabel allows
    return cases


def repaired_cases():
    """Headers that nibabel repairs on reading."""
    def broken(name, **fields):
        hdr = new_header(nib.Nifti1Header, '<')
        hdr.set_qform(affine_of(rotation((1, 2, 3), 0.4), (0.7, 1.25, 3.3), (1, 2, 3)), 1)
        for field, value in fields.items():
            hdr[field] = value
        raw = hdr.binaryblock
        case = header_case(name, nib.Nifti1Header(raw, check=True))
        case['file'] = packed(raw + b'\0\0\0\0')
        return case

    pixdim = lambda *v: np.array([*v, 1, 1, 1, 1], np.float32)
    return [
        broken('pixdim 0', pixdim=pixdim(1, 0, 1.5, 2)),
        broken('pixdim negative', pixdim=pixdim(1, 2, -1.5, 2)),
        broken('qfac 0', pixdim=pixdim(0, 2, 1.5, 2)),
        broken('qfac -3', pixdim=pixdim(-3, 2, 1.5, 2)),
        broken('sform_code negative', sform_code=-2),
    ]


def voxel_case(name, cls, endianness, dtype, slope, inter, values):
    dtype = np.dtype(dtype).newbyteorder(endianness)
    shape = (len(values), 1, 1)
    hdr = new_header(cls, endianness, shape)
    hdr.set_data_dtype(dtype)
    hdr['scl_slope'], hdr['scl_inter'] = slope, inter
    raw = hdr.binaryblock + b'\0\0\0\0' + np.asarray(values).astype(dtype).tobytes()
    image_class = nib.Nifti1Image if cls is nib.Nifti1Header else nib.Nifti2Image
    image = image_class.from_bytes(raw)
    with np.errstate(all='ignore'):
        doubles = image.get_fdata()
        singles = doubles.astype(np.float32)
    scaled = (image.dataobj.slope, image.dataobj.inter) != (1, 0)
    return {
        'name': name,
        'file': packed(raw),
        'dtype': 'float64' if scaled else dtype.newbyteorder('=').name,
        'float64': [number(v) for v in doubles.ravel()],
        'float32': [number(v) for v in singles.ravel()],
        'nonFinite': int(np.sum(~np.isfinite(singles))),
        'inexact': int(np.sum(np.isfinite(doubles) & (singles.astype(float) != doubles))),
    }


def voxel_cases():
    scalings = [(0, 0), (1, 0), (np.nan, 5), (-1, 0), (0.1, -3.7), (1, 1), (2.5, 0), (-0.0078125, 1024.1)]
    kinds = [(nib.Nifti1Header, '<'), (nib.Nifti1Header, '>'), (nib.Nifti2Header, '<'), (nib.Nifti2Header, '>')]
    turn = itertools.cycle(kinds)
    cases = []
    for dtype in ('int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64', 'float32', 'float64'):
        if dtype.startswith('float'):
            values = np.array([0, 1, -1.5, 0.1, 1e-40, 3e38, -np.inf, np.inf, np.nan, 16777217, 1 / 3], dtype)
            if dtype == 'float64':
                values = np.append(values, [1e300, 1e-300, 2.0**-149 * 1.5])
        else:
            info = np.iinfo(dtype)
            values = np.array([info.min, info.max, 0, 1, 2, 100, info.max - 1, info.max // 3, info.max // 7 * 5], dtype)
            if info.bits == 64:
                values = np.append(values, np.array([2**53 + 1, 2**53 + 3, 2**62 + 2**9 + 1, 2**24 + 1], dtype))
        for slope, inter in scalings:
            cls, endianness = next(turn)
            name = f'{dtype} {slope} {inter} {cls.__name__} {endianness}'
            cases.append(voxel_case(name, cls, endianness, dtype, slope, inter, values))
        next(turn)
    return cases


def refused_cases():
    cases = []
    for name, code, bits in (
        ('binary', 1, 1),
        ('complex64', 32, 64),
        ('rgb24', 128, 24),
        ('float128', 1536, 128),
        ('complex128', 1792, 128),
        ('complex256', 2048, 256),
        ('rgba32', 2304, 32),
    ):
        hdr = new_header(nib.Nifti1Header, '<')
        hdr['datatype'], hdr['bitpix'] = code, bits
        cases.append({'name': name, 'file': packed(hdr.binaryblock + b'\0\0\0\0')})
    return cases


def written_cases():
    """Headers as nibabel writes them for an affine; quatern_b..d may differ in the last bits."""
    cases = []
    for i in range(16):
        cls = (nib.Nifti1Header, nib.Nifti2Header)[i % 2]
        endianness = '<>'[i // 2 % 2]
        dtype = ('uint8', 'int16', 'float32', 'float64', 'int8', 'uint16', 'int64', 'uint32')[i % 8]
        shape = tuple(int(n) for n in rng.integers(1, 400, 3))
        directions = np.diag(rng.choice([-1.0, 1.0], 3))[:, rng.permutation(3)]
        tilt = rotation(rng.normal(size=3), 0 if i < 4 else rng.uniform(0.01, 0.5))
        aff = affine_of(tilt @ directions, rng.uniform(0.3, 5, 3), rng.uniform(-250, 250, 3))
        hdr = new_header(cls, endianness, shape)
        hdr.set_data_dtype(dtype)
        hdr.set_sform(aff, 1)
        hdr.set_qform(aff, 1)
        hdr.set_xyzt_units('mm', 'sec')
        hdr['scl_slope'], hdr['scl_inter'] = 1, 0
        hdr['descrip'] = f'case {i}'
        cases.append({
            'name': f'{dtype} {cls.__name__} {endianness} {"".join(nib.aff2axcodes(aff))}',
            'shape': shape,
            'voxelType': dtype,
            'affine': [float(v) for v in aff.ravel()],
            'version': 1 if cls is nib.Nifti1Header else 2,
            'littleEndian': endianness == '<',
            'description': f'case {i}',
            'file': packed(hdr.binaryblock + b'\0\0\0\0'),
        })
    return cases


expectations = {
    'geometry': geometry_cases() + repaired_cases(),
    'voxels': voxel_cases(),
    'refused': refused_cases(),
    'written': written_cases(),
}
rows = [{'kind': kind, **case} for kind, cases in expectations.items() for case in cases]
path = pathlib.Path(__file__).with_name('expectations.jsonl')
path.write_text(''.join(json.dumps(row, allow_nan=False) + '\n' for row in rows))
print({kind: len(cases) for kind, cases in expectations.items()}, path.stat().st_size, 'bytes')
