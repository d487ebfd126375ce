"""Writes expectations.jsonl: digests of the stored values that pydicom decodes from public DICOM files.

    /usr/bin/python3 make_expectations.py ../../../../shared/data/real > expectations.jsonl

Made with pydicom 2.3.1, GDCM 3.0.21, Pillow 9.4.0 and NumPy 1.24.2 (Debian 12). A line is [file, syntax, dtype,
[sha256 of each frame's little-endian samples, interleaved, to 16 digits]], or [file, syntax, null, reason] where the
oracle gives no image. Stored values are taken out of the cells as PS3.5, section 8.1.1 says: BitsStored bits below
HighBit, with the sign of signed samples extended.
"""

import hashlib
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pydicom
from pydicom.encaps import defragment_data, generate_pixel_data_frame
from pydicom.pixel_data_handlers import gdcm_handler, numpy_handler, pillow_handler, rle_handler
from pydicom.pixel_data_handlers.util import get_j2k_parameters, reshape_pixel_array

warnings.simplefilter('ignore')

FOLDERS = [
    'pydicom+pydicom/src/pydicom/data/test_files',
    'icometrix+dicom2nifti/tests/data/generic',
    'wasserth+TotalSegmentator/tests/reference_files/example_ct_dicom',
]
JPEG_8_BIT = '1.2.840.10008.1.2.4.50'
JPEG_2000 = ('1.2.840.10008.1.2.4.90', '1.2.840.10008.1.2.4.91')
RLE = '1.2.840.10008.1.2.5'


def handler_of(ds):
    syntax = ds.file_meta.TransferSyntaxUID
    if not syntax.is_compressed or syntax.is_deflated:
        return numpy_handler
    if syntax == RLE:
        return rle_handler
    return pillow_handler if syntax in (JPEG_8_BIT, *JPEG_2000) else gdcm_handler


def pixel_cells(ds):
    handler = handler_of(ds)
    if handler is numpy_handler and not ds.is_little_endian and ds.BitsAllocated == 8 and ds['PixelData'].VR == 'OW':
        # pydicom brings the cells of 8 bits in big-endian words into order from 2.4 on.
        ds.PixelData = np.frombuffer(ds.PixelData, '>u2').astype('<u2').tobytes()
    try:
        return handler.get_pixeldata(ds)
    except OSError:
        # Pillow refuses the JP2 file in GDCMJ2K_TextGBR.dcm.
        return gdcm_handler.get_pixeldata(ds)


def codec_precision(ds):
    """Bits of a sample in a JPEG 2000 stream; pydicom has them right-aligned."""
    if ds.file_meta.TransferSyntaxUID not in JPEG_2000:
        return None
    frames = int(getattr(ds, 'NumberOfFrames', 1) or 1)
    first = defragment_data(ds.PixelData) if frames == 1 else next(generate_pixel_data_frame(ds.PixelData, frames))
    return get_j2k_parameters(first).get('precision')


def stored_values(cells, ds):
    if cells.dtype.kind == 'f':
        return cells
    stored, high = int(ds.BitsStored), int(ds.get('HighBit', ds.BitsStored - 1))
    precision = codec_precision(ds)
    if precision is not None:
        stored = min(stored, precision)
        if precision <= high:
            high = stored - 1
    if ds.file_meta.TransferSyntaxUID.is_compressed and ds.file_meta.TransferSyntaxUID != RLE:
        high = min(high, 8 * cells.dtype.itemsize - 1)
    bits = 8 * cells.dtype.itemsize
    unsigned = cells.view(f'u{cells.dtype.itemsize}')
    left = (unsigned << (bits - 1 - high)).view(cells.dtype)
    return left >> (bits - stored)


def row(path, name):
    try:
        ds = pydicom.dcmread(path, force=True)
    except Exception as error:
        return [name, None, None, f'{type(error).__name__}: {error}'[:120]]
    syntax = getattr(ds.file_meta, 'TransferSyntaxUID', None)
    if not any(key in ds for key in ('PixelData', 'FloatPixelData', 'DoubleFloatPixelData')):
        return None
    if syntax is None:
        ds.file_meta.TransferSyntaxUID = syntax = (
            pydicom.uid.ImplicitVRLittleEndian if ds.is_implicit_VR
            else pydicom.uid.ExplicitVRLittleEndian if ds.is_little_endian
            else pydicom.uid.ExplicitVRBigEndian
        )
    try:
        if ds.get('BitsAllocated') == 1:
            raise ValueError('bits')
        cells = reshape_pixel_array(ds, pixel_cells(ds))
        values = stored_values(np.ascontiguousarray(cells), ds)
    except Exception as error:
        return [name, str(syntax), None, f'{type(error).__name__}: {error}'[:120]]
    values = values.astype(values.dtype.newbyteorder('<'))
    frames = values if int(getattr(ds, 'NumberOfFrames', 1) or 1) > 1 else [values]
    return [
        name,
        str(syntax),
        values.dtype.name,
        [hashlib.sha256(np.ascontiguousarray(frame).tobytes()).hexdigest()[:16] for frame in frames],
    ]


def main(root):
    rows = []
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob('*')):
            if path.is_file() and path.suffix not in ('.txt', '.json', '.dump', '.gz', '.nii'):
                found = row(path, path.relative_to(root).as_posix())
                if found is not None:
                    rows.append(found)
    print('\n'.join(json.dumps(r) for r in rows))


main(Path(sys.argv[1]))
