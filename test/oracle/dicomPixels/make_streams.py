"""Writes streams.jsonl: small DICOM files of every compressed syntax, and the stored values that they hold.

    /usr/bin/python3 make_streams.py > streams.jsonl

Made with dcmtk 3.6.7, GDCM 3.0.21 (gdcmconv), cjpeg of libjpeg-turbo 2.1.5, CharLS 2.4.1, pydicom 2.3.1 and NumPy
1.24.2 (Debian 12).
Values of lossless streams are those that were encoded; lossy ones are decoded by dcmtk's dcmdjpeg and dcmdjpls, or
gdcmconv. A case is {name, file, dtype, frames: [little-endian values]}; bytes are deflated (zlib) and in base64.
"""

import base64
import ctypes
import json
import subprocess
import tempfile
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, UID

assert (pydicom.__version__, np.__version__) == ('2.3.1', '1.24.2')
ROWS, COLUMNS = 19, 21
INSTANCE = '1.2.826.0.1.3680043.8.498.1'
JPEG_BASELINE = '1.2.840.10008.1.2.4.50'
libcharls = ctypes.CDLL('libcharls.so.2')
for which in ('encoder', 'decoder'):
    getattr(libcharls, f'charls_jpegls_{which}_create').restype = ctypes.c_void_p
work = Path(tempfile.mkdtemp())
rng = np.random.default_rng(20250825)


def phantom(low, high, frames=1, samples=1):
    """Discs on a slope, with noise: flat, smooth and rough parts, and both ends of the range."""
    y, x = np.mgrid[:ROWS, :COLUMNS]
    out = np.empty((frames, ROWS, COLUMNS, samples))
    for f in range(frames):
        for s in range(samples):
            image = (x * (s + 1) + y) / 60.0
            image[(x - 8 - f) ** 2 + (y - 9) ** 2 < 30 - 5 * s] = 0.9
            image[:5, :7] = 0
            image[12:, 3:9] += rng.normal(0, 0.1, image[12:, 3:9].shape)
            out[f, :, :, s] = np.clip(image, 0, 1)
    values = np.rint(low + out * (high - low)).astype(np.int64)
    values[:, 0, -1], values[:, -1, 0] = low, high
    return values


def dataset(values, allocated, stored, signed, photometric='MONOCHROME2'):
    frames, _, _, samples = values.shape
    meta = FileMetaDataset()
    # Secondary Capture, or Multi-frame Grayscale Word Secondary Capture.
    meta.MediaStorageSOPClassUID = '1.2.840.10008.5.1.4.1.1.7' + ('.3' if frames > 1 else '')
    meta.MediaStorageSOPInstanceUID = INSTANCE
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds = Dataset()
    ds.file_meta = meta
    ds.is_little_endian, ds.is_implicit_VR = True, False
    ds.SOPClassUID, ds.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID = '1.2.826.0.1.3680043.8.498.2', '1.2.826.0.1.3680043.8.498.3'
    ds.PatientName, ds.PatientID, ds.Modality = 'Phantom', '1', 'OT'
    ds.SamplesPerPixel, ds.PhotometricInterpretation = samples, photometric
    if samples > 1:
        ds.PlanarConfiguration = 0
    if frames > 1:
        ds.NumberOfFrames = frames
    ds.Rows, ds.Columns = ROWS, COLUMNS
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = allocated, stored, stored - 1, int(signed)
    cells = values.astype(f'{"i" if signed else "u"}{allocated // 8}')
    data = cells.tobytes()
    ds.PixelData = data + b'\0' * (len(data) % 2)
    ds['PixelData'].VR = 'OB' if allocated == 8 else 'OW'
    return ds, cells


def run(*command):
    subprocess.run([str(c) for c in command], check=True, stdout=subprocess.DEVNULL)


def cells_of(path, dtype):
    ds = pydicom.dcmread(path)
    size = int(getattr(ds, 'NumberOfFrames', 1) or 1) * ROWS * COLUMNS * ds.SamplesPerPixel
    return np.frombuffer(ds.PixelData, dtype)[:size]


def packed(data):
    return base64.b64encode(zlib.compress(data, 9)).decode()


def emit(name, path, cells, frames):
    ds = pydicom.dcmread(path)
    # Some encoders make a new one each time.
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = INSTANCE
    file = BytesIO()
    ds.save_as(file)
    cases.append(
        {
            'name': name,
            'file': packed(file.getvalue()),
            'dtype': cells.dtype.name,
            'frames': [packed(frame.tobytes()) for frame in np.split(cells.reshape(-1), frames)],
        }
    )


