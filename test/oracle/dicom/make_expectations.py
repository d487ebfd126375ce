#!/usr/bin/env python3
"""Writes elements.jsonl and characters.jsonl: what pydicom reads from public DICOM collections.

Made with pydicom 2.3.1:
    /usr/bin/python3 make_expectations.py FOLDER
FOLDER holds the collections as GITHUB_OWNER+REPOSITORY. elements.jsonl has one file a line with only what differs from
the line before; null stands for an element that this file lacks.
"""
import json
import pathlib
import sys
import warnings

import pydicom
from pydicom.misc import is_dicom

assert pydicom.__version__ == '2.3.1'
warnings.simplefilter('ignore')
root = pathlib.Path(sys.argv[1])
here = pathlib.Path(__file__).parent

FOLDERS = [
    'pydicom+pydicom/src/pydicom/data',
    'icometrix+dicom2nifti/tests/data',
    'theibsi+data_sets/ibsi_validation/dicom',
    'wasserth+TotalSegmentator/tests/reference_files/example_ct_dicom',
]
# Begins with one stray byte, of which pydicom makes another data set.
LEFT_OUT = {'no_meta.dcm'}
TAGS = '''00080005 00080008 00080016 00080018 00080020 00080031 00080060 00080070 00081030 0008103E 00100010 00100020
00100030 00101010 00180050 00180060 00180088 00181150 00185100 0020000D 0020000E 00200011 00200013 00200032 00200037
00200052 00280002 00280004 00280008 00280010 00280011 00280030 00280100 00280101 00280102 00280103 00280106 00280120
00281050 00281052 00281053 30060002 300A0002'''.split()
TEXT = {'LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UT'}


def values(element):
    value = element.value
    if value is None or value == '':
        return []
    many = isinstance(value, (list, pydicom.multival.MultiValue))
    if element.VR in ('DS', 'FL', 'FD', 'IS', 'US', 'SS', 'UL', 'SL'):
        return [number(v) for v in (value if many else [value])]
    return [str(v).strip(' \0') for v in (value if many else [value])]


def number(value):
    try:
        return int(value) if float(value).is_integer() else float(value)
    except ValueError:
        return 'NaN'


def paths():
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob('*')):
            if path.is_file() and path.name not in LEFT_OUT:
                yield path


def opened(path):
    if not is_dicom(path) and path.suffix != '.dcm':
        return None
    return pydicom.dcmread(path, force=True)


def elements_of(ds):
    facts = {tag: values(ds[tag]) for tag in TAGS if tag in ds}
    facts['syntax'] = ds.file_meta.get('TransferSyntaxUID') if hasattr(ds, 'file_meta') else None
    facts['count'] = sum(1 for _ in ds.iterall())
    if 'PixelData' in ds:
        facts['pixels'] = len(ds.PixelData)
    return facts


lines = []
last = {}
for path in paths():
    ds = opened(path)
    if ds is None:
        continue
    facts = elements_of(ds)
    delta = {k: v for k, v in facts.items() if k not in last or last[k] != v}
    delta.update({k: None for k in last if k not in facts})
    lines.append(json.dumps({'file': path.relative_to(root).as_posix(), **delta}, separators=(',', ':'), ensure_ascii=False))
    last = facts
(here / 'elements.jsonl').write_text('\n'.join(lines) + '\n')


def texts_of(ds):
    found = []
    for element in ds:
        if element.VR == 'SQ':
            for item in element.value:
                found += texts_of(item)
        elif element.VR in TEXT and not element.tag.is_private:
            found.append([f'{element.tag:08X}', *values(element)])
    return found


lines = []
for path in sorted((root / FOLDERS[0] / 'charset_files').glob('*.dcm')):
    row = [path.relative_to(root).as_posix(), texts_of(pydicom.dcmread(path))]
    lines.append(json.dumps(row, separators=(',', ':'), ensure_ascii=False))
(here / 'characters.jsonl').write_text('\n'.join(lines) + '\n')