def encoded(name, source, encode, decode=None):
    """One case: `encode` and `decode` are commands before the names of source and target."""
    ds, cells = source
    ds.save_as(work / 'source.dcm', write_like_original=False)
    run(*encode, work / 'source.dcm', work / 'encoded.dcm')
    if decode is not None:
        run(*decode, work / 'encoded.dcm', work / 'decoded.dcm')
        cells = cells_of(work / 'decoded.dcm', cells.dtype)
    emit(name, work / 'encoded.dcm', cells, int(getattr(ds, 'NumberOfFrames', 1) or 1))
    return pydicom.dcmread(work / 'encoded.dcm')


def wrapped(ds, frames, syntax, name='encoded.dcm', **how):
    """Puts streams into a file."""
    ds.file_meta.TransferSyntaxUID = UID(syntax)
    ds.PixelData = encapsulate(frames, **how)
    ds['PixelData'].VR = 'OB'
    ds['PixelData'].is_undefined_length = True
    ds.save_as(work / name, write_like_original=False)


def rewrapped(name, source, frames, **how):
    """One case of baseline streams; decoded by dcmtk from a file with one fragment a frame."""
    ds, cells = source
    wrapped(ds, frames, JPEG_BASELINE, 'plain.dcm')
    run('dcmdjpeg', '+cn', work / 'plain.dcm', work / 'decoded.dcm')
    wrapped(ds, frames, JPEG_BASELINE, **how)
    emit(name, work / 'encoded.dcm', cells_of(work / 'decoded.dcm', cells.dtype), len(frames))


class FrameInfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ('width', 'height', 'bits', 'components')]


def charls(call, *arguments):
    if getattr(libcharls, f'charls_jpegls_{call}')(*arguments) != 0:
        raise RuntimeError(f'CharLS: {call} failed')


def near_lossless(values, bits, near):
    """The JPEG-LS stream of one grey frame, and what CharLS decodes from it; dcmtk has other defaults below 7 bits."""
    cells = values.astype('u1' if bits <= 8 else 'u2')
    encoder = ctypes.c_void_p(libcharls.charls_jpegls_encoder_create())
    charls('encoder_set_frame_info', encoder, ctypes.byref(FrameInfo(COLUMNS, ROWS, bits, 1)))
    charls('encoder_set_near_lossless', encoder, near)
    stream = ctypes.create_string_buffer(10000)
    written = ctypes.c_size_t()
    charls('encoder_set_destination_buffer', encoder, stream, ctypes.c_size_t(10000))
    charls('encoder_encode_from_buffer', encoder, cells.tobytes(), ctypes.c_size_t(cells.nbytes), 0)
    charls('encoder_get_bytes_written', encoder, ctypes.byref(written))
    decoder = ctypes.c_void_p(libcharls.charls_jpegls_decoder_create())
    pixels = ctypes.create_string_buffer(cells.nbytes)
    charls('decoder_set_source_buffer', decoder, stream, written)
    charls('decoder_read_header', decoder)
    charls('decoder_decode_to_buffer', decoder, pixels, ctypes.c_size_t(cells.nbytes), 0)
    return stream.raw[: written.value], np.frombuffer(pixels.raw, cells.dtype)


def cjpeg(values, *options):
    """The baseline stream of one frame."""
    kind = b'P5' if values.shape[2] == 1 else b'P6'
    pnm = kind + b' %d %d 255\n' % (COLUMNS, ROWS) + values.astype('u1').tobytes()
    return subprocess.run(['cjpeg', '-dct', 'int', *options], input=pnm, capture_output=True, check=True).stdout


cases = []
signed16 = lambda frames=1: dataset(phantom(-1024, 3071, frames), 16, 16, True)
unsigned12 = lambda frames=1: dataset(phantom(0, 4095, frames), 16, 12, False)
signed12 = lambda: dataset(phantom(-2048, 2047), 16, 12, True)
unsigned16 = lambda: dataset(phantom(0, 65535), 16, 16, False)
signed8 = lambda: dataset(phantom(-128, 127), 8, 8, True)
unsigned8 = lambda frames=1: dataset(phantom(0, 255, frames), 8, 8, False)
rgb = lambda: dataset(phantom(0, 255, samples=3), 8, 8, False, 'RGB')
rgb16 = lambda: dataset(phantom(0, 65535, samples=3), 16, 16, False, 'RGB')
every = {
    'int16': signed16,
    'uint12': unsigned12,
    'int12': signed12,
    'uint16': unsigned16,
    'int8': signed8,
    'uint8': unsigned8,
    'rgb': rgb,
    'two frames': lambda: signed16(2),
}
for kind, source in every.items():
    encoded(f'RLE, {kind}', source(), ['dcmcrle'])
    encoded(f'JPEG lossless SV1, {kind}', source(), ['dcmcjpeg', '+un', '+e1'])
    encoded(f'JPEG-LS, {kind}', source(), ['dcmcjpls'])
    encoded(f'JPEG 2000 lossless, {kind}', source(), ['gdcmconv', '--j2k', '-n', 3])
encoded('RLE, rgb16', rgb16(), ['dcmcrle'])
encoded('JPEG lossless SV1, rgb16', rgb16(), ['dcmcjpeg', '+un', '+e1'])
for predictor in range(1, 8):
    encoded(f'JPEG lossless, predictor {predictor}', unsigned12(), ['dcmcjpeg', '+un', '+el', '+sv', predictor])
encoded('JPEG lossless, predictor 4, rgb', rgb(), ['dcmcjpeg', '+un', '+el', '+sv', 4])
encoded('JPEG lossless, point transform', unsigned12(), ['dcmcjpeg', '+un', '+e1', '+pt', 3], ['dcmdjpeg'])
encoded('JPEG extended, 12 bits', unsigned12(), ['dcmcjpeg', '+un', '+ee', '+bt', '+sr'], ['dcmdjpeg'])
encoded('JPEG extended, 8 bits', unsigned8(), ['dcmcjpeg', '+un', '+ee', '+be'], ['dcmdjpeg'])
encoded('JPEG baseline', unsigned8(), ['dcmcjpeg', '+un', '+eb'], ['dcmdjpeg'])
encoded('JPEG baseline, two frames', unsigned8(2), ['dcmcjpeg', '+un', '+eb', '-ot'], ['dcmdjpeg'])
encoded('JPEG baseline, coded as RGB', rgb(), ['dcmcjpeg', '+un', '+eb', '+cr'], ['dcmdjpeg', '+cn'])
encoded('JPEG-LS near-lossless', unsigned12(), ['dcmcjpls', '+un', '+en', '+md', 3], ['dcmdjpls'])
encoded('JPEG-LS near-lossless, rgb', rgb(), ['dcmcjpls', '+un', '+en', '+md', 2], ['dcmdjpls'])
for bits, near in ((2, 0), (3, 1), (6, 0), (6, 4), (7, 2), (10, 0), (13, 5)):
    low_bits = phantom(0, 2**bits - 1)
    ds, _ = dataset(low_bits, 8 if bits <= 8 else 16, bits, False)
    stream, decoded = near_lossless(low_bits, bits, near)
    if near == 0:
        assert (decoded == low_bits.reshape(-1)).all()
    wrapped(ds, [stream], '1.2.840.10008.1.2.4.81')
    emit(f'JPEG-LS of CharLS, {bits} bits, error {near}', work / 'encoded.dcm', decoded, 1)
encoded('JPEG-LS near-lossless, error 60', unsigned12(), ['dcmcjpls', '+un', '+en', '+md', 60], ['dcmdjpls'])
thresholds = ['+t1', 5, '+t2', 12, '+t3', 40, '+rs', 31]
encoded('JPEG-LS, own thresholds', unsigned12(), ['dcmcjpls', *thresholds])
encoded('JPEG-LS of GDCM, int16', signed16(), ['gdcmconv', '--jpegls'])
encoded('JPEG-LS of GDCM, uint12', unsigned12(), ['gdcmconv', '--jpegls'])
encoded('JPEG-LS, rgb by planes', rgb(), ['dcmcjpls', '+in'])
encoded('JPEG-LS, rgb by samples', rgb(), ['dcmcjpls', '+is'])
encoded('JPEG 2000 lossless, tiles', signed16(), ['gdcmconv', '--j2k', '-n', 2, '-t', '8,8'])
encoded('JPEG 2000 lossy', unsigned16(), ['gdcmconv', '--j2k', '-n', 3, '--lossy', '-r', 3], ['gdcmconv', '--raw'])
ybr = lambda: dataset(phantom(0, 255, samples=3), 8, 8, False, 'YBR_FULL')
colours = phantom(0, 255, samples=3)[0]
for sampling in ('1x1', '2x1', '2x2', '1x2', '4x1', '4x2'):
    rewrapped(f'JPEG baseline, chroma {sampling}', ybr(), [cjpeg(colours, '-sample', sampling)])
grey = phantom(0, 255, 3)
rewrapped('JPEG baseline, restart markers', unsigned8(), [cjpeg(grey[0], '-restart', '2B')])
rewrapped('JPEG baseline, restart markers, colour', ybr(), [cjpeg(colours, '-restart', '1', '-sample', '2x2')])
scans = work / 'scans'
scans.write_text('0;\n1;\n2;\n')
rewrapped('JPEG baseline, a scan a component', ybr(), [cjpeg(colours, '-scans', scans, '-sample', '2x2')])
streams = [cjpeg(frame) for frame in grey]
rewrapped('three frames, two fragments each, offsets', unsigned8(3), streams, fragments_per_frame=2, has_bot=True)
rewrapped('three frames, two fragments each', unsigned8(3), streams, fragments_per_frame=2, has_bot=False)
for case in cases:
    print(json.dumps(case, separators=(',', ':')))
